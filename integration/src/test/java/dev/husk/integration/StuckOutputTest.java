package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.v1.Phase;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Standard error, or output, is a full pipe that nobody reads. */
class StuckOutputTest extends RealSandboxes {
  /** More than a shim takes, so that it has something to say. */
  private static final int CONNECTIONS = 300;

  /** Fills the pipe to its last byte and executes husk; the reader is husk itself, and does not. */
  private List<String> full(int descriptor) throws Exception {
    Path pipe = temp.resolve("pipe");
    Programs.output("mkfifo", pipe.toString());
    return List.of(
        "sh",
        "-c",
        "exec N<>\"$0\"; head -c 65536 /dev/zero >&N; exec \"$@\""
            .replace("N", Integer.toString(descriptor)),
        pipe.toString());
  }

  @Test
  void aShimWithSomethingToSayGoesOnServing() throws Exception {
    String id = freshId();
    Bundle bundle = bundle().args("/bin/sleep", "600");
    List<SocketChannel> crowd = new ArrayList<>();
    try (Husk husk =
        Husk.start(
            Map.of(), full(2), List.of("serve", "--id", id, "--bundle", bundle.toString()))) {
      husk.awaitOutput("\"ready\":true");
      try (Client client = Client.ofId(id)) {
        client.create();
        for (int i = 0; i < CONNECTIONS; i++) {
          SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
          crowd.add(channel);
          channel.connect(UnixDomainSocketAddress.of(Shim.socket(id)));
        }
        awaitTurnedAway(crowd.getLast());
        client.start();
        assertThat(client.state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
        for (SocketChannel channel : crowd) {
          channel.close();
        }
        try (Client another = Client.ofId(id)) {
          another.awaitServing();
        }
        client.killTree("KILL");
        assertThat(client.await().getCode()).isEqualTo(137);
        client.delete(false);
      }
      assertThat(husk.outcome().status()).isZero();
    } finally {
      for (SocketChannel channel : crowd) {
        channel.close();
      }
    }
  }

  /** Accepted in their order, the last is told so when husk has said what it has to say. */
  private static void awaitTurnedAway(SocketChannel last) throws Exception {
    last.configureBlocking(false);
    ByteBuffer told = ByteBuffer.allocate(1);
    Eventually.is(Duration.ofSeconds(30), () -> last.read(told) != 0, () -> "a word or an end");
  }

  @Test
  void aShimThatCannotSayThatItIsReadyServesAndEnds() throws Exception {
    String id = freshId();
    List<String> arguments =
        List.of("serve", "--id", id, "--bundle", bundle().args("/bin/true").toString());
    try (Husk husk = Husk.start(Map.of(), full(1), arguments)) {
      try (Client client = Client.ofId(id)) {
        Eventually.is(Programs.BOUND, () -> Files.exists(Shim.socket(id)), () -> "a socket");
        client.create();
      }
      husk.signal("TERM");
      assertThat(husk.outcome().status()).isZero();
    }
  }

  @Test
  void runWithAWarningToTellEnds() throws Exception {
    Bundle bundle = bundle().script("exit 3");
    for (String set : List.of("bounding", "permitted", "effective")) {
      bundle.set("/process/capabilities/" + set, List.of("CAP_SYS_ADMIN"));
    }
    try (Husk husk =
        Husk.start(Map.of(), full(2), List.of("run", "--privileged", bundle.toString()))) {
      assertThat(husk.outcome().status()).isEqualTo(3);
    }
  }

  @Test
  void aFailureThatNobodyReadsIsStillTheExitStatus() throws Exception {
    try (Husk husk = Husk.start(Map.of(), full(2), List.of("run", "/nonexistent"))) {
      assertThat(husk.process().waitFor(Duration.ofSeconds(30))).isTrue();
      assertThat(husk.process().exitValue()).isEqualTo(125);
    }
  }
}
