package dev.husk.bwrap;

import dev.husk.bwrap.ExpectedMount.Access;
import dev.husk.bwrap.Resolution.Kind;
import dev.husk.bwrap.Resolution.Place;
import dev.husk.bwrap.Resolution.Refused;
import dev.husk.failure.HuskException;
import java.nio.file.Path;

/** Stages {@link DevFilesystem}, with the in-sandbox init read-only on it. */
final class DevPlanner {
  private static final String LABEL = "/dev";
  private static final String DEFAULT_DATA = "mode=0755,size=65536k";
  private static final String PTS_DATA = "newinstance,ptmxmode=0666,mode=0620";

  private final Draft draft;
  private final Path init;

  DevPlanner(Draft draft, Path init) {
    this.draft = draft;
    this.init = init;
  }

  /** For a config that does not mount /dev. */
  void plan(boolean ownPts) throws HuskException {
    Resolution resolution = draft.resolver.resolve("/dev");
    if (resolution instanceof Refused refused) {
      draft.offences.invalid("/root/path", "/dev: " + refused.why(), "repair the image");
    } else if (resolution instanceof Place place) {
      if (place.kind() == Kind.FILE) {
        draft.offences.invalid("/root/path", "/dev is not a directory", "repair the image");
        return;
      }
      stage(place, LABEL, 0, DEFAULT_DATA, ownPts);
    }
  }

  /** For the config's own mount of /dev. */
  void plan(MountOptions options, Place place, String pointer, boolean ownPts)
      throws HuskException {
    if (options.readOnly()) {
      draft.offences.unsupported(
          pointer + "/options",
          "a read-only /dev is not applied: the in-sandbox init removes itself from it",
          "remove the option ro");
    }
    String data = options.dataForDev();
    stage(place, pointer, options.set(), data, ownPts);
  }

  private void stage(Place place, String label, long flags, String data, boolean ownPts)
      throws HuskException {
    Staging staging = draft.staging;
    Path dev = staging.directory(label, "dev");
    long all = flags | MountFlags.NOSUID | MountFlags.NODEV;
    staging.filesystem(label, "tmpfs", dev, "tmpfs", all, data);
    for (String node : DevFilesystem.NODES) {
      Path target = dev.resolve(node);
      staging.file(label, target);
      staging.bind(label, Path.of("/dev", node), target, false);
      // It is the host's own node: read-only its mode and times stay, and the device still takes
      // writes.
      staging.remount(label, target, MountFlags.RDONLY | MountFlags.NOSUID | MountFlags.NOEXEC);
      draft.expect("/dev/" + node, "", Access.READ_ONLY, "nosuid");
    }
    for (String[] link : DevFilesystem.LINKS) {
      staging.symlink(label, link[1], dev.resolve(link[0]));
    }
    Path pts = dev.resolve("pts");
    staging.makeDirectory(label, pts);
    if (!ownPts) {
      staging.filesystem(
          label, "devpts", pts, "devpts", MountFlags.NOSUID | MountFlags.NOEXEC, PTS_DATA);
      draft.expect("/dev/pts", "devpts", Access.WRITABLE, "nosuid", "noexec");
    }
    Path target = dev.resolve(DevFilesystem.INIT);
    staging.file(label, target);
    staging.bind(label, init, target, false);
    staging.remount(label, target, MountFlags.RDONLY | MountFlags.NOSUID | MountFlags.NODEV);
    draft.mount(place, new Backing.Devices(), dev, new BwrapOp.DevBind(dev, "/dev"));
    draft.expect("/dev", "tmpfs", Access.WRITABLE, "nosuid", "nodev");
    if (!ownPts && draft.resolver.resolve("/dev/pts") instanceof Place at) {
      draft.mount(at, new Backing.Opaque("devpts"), pts);
    }
  }
}
