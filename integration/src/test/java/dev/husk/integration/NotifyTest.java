package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service manager is told: sd_notify(3). */
class NotifyTest extends RealSandboxes {
  /** Prints each datagram that it gets as a line, up to the one that says STOPPING. */
  private static final String MANAGER =
      """
      use Socket;
      my $name = $ARGV[0];
      $name =~ s/^@/\\0/;
      socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die $!;
      bind($socket, sockaddr_un($name)) or die $!;
      $| = 1;
      alarm 60;
      print "bound\\n";
      do { recv($socket, $message, 4096, 0); print "$message\\n" } until $message =~ /STOPPING/;
      """;

  @ParameterizedTest
  @ValueSource(strings = {"/tmp/husk-notify-", "@husk-notify-"})
  void theServiceManagerIsToldOfReadinessAndOfTheEnd(String prefix) throws Exception {
    String id = freshId();
    String address = prefix + id;
    Process manager =
        new ProcessBuilder("perl", "-e", MANAGER, address).redirectErrorStream(true).start();
    try (BufferedReader told = manager.inputReader()) {
      assertThat(told.readLine()).isEqualTo("bound");
      Husk husk =
          Husk.start(
              Map.of("NOTIFY_SOCKET", address),
              List.of(),
              List.of("serve", "--id", id, "--bundle", bundle().toString()));
      try (husk) {
        assertThat(told.readLine()).isEqualTo("READY=1");
        husk.signal("TERM");
        assertThat(told.readLine()).isEqualTo("STOPPING=1");
        Outcome outcome = husk.outcome();
        assertThat(outcome.status()).isZero();
        assertThat(outcome.errors()).isEmpty();
      }
    } finally {
      manager.destroyForcibly();
      Files.deleteIfExists(Path.of(address));
    }
  }
}
