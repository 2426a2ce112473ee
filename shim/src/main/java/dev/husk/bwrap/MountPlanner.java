package dev.husk.bwrap;

import dev.husk.bwrap.ExpectedMount.Access;
import dev.husk.bwrap.Resolution.Place;
import dev.husk.bwrap.Resolution.Refused;
import dev.husk.failure.HuskException;
import dev.husk.oci.Mount;
import dev.husk.oci.NamespaceType;
import java.nio.file.Path;
import java.util.List;

/** The config's {@code mounts}, in listed order: staged by the launcher, bound by bwrap. */
final class MountPlanner {
  private final Draft draft;
  private final BindPlanner binds;
  private final DevPlanner dev;
  private final NamespacePlan namespaces;

  MountPlanner(Draft draft, Path bundle, Path init, NamespacePlan namespaces) {
    this.draft = draft;
    this.namespaces = namespaces;
    binds = new BindPlanner(draft, bundle);
    dev = new DevPlanner(draft, init);
  }

  void plan(List<Mount> mounts) throws HuskException {
    boolean ownPts = mentions(mounts, "/dev/pts");
    if (!mentions(mounts, "/dev")) {
      dev.plan(ownPts);
    }
    for (int i = 0; i < mounts.size(); i++) {
      plan(mounts.get(i), "/mounts/" + i, ownPts);
    }
  }

  private static boolean mentions(List<Mount> mounts, String destination) {
    for (Mount mount : mounts) {
      String path = mount.destination();
      int end = path.length();
      while (end > 1 && path.charAt(end - 1) == '/') {
        end--;
      }
      if (end == destination.length() && path.startsWith(destination)) {
        return true;
      }
    }
    return false;
  }

  private void plan(Mount mount, String pointer, boolean ownPts) throws HuskException {
    MountOptions options = MountOptions.parse(mount.options(), pointer, draft.offences);
    MountType type = type(mount, options, pointer);
    if (!mount.uidMappings().isEmpty() || !mount.gidMappings().isEmpty()) {
      draft.offences.unsupported(
          pointer + (mount.uidMappings().isEmpty() ? "/gidMappings" : "/uidMappings"),
          "id-mapped mounts are not applied",
          "remove the mappings and change the owner of the files instead");
    }
    String destination = mount.destination();
    if (destination.isEmpty() || destination.indexOf('\0') >= 0) {
      draft.offences.invalid(
          pointer + "/destination", "empty, or with a NUL", "name a path of the container");
      return;
    }
    if (mount.source().isPresent() && mount.source().get().indexOf('\0') >= 0) {
      draft.offences.invalid(pointer + "/source", "has a NUL in it", "name a path of the host");
      return;
    }
    Resolution resolution = draft.resolver.resolve(destination);
    if (resolution instanceof Refused refused) {
      draft.offences.invalid(
          pointer + "/destination", destination + ": " + refused.why(), "name another path");
    } else if (resolution instanceof Place place
        && type != MountType.OTHER
        && DestinationRules.allow(type, place, pointer, draft)) {
      if (type == MountType.BIND) {
        binds.plan(mount, options, place, pointer);
      } else if (place.path().equals("/dev")) {
        dev.plan(options, place, pointer, ownPts);
      } else if (type == MountType.PROC) {
        proc(options, place);
      } else {
        filesystem(type, mount, options, place, pointer);
      }
    }
  }

  private MountType type(Mount mount, MountOptions options, String pointer) {
    if (options.bind()) {
      return MountType.BIND;
    }
    if (mount.type().isEmpty()) {
      draft.offences.invalid(
          pointer + "/type", "no type, and neither option bind nor rbind", "set the type");
      return MountType.OTHER;
    }
    MountType type = MountType.of(mount.type().get());
    if (type == MountType.OTHER) {
      draft.offences.unsupported(
          pointer + "/type",
          "type " + mount.type().get() + " is not applied",
          "use bind, proc, sysfs, tmpfs, devpts, mqueue or cgroup, or mount it on the host and"
              + " bind it");
    }
    return type;
  }

  /** The procfs of the new pid namespace can be made by nobody but bwrap. */
  private void proc(MountOptions options, Place place) {
    options.refuseData();
    options.refuseFilesystemFlags("bubblewrap mounts proc with options of its own");
    options.refuseAttributesBut(
        "noexec", "relatime", "bubblewrap mounts proc nosuid, nodev and noexec");
    draft.mount(
        place,
        new Backing.KernelView(Path.of("/proc")),
        Path.of("/proc"),
        new BwrapOp.Proc(place.path()));
    if (options.readOnly()) {
      draft.remountReadOnly(place.path());
    }
    draft.expect(place.path(), "proc", access(options), "nosuid", "nodev", "noexec");
  }

  private void filesystem(
      MountType type, Mount mount, MountOptions options, Place place, String pointer) {
    String data = options.data(type, draft.ids);
    if (draft.ids.ownUsers()) {
      requireOwn(type, pointer);
    }
    if (type != MountType.TMPFS && type != MountType.DEVPTS) {
      options.refuseFilesystemFlags("the file system is shared with other mounts of it");
    }
    if (type == MountType.SYSFS && !options.readOnly()) {
      draft.offences.unsupported(
          pointer + "/options",
          "a writable sysfs lets root in the sandbox reconfigure the host",
          "add the option ro");
    }
    long flags = options.set() | MountFlags.NOSUID;
    if (type != MountType.DEVPTS) {
      flags |= MountFlags.NODEV;
    }
    // A tmpfs may still get mount points from bwrap and becomes read-only after that.
    boolean late = type == MountType.TMPFS;
    if (options.readOnly() && !late) {
      flags |= MountFlags.RDONLY;
    }
    Path staged = draft.staging.directory(pointer);
    if (type == MountType.SYSFS && !namespaces.fresh(NamespaceType.NETWORK)) {
      draft.staging.bind(pointer, Path.of("/sys"), staged, false);
      draft.staging.remount(pointer, staged, flags);
    } else {
      String source = mount.source().orElse(type.fstype());
      draft.staging.filesystem(pointer, source, staged, type.fstype(), flags, data);
    }
    if (options.readOnly() && late) {
      draft.remountReadOnly(place.path());
    }
    bind(type, place, staged);
    draft.expect(place.path(), type.fstype(), access(options), required(type, flags));
  }

  /** These show what a namespace holds, and are for whoever owns that. */
  private void requireOwn(MountType type, String pointer) {
    if (type == MountType.SYSFS && !namespaces.fresh(NamespaceType.NETWORK)) {
      refuseForeign(pointer, type, NamespaceType.NETWORK);
    }
    if (type == MountType.MQUEUE && !namespaces.fresh(NamespaceType.IPC)) {
      refuseForeign(pointer, type, NamespaceType.IPC);
    }
  }

  private void refuseForeign(String pointer, MountType type, NamespaceType namespace) {
    draft.offences.unsupported(
        pointer + "/type",
        "an unprivileged user cannot mount "
            + type.fstype()
            + " of the host's "
            + namespace.specName()
            + " namespace",
        "add a namespace of type " + namespace.specName() + ", or remove the mount");
  }

  private void bind(MountType type, Place place, Path staged) {
    String path = place.path();
    BwrapOp operation =
        type == MountType.DEVPTS
            ? new BwrapOp.DevBind(staged, path)
            : new BwrapOp.Bind(staged, path);
    draft.mount(place, backing(type), staged, operation);
  }

  private static Backing backing(MountType type) {
    return switch (type) {
      case TMPFS -> new Backing.Empty();
      case SYSFS -> new Backing.KernelView(Path.of("/sys"));
      default -> new Backing.Opaque(type.fstype());
    };
  }

  static String[] required(MountType type, long flags) {
    boolean noexec = (flags & MountFlags.NOEXEC) != 0;
    if (type == MountType.DEVPTS) {
      return noexec ? new String[] {"nosuid", "noexec"} : new String[] {"nosuid"};
    }
    return noexec ? new String[] {"nosuid", "nodev", "noexec"} : new String[] {"nosuid", "nodev"};
  }

  static Access access(MountOptions options) {
    if (options.readOnly()) {
      return Access.READ_ONLY;
    }
    return options.writable() ? Access.WRITABLE : Access.EITHER;
  }
}
