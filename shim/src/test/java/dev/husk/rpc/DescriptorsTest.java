package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.v1.InfoRequest;
import java.io.BufferedReader;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A shim process that may open few descriptors, and clients that take them all. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DescriptorsTest {
  private static final int DESCRIPTORS = 120;

  /** The process: serves on the given path until its standard input ends. */
  public static final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
      try (HuskServer server =
          HuskServer.start(
              new HuskServer.Options(
                  Path.of(arguments[0]),
                  new FakeShim(),
                  Optional.empty(),
                  TestServer.bounds(4096, 16, Duration.ofMinutes(1)),
                  Main::say))) {
        say("ready with " + server.counts().connections());
        while (System.in.read() >= 0) {}
      }
    }

    private static void say(String line) {
      System.out.println(line);
    }
  }

  @Test
  void anExhaustedDescriptorTableDoesNotEndTheServer(@TempDir Path temp) throws Exception {
    assumeTrue(Programs.find("prlimit").isPresent(), "there is no prlimit");
    Path socket = temp.resolve("shim.sock");
    Process process = start(socket);
    try (BufferedReader output = process.inputReader();
        UnixClients clients = new UnixClients(socket)) {
      assertThat(output.readLine()).isEqualTo("ready with 0");
      List<SocketChannel> silent = new ArrayList<>();
      for (int i = 0; i < DESCRIPTORS + 20; i++) {
        silent.add(clients.connect());
      }
      assertThat(output.readLine()).contains("accept on").contains("Too many open files");
      for (SocketChannel channel : silent) {
        channel.close();
      }
      assertThat(
              dev.husk.v1.SandboxServiceGrpc.newBlockingStub(clients.channel())
                  .withDeadlineAfter(10, TimeUnit.SECONDS)
                  .info(InfoRequest.getDefaultInstance())
                  .hasInfo())
          .isTrue();
    } finally {
      process.getOutputStream().close();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(socket).doesNotExist();
  }

  private static Process start(Path socket) throws Exception {
    return new ProcessBuilder(
            "prlimit",
            "--nofile=" + DESCRIPTORS,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Main.class.getName(),
            socket.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
