package dev.husk.rpc;

import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Makes the listening socket where nobody else can reach it: the directory has mode 0700 before the
 * socket comes to be, the socket 0600. Of two processes that want the same path at the same moment
 * the directory's owner must see to it that only one tries.
 */
final class SocketPlace {
  private static final Set<PosixFilePermission> OWNER_READS_WRITES =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final Set<PosixFilePermission> OWNER_ALL =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);
  private static final int S_IFMT = 0170000;
  private static final int S_IFSOCK = 0140000;
  private static final int OTHERS = 0077;

  /**
   * Connections waiting to be accepted. A unix connect beyond it fails with EAGAIN instead of
   * waiting, so it must hold a burst of clients.
   */
  private static final int BACKLOG = 4096;

  private final Path path;
  private boolean madeDirectory;

  private SocketPlace(Path path) {
    this.path = path;
  }

  /**
   * Listens on a path.
   *
   * @throws HuskException {@link RpcFailure}: the path is too long, taken, or its directory is
   *     missing or open to others
   */
  static Bound listen(Path path) throws HuskException {
    checkLength(path);
    SocketPlace place = new SocketPlace(path.toAbsolutePath());
    return new Bound(place.listen(), place.madeDirectory);
  }

  /**
   * A listening socket.
   *
   * @param madeDirectory its directory was missing before
   */
  record Bound(ServerSocketChannel channel, boolean madeDirectory) {}

  static void checkLength(Path path) throws HuskException {
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > UnixServerSocket.LONGEST_PATH) {
      throw new HuskException(new RpcFailure.SocketPathTooLong(path, bytes));
    }
  }

  private ServerSocketChannel listen() throws HuskException {
    prepareDirectory();
    removeStale();
    try {
      ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.bind(UnixDomainSocketAddress.of(path), BACKLOG);
        Files.setPosixFilePermissions(path, OWNER_READS_WRITES);
        return channel;
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw refused(e, "check the directory's file system and rights", FailureKind.INTERNAL);
    }
  }

  private void prepareDirectory() throws HuskException {
    Path directory = path.getParent();
    if (directory == null) {
      throw refused("it names no file", "give the path of a socket", FailureKind.INVALID);
    }
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ALL));
      madeDirectory = true;
    } catch (FileAlreadyExistsException e) {
      checkDirectory(directory);
    } catch (IOException e) {
      throw refused(e, "create " + directory + " with mode 0700", FailureKind.PRECONDITION);
    }
  }

  private void checkDirectory(Path directory) throws HuskException {
    int mode;
    try {
      mode = mode(directory);
    } catch (IOException e) {
      throw refused(e, "create " + directory + " with mode 0700", FailureKind.PRECONDITION);
    }
    if ((mode & OTHERS) != 0) {
      throw refused(
          "its directory is open to others (mode 0" + Integer.toOctalString(mode & 07777) + ")",
          "choose a path whose directory has mode 0700 or does not exist yet",
          FailureKind.PRECONDITION);
    }
  }

  /** Removes the socket of a process that is gone; anything else at the path is left alone. */
  private void removeStale() throws HuskException {
    try {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      if ((mode(path, LinkOption.NOFOLLOW_LINKS) & S_IFMT) != S_IFSOCK) {
        throw refused(
            "something that is no socket is there",
            "remove it, or choose another path",
            FailureKind.EXISTS);
      }
      if (somebodyListens()) {
        throw new HuskException(new RpcFailure.SocketInUse(path));
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw refused(e, "remove it, or choose another path", FailureKind.EXISTS);
    }
  }

  private static int mode(Path path, LinkOption... options) throws IOException {
    if (Files.getAttribute(path, "unix:mode", options) instanceof Integer mode) {
      return mode;
    }
    throw new IOException("the file system tells no mode");
  }

  private boolean somebodyListens() throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // Non-blocking: a listener whose backlog is full must not hold us up.
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }

  private HuskException refused(IOException cause, String remedy, FailureKind kind) {
    String text = cause.getMessage();
    return new HuskException(
        new RpcFailure.SocketRefused(
            path,
            cause.getClass().getSimpleName() + (text == null ? "" : ": " + text),
            remedy,
            cause instanceof AccessDeniedException ? FailureKind.DENIED : kind),
        cause);
  }

  private HuskException refused(String why, String remedy, FailureKind kind) {
    return new HuskException(new RpcFailure.SocketRefused(path, why, remedy, kind));
  }
}
