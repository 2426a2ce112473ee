package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketPlaceTest {
  @TempDir private Path temp;
  private Path socket;

  @BeforeEach
  void place() {
    socket = temp.resolve("shim.sock");
  }

  @Test
  void directoryAndSocketAreTheOwnersAlone() throws Exception {
    Path inNewDirectory = temp.resolve("new").resolve("shim.sock");
    try (ServerSocketChannel channel = SocketPlace.listen(inNewDirectory).channel()) {
      assertThat(channel.isOpen()).isTrue();
      assertThat(mode(inNewDirectory)).isEqualTo("rw-------");
      assertThat(mode(temp.resolve("new"))).isEqualTo("rwx------");
    }
  }

  @Test
  void aDirectoryOpenToOthersIsRefusedAndLeftAsItIs() throws Exception {
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    Failure failure = refused(socket);
    assertThat(failure.kind()).isEqualTo(FailureKind.PRECONDITION);
    assertThat(failure.why()).contains("mode 0755");
    assertThat(mode(temp)).isEqualTo("rwxr-xr-x");
    assertThat(socket).doesNotExist();
  }

  @Test
  void theLongestPathWorksAndOneByteMoreIsRefused() throws Exception {
    String directory = temp + "/";
    Path longest =
        Path.of(directory + "s".repeat(UnixServerSocket.LONGEST_PATH - directory.length()));
    SocketPlace.listen(longest).channel().close();
    Failure failure = refused(Path.of(longest + "s"));
    assertThat(failure.kind()).isEqualTo(FailureKind.INVALID);
    assertThat(failure.why()).contains("107 bytes").contains("106");
  }

  @Test
  void aPathsLengthIsCountedInBytes() {
    assertThat(refused(temp.resolve("\u20ac".repeat(35))).kind()).isEqualTo(FailureKind.INVALID);
  }

  @Test
  void theSocketOfADeadProcessIsReplaced() throws Exception {
    ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    dead.bind(UnixDomainSocketAddress.of(socket));
    dead.close();
    assertThat(socket).exists();
    SocketPlace.listen(socket).channel().close();
  }

  @Test
  void theSocketOfALivingProcessIsLeftAlone() throws Exception {
    try (ServerSocketChannel living = SocketPlace.listen(socket).channel()) {
      assertThat(refused(socket)).isEqualTo(new RpcFailure.SocketInUse(socket));
      assertThat(socket).exists();
      assertThat(living.isOpen()).isTrue();
    }
  }

  @Test
  void whatIsNoSocketIsLeftAlone() throws Exception {
    Files.writeString(socket, "mine");
    assertThat(refused(socket).kind()).isEqualTo(FailureKind.EXISTS);
    assertThat(socket).hasContent("mine");
    Path link = Files.createSymbolicLink(temp.resolve("link"), temp.resolve("nowhere"));
    assertThat(refused(link).kind()).isEqualTo(FailureKind.EXISTS);
  }

  @Test
  void aMissingParentIsRefused() {
    Failure failure = refused(temp.resolve("no/such/shim.sock"));
    assertThat(failure.kind()).isEqualTo(FailureKind.PRECONDITION);
    assertThat(failure.remedy()).contains("mode 0700");
  }

  private static Failure refused(Path path) {
    return Objects.requireNonNull(
            catchThrowableOfType(HuskException.class, () -> SocketPlace.listen(path)))
        .failure();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
