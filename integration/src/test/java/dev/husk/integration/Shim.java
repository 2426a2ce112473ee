package dev.husk.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A {@code husk serve} that is ready, and a client of it. */
record Shim(String id, Husk husk, Client client) implements AutoCloseable {
  static Shim serve(String id, Bundle bundle, String... options) throws Exception {
    return serve(id, bundle.path(), options);
  }

  static Shim serve(String id, Path bundle, String... options) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("serve", "--id", id, "--bundle", bundle.toString()));
    arguments.addAll(List.of(options));
    Husk husk = Husk.start(Map.of(), List.of(), arguments);
    try {
      husk.awaitOutput("\"ready\":true");
      Client client = Client.ofId(id);
      if (Eventually.SLOWNESS > 1) {
        // gRPC's client gives its threads a second to connect, which they do not always have there.
        client.awaitAnswer();
      }
      return new Shim(id, husk, client);
    } catch (Exception | AssertionError e) {
      husk.close();
      throw e;
    }
  }

  static Shim serve(Bundle bundle, String... options) throws Exception {
    return serve(RealSandboxes.freshId(), bundle, options);
  }

  static Path socket(String id) {
    return Path.of("/run/husk", id, "shim.sock");
  }

  Path cgroup() throws IOException {
    return CgroupV2.mount().resolve(client.state().getCgroup().substring(1));
  }

  /** Children of the shim that are its deadmen. */
  List<Long> deadmen() {
    return husk.process().children().map(ProcessHandle::pid).filter(ProcFs::isDeadman).toList();
  }

  /** bwrap's outer process. */
  long monitor() {
    return husk.process()
        .children()
        .map(ProcessHandle::pid)
        .filter(pid -> ProcFs.comm(pid).equals(Optional.of("bwrap")))
        .findFirst()
        .orElseThrow();
  }

  /** Kills the shim, and it alone, and waits until everything that it made is gone. */
  void killAndAwaitNothing(Path cgroup) throws Exception {
    husk.process().destroyForcibly().waitFor(Programs.BOUND);
    Eventually.is(
        Duration.ofSeconds(5), () -> !Files.exists(cgroup), () -> cgroup + " and all in it gone");
  }

  /** Removes what a killed shim cannot: a successor does it, as it would in production. */
  void succeed(Bundle bundle) throws Exception {
    try (Shim successor = serve(id, bundle)) {
      successor.client.create();
      successor.client.delete(false);
      successor.husk.outcome();
    }
  }

  /** Deletes what there is; a test may have done so already. */
  @Override
  public void close() throws IOException {
    client.close();
    if (husk.process().isAlive()) {
      husk.process().destroy();
      try {
        husk.process().waitFor(Duration.ofSeconds(30));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    husk.close();
  }
}
