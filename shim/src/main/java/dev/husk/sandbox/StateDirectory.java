package dev.husk.sandbox;

import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import dev.husk.process.FileStatus;
import dev.husk.process.Stderr;
import dev.husk.process.SysFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The directory of one id, mode 0700, owned by one living shim: the kernel drops the lock when the
 * shim dies, whatever the cause, so a later shim can tell a dead owner from a living one.
 */
public final class StateDirectory {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /** Rounds of claiming against another shim that is just removing the same directory. */
  private static final int CLAIM_ROUNDS = 20;

  static final String LOCK = "lock";
  static final String STATE = "state.json";
  static final String SOCKET = "shim.sock";

  private final Path path;
  private final FileChannel lockFile;
  private final Optional<String> abandoned;

  private StateDirectory(Path path, FileChannel lockFile, Optional<String> abandoned) {
    this.path = path;
    this.lockFile = lockFile;
    this.abandoned = abandoned;
  }

  /**
   * Claims an id below {@code root}.
   *
   * @throws HuskException {@link SandboxFailure.IdInUse}, {@link SandboxFailure.StateUnusable}
   */
  public static StateDirectory claim(Path root, String id) throws HuskException {
    Path path = root.resolve(SandboxId.require(id));
    try {
      Files.createDirectories(root, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      requireTrusted(root);
      for (int round = 0; round < CLAIM_ROUNDS; round++) {
        Optional<StateDirectory> claimed = tryClaim(path);
        if (claimed.isPresent()) {
          return claimed.get();
        }
      }
    } catch (AccessDeniedException e) {
      throw unusable(path, "permission denied", FailureKind.DENIED, e);
    } catch (IOException e) {
      throw unusable(path, reason(e), FailureKind.PRECONDITION, e);
    }
    throw new HuskException(new SandboxFailure.IdInUse(id, path.toString()));
  }

  /** The JDK tells a missing or misplaced directory by the exception's class alone. */
  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "no such directory: " + missing.getFile();
      case FileAlreadyExistsException taken -> "not a directory: " + taken.getFile();
      default -> String.valueOf(e.getMessage());
    };
  }

  private static HuskException unusable(Path path, String reason, FailureKind kind, Exception e) {
    return new HuskException(new SandboxFailure.StateUnusable(path.toString(), reason, kind), e);
  }

  private static Optional<StateDirectory> tryClaim(Path path) throws IOException, HuskException {
    boolean fresh = true;
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      fresh = false;
    }
    Path lock = path.resolve(LOCK);
    FileChannel channel;
    try {
      if (!fresh) {
        requireOwn(path);
        requireRegular(lock);
      }
      channel =
          FileChannel.open(
              lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return Optional.empty(); // its owner removed the directory meanwhile
    } catch (IOException e) {
      if (fresh) {
        delete(path);
      }
      throw e;
    }
    boolean kept = false;
    try {
      FileLock held = channel.tryLock();
      if (held == null) {
        throw new HuskException(
            new SandboxFailure.IdInUse(path.getFileName().toString(), path.toString()));
      }
      try {
        if (!stillThere(channel, lock)) {
          return Optional.empty();
        }
      } catch (IOException e) {
        if (fresh) {
          // A full file system: what was made on it is not left there.
          delete(lock);
          delete(path);
        }
        throw e;
      }
      Optional<String> abandoned = fresh ? Optional.empty() : readState(path);
      if (abandoned.isPresent()) {
        Predecessor.remove(path.getFileName().toString(), abandoned.get());
      }
      kept = true;
      return Optional.of(new StateDirectory(path, channel, abandoned));
    } finally {
      if (!kept) {
        channel.close();
      }
    }
  }

  /**
   * Who may write to the root may put there what he likes, links above all; a sticky one lets him
   * put something of his own only, which {@link #requireOwn} sees.
   */
  private static void requireTrusted(Path root) throws IOException, HuskException {
    FileStatus status = FileStatus.of(root.toRealPath());
    boolean others = status.isWritableByOthers() && !status.isSticky();
    if (others || !(status.isOwn() || status.isRoots())) {
      throw untrusted(root, status);
    }
  }

  private static void requireOwn(Path path) throws IOException, HuskException {
    FileStatus status = status(path);
    if (!status.isDirectory()) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (!status.isOwn() || status.isWritableByOthers()) {
      throw untrusted(path, status);
    }
  }

  private static void requireRegular(Path lock) throws IOException, HuskException {
    try {
      if (!status(lock).isRegularFile()) {
        throw new HuskException(
            new SandboxFailure.StateUnusable(
                lock.toString(), "it is no regular file", FailureKind.PRECONDITION));
      }
    } catch (NoSuchFileException e) {
      // It is about to be made.
      return;
    }
  }

  private static FileStatus status(Path path) throws IOException {
    try {
      return FileStatus.of(path);
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        throw new NoSuchFileException(path.toString());
      }
      throw e;
    }
  }

  private static HuskException untrusted(Path path, FileStatus status) {
    String reason =
        "others may change what is in it: it belongs to user "
            + status.owner()
            + " and has mode "
            + status.permissions();
    return new HuskException(
        new SandboxFailure.StateUnusable(path.toString(), reason, FailureKind.DENIED));
  }

  /**
   * A lock on a file that its last owner has unlinked since is worth nothing. The mark is the
   * file's size, since looking at that opens nothing: closing any descriptor of the file would drop
   * this process's lock (fcntl(2), F_SETLK). The byte that makes the size is the only one written.
   */
  private static boolean stillThere(FileChannel channel, Path lock) throws IOException {
    long mark = ProcessHandle.current().pid();
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), mark);
    try {
      return Files.size(lock) == mark + 1;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** The part that a successor needs. */
  private static Optional<String> readState(Path path) throws IOException {
    try {
      return Optional.of(SysFiles.readStart(path.resolve(STATE), StateJson.LONGEST_START));
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return Optional.empty();
      }
      if (e.errno().equals(Errno.EINVAL)) {
        throw new IOException(STATE + " is no regular file", e);
      }
      throw new IOException(e.getMessage(), e);
    }
  }

  public Path path() {
    return path;
  }

  /** The default place of the shim's socket. */
  public Path socket() {
    return path.resolve(SOCKET);
  }

  /** Where the launcher mounts its staging tmpfs, in its own mount namespace. */
  public Path stage() {
    return path.resolve("stage");
  }

  /** The state file of a shim that died without deleting its sandbox, all or its beginning. */
  public Optional<String> abandonedState() {
    return abandoned;
  }

  /** Makes the staging mount point. */
  public void makeStage() throws HuskException {
    try {
      Files.createDirectories(stage(), PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (IOException e) {
      throw unusable(stage(), String.valueOf(e.getMessage()), FailureKind.PRECONDITION, e);
    }
  }

  /** Replaces the state file atomically: a reader sees the old or the new one, never a half. */
  public void writeState(String json) throws HuskException {
    Path target = path.resolve(STATE);
    Path draft = path.resolve("." + STATE);
    try {
      Files.writeString(draft, json);
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw unusable(target, String.valueOf(e.getMessage()), FailureKind.PRECONDITION, e);
    }
  }

  /** Removes what {@link #makeStage} and {@link #writeState} made; the id stays claimed. */
  public void clear() {
    delete(stage());
    delete(path.resolve("." + STATE));
    delete(path.resolve(STATE));
  }

  /** Gives the id back and removes the directory. The lock goes last, see {@code stillThere}. */
  public void release() {
    clear();
    delete(socket());
    delete(path.resolve(LOCK));
    delete(path);
    try {
      lockFile.close();
    } catch (IOException e) {
      // Nothing depends on it any more: the file is unlinked.
      return;
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      Stderr.say("cannot remove " + path + ": " + e.getMessage());
    }
  }
}
