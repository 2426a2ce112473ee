package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LivenessProbeTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path directory;

  @Test
  void aServerAnswersAsOftenAsItIsAsked() throws Exception {
    try (TestServer test = new TestServer()) {
      for (int i = 0; i < 50; i++) {
        assertThat(LivenessProbe.answers(test.socket, LONG)).isTrue();
      }
      assertThat(test.log).isEmpty();
    }
  }

  @Test
  void aSocketThatNobodyServesDoesNot() throws Exception {
    assertThat(LivenessProbe.answers(directory.resolve("none"), LONG)).isFalse();
    Path hung = directory.resolve("hung");
    try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(hung));
      // The kernel completes the connect; nobody accepts it.
      assertThat(LivenessProbe.answers(hung, Duration.ofMillis(300))).isFalse();
    }
  }
}
