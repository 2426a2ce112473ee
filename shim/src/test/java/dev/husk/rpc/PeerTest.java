package dev.husk.rpc;

import static dev.husk.rpc.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.v1.InfoRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PeerTest {
  private static final String STRANGER = "65534";

  /** Reads what the server says first and prints how many bytes it was. */
  private static final String CLIENT =
      "use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die $!;"
          + " alarm 5; my $n = sysread($s, my $b, 100); print \"bytes $n\\n\"";

  @Test
  void aStrangerIsClosedLoggedOnceAndCounted() throws Exception {
    assumeTrue(Programs.find("setpriv").isPresent(), "there is no setpriv");
    assumeTrue(Programs.find("perl").isPresent(), "there is no perl");
    assumeTrue(isRoot(), "only root can become another user");
    try (TestServer test = new TestServer()) {
      openToAll(test.directory);
      openToAll(test.socket);
      List<String> own = List.of("perl", "-e", CLIENT, test.socket.toString());
      assertThat(Programs.run(own).output()).startsWith("bytes ").isNotEqualTo("bytes 0\n");

      List<String> stranger =
          List.of("setpriv", "--reuid", STRANGER, "--clear-groups", "perl", "-e", CLIENT);
      for (int i = 0; i < 3; i++) {
        assertThat(Programs.run(with(stranger, test.socket.toString())).output())
            .isEqualTo("bytes 0\n");
      }
      assertThat(test.server.counts().rejectedPeers()).isEqualTo(3);
      assertThat(test.log).hasSize(1);
      assertThat(test.log.getFirst()).contains("nobody");
      eventually(() -> test.server.counts().connections() == 0);
      assertThat(test.client().info(InfoRequest.getDefaultInstance()).hasInfo()).isTrue();
    }
  }

  private static boolean isRoot() throws IOException {
    return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  private static void openToAll(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private static List<String> with(List<String> command, String argument) {
    return java.util.stream.Stream.concat(command.stream(), java.util.stream.Stream.of(argument))
        .toList();
  }
}
