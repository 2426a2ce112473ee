package dev.husk.bwrap;

import dev.husk.process.StageOp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The steps of the launcher: a tmpfs of its own, and on it every mount that bwrap cannot make. */
final class Staging {
  private static final int DIRECTORY_MODE = 0755;
  private static final int FILE_MODE = 0644;
  private static final String NO_DATA = "";
  private static final String NO_TYPE = "";

  private final Path directory;
  private final List<StageOp> operations = new ArrayList<>();
  private int made;

  Staging(Path directory) {
    this.directory = directory;
    filesystem(
        "stage",
        "tmpfs",
        directory,
        "tmpfs",
        MountFlags.NOSUID | MountFlags.NODEV | MountFlags.NOEXEC,
        "mode=0700,size=1m");
  }

  /** A fresh directory to mount on. */
  Path directory(String label) {
    return directory(label, "m" + made++);
  }

  Path directory(String label, String name) {
    Path path = directory.resolve(name);
    operations.add(new StageOp.Mkdir(label, path.toString(), DIRECTORY_MODE));
    return path;
  }

  /** A node of the staged /dev. */
  Path device(String name) {
    return directory.resolve("dev").resolve(name);
  }

  /** A fresh file to mount on. */
  Path file(String label) {
    Path path = directory.resolve("m" + made++);
    file(label, path);
    return path;
  }

  void file(String label, Path path) {
    operations.add(new StageOp.Touch(label, path.toString(), FILE_MODE));
  }

  void makeDirectory(String label, Path path) {
    operations.add(new StageOp.Mkdir(label, path.toString(), DIRECTORY_MODE));
  }

  void symlink(String label, String target, Path path) {
    operations.add(new StageOp.Symlink(label, target, path.toString()));
  }

  void filesystem(
      String label, String source, Path target, String fstype, long flags, String data) {
    operations.add(new StageOp.Mount(label, source, target.toString(), fstype, flags, data));
  }

  void bind(String label, Path source, Path target, boolean recursive) {
    long flags = recursive ? MountFlags.BIND | MountFlags.REC : MountFlags.BIND;
    operations.add(
        new StageOp.Mount(label, source.toString(), target.toString(), NO_TYPE, flags, NO_DATA));
  }

  /** Sets the flags of a mount made before; those not named are taken off. */
  void remount(String label, Path target, long flags) {
    operations.add(
        new StageOp.Mount(
            label,
            "none",
            target.toString(),
            NO_TYPE,
            MountFlags.REMOUNT | MountFlags.BIND | flags,
            NO_DATA));
  }

  List<StageOp> operations() {
    return operations;
  }
}
