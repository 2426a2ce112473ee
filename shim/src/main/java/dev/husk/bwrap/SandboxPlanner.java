package dev.husk.bwrap;

import dev.husk.bwrap.ExpectedMount.Access;
import dev.husk.failure.HuskException;
import dev.husk.oci.NamespaceType;
import dev.husk.oci.OciConfig;
import dev.husk.process.IdMaps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From a config to everything that the launcher and bwrap are told. */
public final class SandboxPlanner {
  /** bwrap's own limit, MAX_ARGS. */
  private static final int MOST_ARGUMENTS = 9000;

  private SandboxPlanner() {}

  /**
   * What the shim has to build with.
   *
   * @param stageDirectory absolute and existing; the launcher mounts a tmpfs on it
   * @param init absolute path of husk-init on the host
   * @param capabilities bit mask of what the shim has permitted and in its bounding set
   * @param privileged whether the operator trusts payloads with the host
   * @param userNamespace the ids of the user namespace that it all happens in; empty: husk's own
   */
  public record Means(
      Path stageDirectory,
      Path init,
      long capabilities,
      boolean privileged,
      Optional<IdMaps> userNamespace) {
    /** Without a user namespace. */
    public Means(Path stageDirectory, Path init, long capabilities, boolean privileged) {
      this(stageDirectory, init, capabilities, privileged, Optional.empty());
    }
  }

  /**
   * Plans a sandbox. Everything in mounts, namespaces, host name and paths that cannot be applied
   * exactly is refused, all of it in one failure.
   *
   * @param bundle absolute; relative bind sources start there
   * @param rootfs real path of the root file system, from {@link Rootfs#locate}
   * @throws HuskException with a {@link BwrapFailure}
   */
  public static SandboxPlan plan(OciConfig config, Path bundle, Path rootfs, Means means)
      throws HuskException {
    Rootfs.check(rootfs);
    Draft draft =
        new Draft(rootfs, means.stageDirectory(), new HostMounts(), means.userNamespace());
    boolean ownUsers = means.userNamespace().isPresent();
    NamespacePlan namespaces = new NamespacePlan(config, draft.offences, ownUsers);
    List<HostReach.Way> ways = HostReach.of(config, namespaces, ownUsers);
    if (!means.privileged()) {
      for (HostReach.Way way : ways) {
        draft.offences.unsupported(way.pointer(), way.why(), way.remedy());
      }
    }
    refuseLinks(rootfs, draft.offences);
    draft.ids.check(config);
    draft.expect(
        "/", "", config.root().readonly() ? Access.READ_ONLY : Access.EITHER, "nosuid", "nodev");
    new MountPlanner(draft, bundle, means.init(), namespaces).plan(config.mounts());
    new PathProtection(draft).plan(config.linux().readonlyPaths(), config.linux().maskedPaths());
    draft.offences.throwIfAny();
    CapabilityPlan.Result granted =
        CapabilityPlan.plan(
            config.process().isPresent() ? config.process().get().capabilities() : Optional.empty(),
            means.capabilities());

    SandboxPlan plan =
        new SandboxPlan(
            namespaces.ofLauncher(),
            ownUsers,
            namespaces.fresh(NamespaceType.NETWORK),
            draft.stageOperations(),
            operations(config, namespaces, granted, draft),
            draft.expected(),
            warnings(granted, ways, draft.ids.warnings()));
    if (plan.arguments().size() > MOST_ARGUMENTS) {
      draft.offences.invalid(
          "/mounts",
          "they take " + plan.arguments().size() + " arguments; bwrap reads " + MOST_ARGUMENTS,
          "use fewer mounts and paths");
      draft.offences.throwIfAny();
    }
    return plan;
  }

  /** A link there would send the kernel's file systems and bwrap's protections elsewhere. */
  private static void refuseLinks(Path rootfs, Offences offences) throws HuskException {
    for (String name : new String[] {"proc", "sys", "dev"}) {
      if (Files.isSymbolicLink(rootfs.resolve(name))) {
        offences.invalid(
            "/root/path",
            "/" + name + " in the image is a symbolic link",
            "make /" + name + " a directory in the image");
      }
    }
    offences.throwIfAny();
  }

  private static List<BwrapOp> operations(
      OciConfig config, NamespacePlan namespaces, CapabilityPlan.Result granted, Draft draft) {
    List<BwrapOp> all = new ArrayList<>();
    if (namespaces.fresh(NamespaceType.PID)) {
      all.add(new BwrapOp.UnsharePid());
    }
    if (namespaces.fresh(NamespaceType.UTS)) {
      all.add(new BwrapOp.UnshareUts());
      if (config.hostname().isPresent()) {
        all.add(new BwrapOp.Hostname(config.hostname().get()));
      }
    }
    all.add(new BwrapOp.AsPid1());
    all.add(new BwrapOp.NewSession());
    all.add(new BwrapOp.DropAllCapabilities());
    for (String name : granted.kept()) {
      all.add(new BwrapOp.AddCapability(name));
    }
    all.addAll(draft.mountOperations());
    if (config.root().readonly()) {
      all.add(new BwrapOp.RemountRo("/"));
    }
    all.add(new BwrapOp.Chdir("/"));
    return all;
  }

  private static List<String> warnings(
      CapabilityPlan.Result granted, List<HostReach.Way> ways, List<String> ofIds) {
    List<String> warnings = new ArrayList<>(ofIds);
    for (String name : granted.ungranted()) {
      warnings.add(name + " is not granted: husk does not have it, or the kernel does not know it");
    }
    List<String> said = new ArrayList<>();
    for (HostReach.Way way : ways) {
      if (!said.contains(way.why())) {
        said.add(way.why());
        warnings.add("privileged: " + way.pointer() + ": " + way.why());
      }
    }
    return warnings;
  }
}
