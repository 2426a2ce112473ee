package dev.husk.bwrap;

import dev.husk.bwrap.Resolution.Kind;
import dev.husk.bwrap.Resolution.Place;
import dev.husk.failure.HuskException;
import dev.husk.oci.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bind mounts. bwrap's are recursive and keep the source's attributes; a mount without its
 * submounts, or with attributes of its own, is made on the stage first.
 */
final class BindPlanner {
  private static final int FILE_TYPE = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;

  private static final Set<String> CGROUPFS = Set.of("cgroup", "cgroup2");
  private static final Set<String> PROCFS = Set.of("proc");

  /** A pinned object can be written through a read-only mount, too. */
  private static final Set<String> BPFFS = Set.of("bpf");

  /** What is written there changes the host, or what its kernel does. */
  private static final Set<String> KERNEL =
      Set.of(
          "sysfs",
          "debugfs",
          "tracefs",
          "securityfs",
          "configfs",
          "efivarfs",
          "fusectl",
          "pstore",
          "binfmt_misc",
          "selinuxfs",
          "smackfs",
          "resctrl",
          "nfsd",
          "rpc_pipefs",
          "xenfs");

  private final Draft draft;
  private final Path bundle;

  BindPlanner(Draft draft, Path bundle) {
    this.draft = draft;
    this.bundle = bundle;
  }

  void plan(Mount mount, MountOptions options, Place place, String pointer) throws HuskException {
    options.refuseData();
    options.refuseFilesystemFlags("a bind mount cannot change its source's file system");
    Path source = source(mount, pointer);
    if (source == null || refusedAsWayOut(source, options, pointer)) {
      return;
    }
    boolean directory = Files.isDirectory(source);
    if (place.kind() != Kind.MISSING && directory != (place.kind() == Kind.DIRECTORY)) {
      draft.offences.invalid(
          pointer + "/destination",
          place.path()
              + " is "
              + (directory
                  ? "no directory, but the source is"
                  : "a directory, but the source is not"),
          "make source and destination of one kind");
      return;
    }
    Path bound = staged(source, directory, options, pointer);
    Backing backing =
        directory ? new Backing.Tree(source, options.recursive()) : new Backing.Leaf(source);
    String path = place.path();
    if (options.readOnly() && (options.recursivelyReadOnly() || !options.recursive())) {
      draft.mount(place, backing, bound, new BwrapOp.RoBind(bound, path));
    } else if (options.readOnly()) {
      draft.mount(
          place, backing, bound, new BwrapOp.Bind(bound, path), new BwrapOp.RemountRo(path));
    } else {
      draft.mount(place, backing, bound, new BwrapOp.Bind(bound, path));
    }
    draft.expect(
        path,
        "",
        MountPlanner.access(options),
        MountPlanner.required(MountType.BIND, options.set()));
  }

  /**
   * The host's file systems through which a payload without any capability could leave: cgroupfs by
   * a write to cgroup.procs, procfs by the root directory of bwrap's monitor; and those through
   * which root could reconfigure the host, as a mount of type sysfs may not either.
   */
  private boolean refusedAsWayOut(Path source, MountOptions options, String pointer)
      throws HuskException {
    if (draft.hostMounts.shows(PROCFS, source, options.recursive())) {
      draft.offences.unsupported(
          pointer + "/source",
          source + " shows the host's procfs, through which the payload could reach the host",
          "use a mount of type proc, or bind without the submounts");
      return true;
    }
    if (draft.hostMounts.shows(BPFFS, source, options.recursive())) {
      draft.offences.unsupported(
          pointer + "/source",
          source + " shows the host's BPF objects, which a read-only mount does not protect",
          "bind without the submounts, or something that has none of them");
      return true;
    }
    if (showsWritable(CGROUPFS, source, options)) {
      draft.offences.unsupported(
          pointer + "/source",
          source + " shows cgroups of the host, through which the payload could leave its own",
          "use a mount of type cgroup, which shows the sandbox's own, or add the option rro");
      return true;
    }
    if (showsWritable(KERNEL, source, options)) {
      draft.offences.unsupported(
          pointer + "/source",
          source + " shows a file system of the kernel, where root could reconfigure the host",
          "add the option ro, and rro where something is mounted below");
      return true;
    }
    return false;
  }

  private boolean showsWritable(Set<String> types, Path source, MountOptions options)
      throws HuskException {
    if (!options.readOnly()) {
      return draft.hostMounts.shows(types, source, options.recursive());
    }
    return options.recursive()
        && !options.recursivelyReadOnly()
        && draft.hostMounts.holds(types, source);
  }

  private Path staged(Path source, boolean directory, MountOptions options, String pointer)
      throws HuskException {
    // A file has nothing mounted below it.
    boolean whole = options.recursive() || !directory;
    if (whole && !options.hasAttributes()) {
      return source;
    }
    Path staged = directory ? draft.staging.directory(pointer) : draft.staging.file(pointer);
    draft.staging.bind(pointer, source, staged, options.recursive());
    if (options.hasAttributes()) {
      long flags = (draft.hostMounts.flagsOf(source) & ~options.cleared()) | options.set();
      if ((flags & MountFlags.ATIMES) == 0) {
        flags |= MountFlags.RELATIME;
      }
      draft.staging.remount(pointer, staged, flags | MountFlags.NOSUID | MountFlags.NODEV);
    }
    return staged;
  }

  /** The source without links, as bwrap will see it; null if there was an offence. */
  private @Nullable Path source(Mount mount, String pointer) {
    String at = pointer + "/source";
    if (mount.source().isEmpty() || mount.source().get().isEmpty()) {
      draft.offences.invalid(at, "a bind mount needs a source", "name the path to mount");
      return null;
    }
    String written = mount.source().get();
    try {
      Path real = bundle.resolve(written).toRealPath();
      if (isDevice(real)) {
        draft.offences.unsupported(
            at,
            written + " is a device node, which no bind mount of husk's opens",
            "use one of the default devices in /dev");
        return null;
      }
      return real;
    } catch (NoSuchFileException e) {
      draft.offences.missing(at, written + " does not exist", "create it, or correct the path");
    } catch (InvalidPathException e) {
      draft.offences.invalid(at, "not a path: " + e.getReason(), "correct the path");
    } catch (IOException e) {
      draft.offences.invalid(at, "cannot be looked up: " + e, "correct the path");
    }
    return null;
  }

  private static boolean isDevice(Path real) throws IOException {
    if (!Files.readAttributes(real, BasicFileAttributes.class).isOther()) {
      return false;
    }
    Object mode = Files.getAttribute(real, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    int type = mode instanceof Integer bits ? bits & FILE_TYPE : CHARACTER_DEVICE;
    return type == CHARACTER_DEVICE || type == BLOCK_DEVICE;
  }
}
