package dev.husk.oci;

import dev.husk.failure.HuskException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a valid config may ask for and husk does not apply: refused by name, never ignored. Mount
 * types and options are judged where mounts are made.
 */
public final class Unsupported {
  /** Names and values together, in bytes. */
  static final int MOST_ANNOTATIONS = 64 << 10;

  private Unsupported() {}

  /** Everything in the config that husk does not apply; empty when all of it is. */
  public static List<Refusal> check(OciConfig config) {
    return check(config, false);
  }

  private static List<Refusal> check(OciConfig config, boolean ownUsers) {
    Refusals refusals = new Refusals();
    if (config.process().isPresent()) {
      UnsupportedProcess.check(config.process().get(), refusals);
    }
    if (config.domainname().isPresent()) {
      refusals.remove("/domainname", "is not set by husk");
    }
    annotations(config.annotations(), refusals);
    hooks(config.hooks(), refusals);
    mounts(config.mounts(), refusals);
    UnsupportedLinux.check(config.linux(), ownUsers, refusals);
    UnsupportedResources.check(config.linux().resources(), refusals);
    return refusals.list();
  }

  /** The same for what is to be changed of a running sandbox. */
  static List<Refusal> checkChange(Resources change) {
    Refusals refusals = new Refusals();
    UnsupportedResources.check(change, refusals);
    if (!change.devices().isEmpty()) {
      refusals.remove(
          "/linux/resources/devices", "can be set at create only, and not for what runs already");
    }
    return refusals.list();
  }

  /**
   * Refuses a config that asks for what husk does not apply.
   *
   * @param document the config's name for messages
   * @param ownUsers whether the sandbox has a user namespace of its own, as unprivileged users'
   *     have
   * @throws HuskException with {@link ConfigFailure.NotApplied}
   */
  public static void refuse(OciConfig config, String document, boolean ownUsers)
      throws HuskException {
    List<Refusal> refusals = check(config, ownUsers);
    if (!refusals.isEmpty()) {
      throw new HuskException(new ConfigFailure.NotApplied(document, refusals));
    }
  }

  private static void annotations(Map<String, String> annotations, Refusals refusals) {
    long bytes = 0;
    for (Map.Entry<String, String> annotation : annotations.entrySet()) {
      bytes += utf8(annotation.getKey()) + utf8(annotation.getValue());
    }
    if (bytes > MOST_ANNOTATIONS) {
      refusals.add(
          "/annotations",
          "holds "
              + bytes
              + " bytes, and husk, which shows them in each answer, keeps "
              + MOST_ANNOTATIONS,
          "keep large data elsewhere, and its name here");
    }
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void hooks(Hooks hooks, Refusals refusals) {
    hook(hooks.prestart(), "prestart", refusals);
    hook(hooks.createRuntime(), "createRuntime", refusals);
    hook(hooks.createContainer(), "createContainer", refusals);
    hook(hooks.startContainer(), "startContainer", refusals);
    hook(hooks.poststart(), "poststart", refusals);
    hook(hooks.poststop(), "poststop", refusals);
  }

  private static void hook(List<Hooks.Hook> hooks, String kind, Refusals refusals) {
    if (!hooks.isEmpty()) {
      refusals.add(
          "/hooks/" + kind,
          "is not run by husk",
          "remove the hooks and let the manager run the programs around its calls");
    }
  }

  private static void mounts(List<Mount> mounts, Refusals refusals) {
    for (int i = 0; i < mounts.size(); i++) {
      Mount mount = mounts.get(i);
      String pointer = "/mounts/" + i;
      if (!mount.uidMappings().isEmpty()) {
        refusals.remove(pointer + "/uidMappings", "asks for an id-mapped mount");
      }
      if (!mount.gidMappings().isEmpty()) {
        refusals.remove(pointer + "/gidMappings", "asks for an id-mapped mount");
      }
      for (int j = 0; j < mount.options().size(); j++) {
        String option = mount.options().get(j);
        if (option.equals("idmap") || option.equals("ridmap")) {
          refusals.remove(pointer + "/options/" + j, "asks for an id-mapped mount");
        }
      }
    }
  }

  /** Collects refusals. */
  static final class Refusals {
    private final List<Refusal> found = new ArrayList<>();

    void add(String pointer, String why, String remedy) {
      found.add(new Refusal(pointer, why, remedy));
    }

    /** A property whose only remedy is not to ask for it. */
    void remove(String pointer, String why) {
      add(pointer, why, "remove the property");
    }

    List<Refusal> list() {
      return List.copyOf(found);
    }
  }
}
