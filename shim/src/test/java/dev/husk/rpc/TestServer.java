package dev.husk.rpc;

import dev.husk.failure.HuskException;
import dev.husk.v1.CreateRequest;
import dev.husk.v1.SandboxServiceGrpc;
import dev.husk.v1.SandboxServiceGrpc.SandboxServiceBlockingStub;
import dev.husk.v1.SandboxServiceGrpc.SandboxServiceStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A server of a {@link FakeShim} on a socket of its own, with clients. */
final class TestServer implements AutoCloseable {
  static final Path BUNDLE = Path.of("/bundles/own");

  final Path directory;
  final Path socket;
  final FakeShim shim = new FakeShim();
  final List<String> log = new CopyOnWriteArrayList<>();
  final HuskServer server;
  final UnixClients clients;

  TestServer(RpcLimits limits) throws IOException, HuskException {
    directory = Files.createTempDirectory("husk-rpc");
    socket = directory.resolve("shim.sock");
    server =
        HuskServer.start(
            new HuskServer.Options(socket, shim, Optional.of(BUNDLE), limits, log::add));
    clients = new UnixClients(socket);
  }

  TestServer() throws IOException, HuskException {
    this(RpcLimits.defaults());
  }

  /** Limits with an own answer time. */
  static RpcLimits answerIn(Duration answer) {
    RpcLimits usual = RpcLimits.defaults();
    return new RpcLimits(
        usual.connections(),
        usual.longCalls(),
        usual.callsPerConnection(),
        answer,
        usual.keepAlive(),
        usual.keepAliveTimeout(),
        usual.idle());
  }

  /** Limits with own bounds and idle time. */
  static RpcLimits bounds(int connections, int longCalls, Duration idle) {
    RpcLimits usual = RpcLimits.defaults();
    return new RpcLimits(
        connections,
        longCalls,
        usual.callsPerConnection(),
        usual.answer(),
        usual.keepAlive(),
        usual.keepAliveTimeout(),
        idle);
  }

  /** A client on a connection of its own that gives up after 10 s. */
  SandboxServiceBlockingStub client() {
    return SandboxServiceGrpc.newBlockingStub(clients.channel())
        .withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  /** A client without any deadline. */
  SandboxServiceBlockingStub patientClient() {
    return SandboxServiceGrpc.newBlockingStub(clients.channel());
  }

  SandboxServiceStub asyncClient() {
    return SandboxServiceGrpc.newStub(clients.channel());
  }

  FakeSandbox createSandbox(String id) throws HuskException {
    client().create(CreateRequest.newBuilder().setId(id).build());
    return shim.sandbox(id);
  }

  static void eventually(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not come true within 10 s");
      }
      Thread.sleep(5);
    }
  }

  @Override
  public void close() throws IOException {
    clients.close();
    server.close();
    Files.deleteIfExists(directory);
  }
}
