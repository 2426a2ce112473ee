package dev.husk.bwrap;

import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.oci.OciConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The directory that {@code root.path} names. */
public final class Rootfs {
  private Rootfs() {}

  /** The real directory of {@code root.path}, which is relative to the bundle. */
  public static Path locate(Path bundle, OciConfig.Root root) throws HuskException {
    try {
      return check(bundle.resolve(root.path()).toRealPath());
    } catch (NoSuchFileException e) {
      throw unusable(
          bundle.resolve(root.path()).toString(), "no such directory", FailureKind.NOT_FOUND, e);
    } catch (InvalidPathException | IOException e) {
      throw unusable(root.path(), String.valueOf(e.getMessage()), FailureKind.INVALID, e);
    }
  }

  /** The same path, if it is a directory, holds no link, and is not the host's root. */
  static Path check(Path rootfs) throws HuskException {
    try {
      Path real = rootfs.toRealPath();
      if (!real.equals(rootfs)) {
        throw unusable(
            rootfs.toString(), "leads through a symbolic link to " + real, FailureKind.INVALID);
      }
    } catch (NoSuchFileException e) {
      throw unusable(rootfs.toString(), "no such directory", FailureKind.NOT_FOUND, e);
    } catch (IOException e) {
      throw unusable(rootfs.toString(), String.valueOf(e.getMessage()), FailureKind.INVALID, e);
    }
    if (!Files.isDirectory(rootfs)) {
      throw unusable(rootfs.toString(), "is not a directory", FailureKind.INVALID);
    }
    if (rootfs.getNameCount() == 0) {
      throw unusable(rootfs.toString(), "is the root of the host", FailureKind.INVALID);
    }
    return rootfs;
  }

  private static HuskException unusable(String path, String why, FailureKind kind) {
    return new HuskException(new BwrapFailure.RootfsUnusable(path, why, kind));
  }

  private static HuskException unusable(
      String path, String why, FailureKind kind, Exception cause) {
    return new HuskException(new BwrapFailure.RootfsUnusable(path, why, kind), cause);
  }
}
