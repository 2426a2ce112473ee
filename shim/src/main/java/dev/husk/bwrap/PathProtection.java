package dev.husk.bwrap;

import dev.husk.bwrap.ExpectedMount.Access;
import dev.husk.bwrap.Resolution.Kind;
import dev.husk.bwrap.Resolution.Place;
import dev.husk.bwrap.Resolution.Refused;
import dev.husk.failure.HuskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Masked and read-only paths of {@code config-linux.md}, and husk's own minimum. What does not
 * exist is passed over, as every runtime does.
 */
final class PathProtection {
  /**
   * Read-only whatever the config says. bwrap covers some of them only if access(2) says that they
   * are writable, which for root it does not say of /proc/sys: core_pattern would be open.
   */
  private static final String[] ALWAYS = {
    "/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"
  };

  private record Target(Place place, String pointer) implements Comparable<Target> {
    @Override
    public int compareTo(Target other) {
      return place.path().compareTo(other.place.path());
    }
  }

  private final Draft draft;
  private final Set<String> covered = new HashSet<>();
  private @Nullable Path emptyDirectory;

  PathProtection(Draft draft) {
    this.draft = draft;
  }

  void plan(List<String> readonlyPaths, List<String> maskedPaths) throws HuskException {
    List<Target> readonly = targets(readonlyPaths, "/linux/readonlyPaths/");
    List<Target> masked = targets(maskedPaths, "/linux/maskedPaths/");
    for (Target target : masked) {
      covered.add(target.place().path());
    }
    // Parents first: a bind of the parent would hide one that was made on its child.
    Collections.sort(readonly);
    Set<String> done = new HashSet<>();
    for (Target target : readonly) {
      if (done.add(target.place().path())) {
        covered.add(target.place().path());
        readOnly(target);
      }
    }
    always();
    done.clear();
    for (Target target : masked) {
      if (done.add(target.place().path())) {
        mask(target);
      }
    }
  }

  /** The existing places of these paths. */
  private List<Target> targets(List<String> paths, String pointer) throws HuskException {
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      Optional<Place> place = find(paths.get(i), pointer + i);
      if (place.isPresent()) {
        targets.add(new Target(place.get(), pointer + i));
      }
    }
    return targets;
  }

  private Optional<Place> find(String path, String at) throws HuskException {
    if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
      draft.offences.invalid(at, "not an absolute path", "write it from the container's root");
      return Optional.empty();
    }
    Resolution resolution = draft.resolver.resolve(path);
    if (resolution instanceof Refused refused) {
      draft.offences.unsupported(at, path + ": " + refused.why(), "name the path it leads to");
      return Optional.empty();
    }
    Place place = (Place) resolution;
    String why = objection(place);
    if (!why.isEmpty()) {
      draft.offences.unsupported(at, path + " " + why, "remove the path from the list");
      return Optional.empty();
    }
    return place.kind() == Kind.MISSING ? Optional.empty() : Optional.of(place);
  }

  private String objection(Place place) {
    String path = place.path();
    if (path.equals("/") || path.equals("/proc") || path.equals("/dev")) {
      return "is what the sandbox stands on (for a read-only root set root.readonly)";
    }
    if (place.kind() == Kind.UNKNOWABLE) {
      return "lies in a file system whose content is not known before it is mounted";
    }
    Backing backing = draft.resolver.backing(place.layer());
    if (backing instanceof Backing.Devices && place.kind() == Kind.FILE) {
      return "is one of husk's own devices";
    }
    if (DestinationRules.under(path, "/proc")
        && backing instanceof Backing.KernelView
        && Character.isDigit(path.charAt("/proc/".length()))) {
      return "belongs to one process";
    }
    return "";
  }

  private void readOnly(Target target) throws HuskException {
    Place place = target.place();
    String path = place.path();
    if (draft.resolver.backing(place.layer()) instanceof Backing.KernelView
        && !place.inside().isEmpty()) {
      draft.protect(new BwrapOp.RoBind(staged(place, target.pointer()), path));
    } else {
      if (place.layer() == 0 || !place.inside().isEmpty()) {
        draft.after(place.layer(), new BwrapOp.Bind(draft.sourceOf(place), path));
      }
      draft.remountReadOnly(path);
    }
    draft.expect(path, "", Access.READ_ONLY, "nosuid", "nodev");
  }

  /**
   * The host's view of the same, without what the host has mounted below it, binfmt_misc for
   * example. In a user namespace that would be EINVAL, since all these mounts are locked together
   * (mount_namespaces(7)): there they come along, read-only.
   */
  private Path staged(Place place, String label) throws HuskException {
    Path staged =
        place.kind() == Kind.DIRECTORY ? draft.staging.directory(label) : draft.staging.file(label);
    boolean whole = draft.inUserNamespace && place.kind() == Kind.DIRECTORY;
    Path source = draft.sourceOf(place);
    draft.staging.bind(label, source, staged, whole);
    if (whole) {
      for (Path below : draft.hostMounts.below(source)) {
        draft.expect(place.path() + "/" + source.relativize(below), "", Access.READ_ONLY);
      }
    }
    return staged;
  }

  private void always() throws HuskException {
    for (String path : ALWAYS) {
      if (!covered.contains(path)
          && draft.resolver.resolve(path) instanceof Place place
          && place.kind() != Kind.MISSING
          && draft.resolver.backing(place.layer()) instanceof Backing.KernelView) {
        readOnly(new Target(place, path));
      }
    }
  }

  private void mask(Target target) {
    String path = target.place().path();
    if (target.place().kind() == Kind.FILE) {
      // --ro-bind would add nodev, and reading would fail instead of finding nothing.
      draft.protect(new BwrapOp.DevBind(draft.staging.device("null"), path));
      draft.expect(path, "", Access.EITHER, "nosuid");
    } else {
      draft.protect(new BwrapOp.RoBind(empty(), path));
      draft.expect(path, "tmpfs", Access.READ_ONLY, "nosuid", "nodev");
    }
  }

  /** One empty directory serves all masked ones. */
  private Path empty() {
    Path known = emptyDirectory;
    if (known == null) {
      known = draft.staging.directory("/linux/maskedPaths", "empty");
      draft.staging.filesystem(
          "/linux/maskedPaths",
          "tmpfs",
          known,
          "tmpfs",
          MountFlags.RDONLY | MountFlags.NOSUID | MountFlags.NODEV | MountFlags.NOEXEC,
          "mode=0755,size=4k");
      emptyDirectory = known;
    }
    return known;
  }
}
