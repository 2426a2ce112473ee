package dev.husk.bench;

import dev.husk.client.UnixSockets;
import dev.husk.v1.CreateRequest;
import dev.husk.v1.DeleteRequest;
import dev.husk.v1.InfoRequest;
import dev.husk.v1.SandboxServiceGrpc;
import dev.husk.v1.SandboxServiceGrpc.SandboxServiceBlockingStub;
import dev.husk.v1.ShutdownRequest;
import dev.husk.v1.StartRequest;
import dev.husk.v1.StateRequest;
import dev.husk.v1.WaitRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A {@code husk serve} and a connection to it. */
final class ShimProcess implements AutoCloseable {
  private static final int SECONDS = 60;

  private final Process process;
  private final Path socket;
  private final long startedAt = System.nanoTime();
  private ManagedChannel channel;

  private ShimProcess(Process process, Path socket) {
    this.process = process;
    this.socket = socket;
  }

  /** Returns at once; see {@link #awaitReady}. */
  static ShimProcess start(Workspace work, String id, Path bundle) throws IOException {
    Process process =
        new ProcessBuilder(
                work.husk(),
                "serve",
                "--id",
                id,
                "--bundle",
                bundle.toString(),
                "--root",
                work.state().toString())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    return new ShimProcess(process, work.state().resolve(id).resolve("shim.sock"));
  }

  /**
   * Waits for the line that says that clients may connect.
   *
   * @return milliseconds since its start
   */
  double awaitReady() throws IOException {
    BufferedReader output = process.inputReader();
    String ready = output.readLine();
    if (ready == null) {
      throw new IOException("husk serve ended before it was ready");
    }
    return (System.nanoTime() - startedAt) / 1e6;
  }

  /** Connects and makes one call, so that the connection is there. */
  void connect() {
    channel =
        OkHttpChannelBuilder.forAddress("localhost", 1)
            .usePlaintext()
            .socketFactory(new UnixSockets(socket))
            .build();
    stub().info(InfoRequest.getDefaultInstance());
  }

  private SandboxServiceBlockingStub stub() {
    return SandboxServiceGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  void create() {
    stub().create(CreateRequest.getDefaultInstance());
  }

  void startPayload() {
    stub().start(StartRequest.getDefaultInstance());
  }

  void state() {
    stub().state(StateRequest.getDefaultInstance());
  }

  void awaitPayload() {
    stub().wait(WaitRequest.getDefaultInstance());
  }

  void delete() {
    stub().delete(DeleteRequest.newBuilder().setForce(true).build());
  }

  long pid() {
    return process.pid();
  }

  /** Ends it, whatever it is at. */
  @Override
  public void close() throws IOException, InterruptedException {
    try {
      if (channel != null && process.isAlive()) {
        stub().shutdown(ShutdownRequest.newBuilder().setForce(true).build());
      } else {
        process.destroy();
      }
    } catch (StatusRuntimeException e) {
      // It was ending already, after a delete.
      process.destroy();
    }
    if (channel != null) {
      channel.shutdownNow();
    }
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IOException("husk serve did not end within " + SECONDS + " s and was killed");
    }
  }
}
