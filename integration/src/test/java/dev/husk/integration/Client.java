package dev.husk.integration;

import dev.husk.client.UnixSockets;
import dev.husk.v1.CreateRequest;
import dev.husk.v1.CreateResponse;
import dev.husk.v1.DeleteRequest;
import dev.husk.v1.ErrorDetail;
import dev.husk.v1.Event;
import dev.husk.v1.EventsRequest;
import dev.husk.v1.ExitStatus;
import dev.husk.v1.KillRequest;
import dev.husk.v1.PidsRequest;
import dev.husk.v1.Process;
import dev.husk.v1.Sandbox;
import dev.husk.v1.SandboxServiceGrpc;
import dev.husk.v1.StartRequest;
import dev.husk.v1.StateRequest;
import dev.husk.v1.Stdio;
import dev.husk.v1.StdioStream;
import dev.husk.v1.WaitRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client of one shim's API. */
final class Client implements AutoCloseable {
  private static final long SECONDS = 60;

  private final Path socket;
  private final UnixSockets sockets;
  private final ManagedChannel channel;

  Client(Path socket) {
    this.socket = socket;
    this.sockets = new UnixSockets(socket);
    this.channel =
        OkHttpChannelBuilder.forAddress("localhost", 1)
            .usePlaintext()
            .socketFactory(sockets)
            .build();
  }

  /** Of the shim of an id in the default place. */
  static Client ofId(String id) {
    return new Client(Path.of("/run/husk", id, "shim.sock"));
  }

  /** {@code run} serves the API a moment after its payload has started. */
  void awaitServing() throws Exception {
    Eventually.is(
        Duration.ofSeconds(30),
        () -> {
          if (!Files.exists(socket)) {
            return false;
          }
          try {
            state();
            return true;
          } catch (StatusRuntimeException e) {
            return false;
          }
        },
        () -> "the API at " + socket);
  }

  /** Waits until a call is answered, be it by a refusal. */
  void awaitAnswer() throws Exception {
    Eventually.is(
        Duration.ofSeconds(30),
        () -> {
          try {
            state();
            return true;
          } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() != Status.Code.UNAVAILABLE;
          }
        },
        () -> "an answer at " + socket);
  }

  /** The calls, each with a deadline. */
  SandboxServiceGrpc.SandboxServiceBlockingStub calls() {
    return SandboxServiceGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  SandboxServiceGrpc.SandboxServiceStub asynchronous() {
    return SandboxServiceGrpc.newStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  CreateResponse create() {
    return calls().create(CreateRequest.getDefaultInstance());
  }

  /** With the payload's standard output and error in that file. */
  CreateResponse create(Path output) {
    StdioStream stream = StdioStream.newBuilder().setPath(output.toString()).build();
    return calls()
        .create(
            CreateRequest.newBuilder()
                .setStdio(Stdio.newBuilder().setStdout(stream).setStderr(stream))
                .build());
  }

  Sandbox start() {
    return calls().start(StartRequest.getDefaultInstance()).getSandbox();
  }

  Sandbox state() {
    return calls().state(StateRequest.getDefaultInstance()).getSandbox();
  }

  void kill(String signal) {
    calls().kill(KillRequest.newBuilder().setSignal(signal).build());
  }

  void killTree(String signal) {
    calls().kill(KillRequest.newBuilder().setSignal(signal).setWholeTree(true).build());
  }

  ExitStatus await() {
    return calls().wait(WaitRequest.getDefaultInstance()).getExit();
  }

  List<Process> pids() {
    return calls().pids(PidsRequest.getDefaultInstance()).getProcessesList();
  }

  /** The events so far. */
  List<Event> events() {
    List<Event> events = new ArrayList<>();
    calls()
        .events(EventsRequest.newBuilder().setNoFollow(true).build())
        .forEachRemaining(response -> events.add(response.getEvent()));
    return events;
  }

  void delete(boolean force) {
    calls().delete(DeleteRequest.newBuilder().setForce(force).build());
  }

  /** The details of an error of husk's own. */
  static ErrorDetail detail(StatusRuntimeException error) throws Exception {
    return StatusProto.fromThrowable(error).getDetails(0).unpack(ErrorDetail.class);
  }

  void vanish() throws IOException {
    sockets.vanish();
  }

  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    sockets.vanish();
  }
}
