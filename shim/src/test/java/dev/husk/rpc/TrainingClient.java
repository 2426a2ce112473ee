package dev.husk.rpc;

import dev.husk.v1.CreateRequest;
import dev.husk.v1.DeleteRequest;
import dev.husk.v1.EventsRequest;
import dev.husk.v1.InfoRequest;
import dev.husk.v1.KillRequest;
import dev.husk.v1.ListRequest;
import dev.husk.v1.PidsRequest;
import dev.husk.v1.SandboxServiceGrpc;
import dev.husk.v1.StartRequest;
import dev.husk.v1.StateRequest;
import dev.husk.v1.WaitRequest;
import io.grpc.Channel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What the build drives {@code husk serve} with while the start-up archive is recorded: the calls
 * that every manager makes, once each. Reflection is left out, since each archived class costs
 * every start.
 */
final class TrainingClient {
  private static final int SECONDS = 30;

  private TrainingClient() {}

  /**
   * @param arguments the socket; its sandbox's payload ends at SIGTERM
   */
  public static void main(String[] arguments) throws IOException {
    try (UnixClients clients = new UnixClients(Path.of(arguments[0]))) {
      Channel channel = clients.channel();
      HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
          .check(HealthCheckRequest.getDefaultInstance());
      life(
          SandboxServiceGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS));
    }
  }

  /** The shim ends with its sandbox's deletion. */
  private static void life(SandboxServiceGrpc.SandboxServiceBlockingStub shim) {
    shim.info(InfoRequest.getDefaultInstance());
    shim.create(CreateRequest.getDefaultInstance());
    shim.start(StartRequest.getDefaultInstance());
    shim.state(StateRequest.getDefaultInstance());
    shim.list(ListRequest.getDefaultInstance());
    shim.pids(PidsRequest.getDefaultInstance());
    shim.kill(KillRequest.newBuilder().setSignal("SIGKILL").build());
    shim.wait(WaitRequest.getDefaultInstance());
    shim.events(EventsRequest.newBuilder().setNoFollow(true).build()).forEachRemaining(event -> {});
    shim.delete(DeleteRequest.getDefaultInstance());
  }
}
