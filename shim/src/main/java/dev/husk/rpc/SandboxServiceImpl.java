package dev.husk.rpc;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import dev.husk.process.Signal;
import dev.husk.sandbox.CreateOptions;
import dev.husk.sandbox.Owner;
import dev.husk.sandbox.Phase;
import dev.husk.sandbox.ProcessEntry;
import dev.husk.sandbox.Sandbox;
import dev.husk.sandbox.Shim;
import dev.husk.v1.CreateRequest;
import dev.husk.v1.CreateResponse;
import dev.husk.v1.DeleteRequest;
import dev.husk.v1.DeleteResponse;
import dev.husk.v1.EventsRequest;
import dev.husk.v1.EventsResponse;
import dev.husk.v1.InfoRequest;
import dev.husk.v1.InfoResponse;
import dev.husk.v1.KillRequest;
import dev.husk.v1.KillResponse;
import dev.husk.v1.ListRequest;
import dev.husk.v1.ListResponse;
import dev.husk.v1.OwnerRequest;
import dev.husk.v1.OwnerResponse;
import dev.husk.v1.PauseRequest;
import dev.husk.v1.PauseResponse;
import dev.husk.v1.PidsRequest;
import dev.husk.v1.PidsResponse;
import dev.husk.v1.ResumeRequest;
import dev.husk.v1.ResumeResponse;
import dev.husk.v1.SandboxServiceGrpc;
import dev.husk.v1.ShutdownRequest;
import dev.husk.v1.ShutdownResponse;
import dev.husk.v1.StartRequest;
import dev.husk.v1.StartResponse;
import dev.husk.v1.StateRequest;
import dev.husk.v1.StateResponse;
import dev.husk.v1.StatsRequest;
import dev.husk.v1.StatsResponse;
import dev.husk.v1.UpdateRequest;
import dev.husk.v1.UpdateResponse;
import dev.husk.v1.WaitRequest;
import dev.husk.v1.WaitResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;

/** The service {@code husk.v1.SandboxService}: each call is one call of the domain. */
final class SandboxServiceImpl extends SandboxServiceGrpc.SandboxServiceImplBase {
  private final Shim shim;
  private final Optional<Path> ownBundle;
  private final ScheduledExecutorService timer;
  private final long answerMillis;
  private final CallGate gate;
  private final ExitWaiters exitWaiters = new ExitWaiters();
  private final EventStreams eventStreams = new EventStreams();
  private final BlockingReads reads = new BlockingReads();

  /** Apart from the reads, which must not keep a kill from being sent. */
  private final BlockingReads kills = new BlockingReads();

  /** Apart from both, since an update may wait until memory is reclaimed. */
  private final BlockingReads updates = new BlockingReads();

  /** One list of processes at a time: the inside chooses how long it is. */
  private final BlockingReads lists = new BlockingReads(1);

  private final LargeAnswers largeAnswers = new LargeAnswers();

  private final Consumer<String> log;

  SandboxServiceImpl(
      Shim shim,
      Optional<Path> ownBundle,
      RpcLimits limits,
      ScheduledExecutorService timer,
      Consumer<String> log) {
    this.shim = shim;
    this.ownBundle = ownBundle;
    this.timer = timer;
    this.answerMillis = limits.answer().toMillis();
    this.gate = new CallGate(limits.longCalls());
    this.log = log;
  }

  @Override
  public void info(InfoRequest request, StreamObserver<InfoResponse> observer) {
    operate(
        "info",
        observer,
        () -> reads.run("info", shim::info),
        info -> InfoResponse.newBuilder().setInfo(InfoMapper.info(info)).build());
  }

  @Override
  public void create(CreateRequest request, StreamObserver<CreateResponse> observer) {
    operate(
        "create",
        observer,
        () -> {
          CreateOptions options = CreateMapper.options(request, ownBundle);
          return shim.create(options);
        },
        sandbox ->
            CreateResponse.newBuilder()
                .setSandbox(SandboxMapper.sandbox(sandbox.status()))
                .build());
  }

  @Override
  public void start(StartRequest request, StreamObserver<StartResponse> observer) {
    operate(
        "start",
        observer,
        () -> shim.sandbox(request.getId()).start(),
        status -> StartResponse.newBuilder().setSandbox(SandboxMapper.sandbox(status)).build());
  }

  @Override
  public void state(StateRequest request, StreamObserver<StateResponse> observer) {
    reply("state", observer)
        .answer(
            () ->
                StateResponse.newBuilder()
                    .setSandbox(SandboxMapper.sandbox(shim.sandbox(request.getId()).status()))
                    .build());
  }

  @Override
  public void list(ListRequest request, StreamObserver<ListResponse> observer) {
    reply("list", observer)
        .answer(
            () -> {
              ListResponse.Builder response = ListResponse.newBuilder();
              for (Sandbox sandbox : shim.sandboxes()) {
                response.addSandboxes(SandboxMapper.sandbox(sandbox.status()));
              }
              return response.build();
            });
  }

  @Override
  public void kill(KillRequest request, StreamObserver<KillResponse> observer) {
    operate(
        "kill",
        observer,
        () -> {
          int signal = signal(request.getSignal());
          Sandbox sandbox = shim.sandbox(request.getId());
          return kills
              .run("kill", () -> sandbox.kill(signal, request.getWholeTree()))
              .thenCompose(sent -> sent)
              .thenApply(sent -> signal != Signal.SIGKILL && isPaused(sandbox));
        },
        pending -> KillResponse.newBuilder().setPending(pending).build());
  }

  private static boolean isPaused(Sandbox sandbox) {
    return sandbox.status().phase() == Phase.PAUSED;
  }

  private static int signal(String text) throws HuskException {
    if (text.isEmpty()) {
      return Signal.SIGTERM;
    }
    OptionalInt number = Signal.parse(text);
    if (number.isEmpty()) {
      throw new HuskException(
          new RpcFailure.InvalidField(
              "kill",
              "signal",
              "there is no signal \"" + text + "\"",
              "give a name or a number of signal(7), as SIGTERM, TERM or 15"));
    }
    return number.getAsInt();
  }

  @Override
  public void wait(WaitRequest request, StreamObserver<WaitResponse> observer) {
    Reply<WaitResponse> reply = reply("wait", observer);
    try {
      Sandbox sandbox = shim.sandbox(request.getId());
      gate.enter("wait");
      reply.whenDone(
          () -> {
            gate.leave();
            exitWaiters.remove(sandbox, reply);
          });
      exitWaiters.add(sandbox, reply);
    } catch (HuskException | RuntimeException e) {
      reply.fail(e);
    }
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<DeleteResponse> observer) {
    operate(
        "delete",
        observer,
        () -> shim.sandbox(request.getId()).delete(request.getForce()),
        done -> DeleteResponse.getDefaultInstance());
  }

  @Override
  public void pids(PidsRequest request, StreamObserver<PidsResponse> observer) {
    Reply<PidsResponse> reply = reply("pids", observer);
    LargeAnswers.Turn turn = largeAnswers.turn();
    reply.whenClosed(turn::end);
    operate(
        reply,
        () -> {
          Sandbox sandbox = shim.sandbox(request.getId());
          return lists.run(
              "pids",
              () -> {
                PidsResponse response = pids(sandbox.processes());
                turn.take("pids", response.getSerializedSize());
                return response;
              });
        },
        response -> response);
  }

  private static PidsResponse pids(List<ProcessEntry> processes) {
    PidsResponse.Builder response = PidsResponse.newBuilder();
    for (ProcessEntry process : processes) {
      response.addProcesses(SandboxMapper.process(process));
    }
    return response.build();
  }

  @Override
  public void pause(PauseRequest request, StreamObserver<PauseResponse> observer) {
    operate(
        "pause",
        observer,
        () -> shim.sandbox(request.getId()).pause(),
        status -> PauseResponse.newBuilder().setSandbox(SandboxMapper.sandbox(status)).build());
  }

  @Override
  public void resume(ResumeRequest request, StreamObserver<ResumeResponse> observer) {
    operate(
        "resume",
        observer,
        () -> shim.sandbox(request.getId()).resume(),
        status -> ResumeResponse.newBuilder().setSandbox(SandboxMapper.sandbox(status)).build());
  }

  @Override
  public void update(UpdateRequest request, StreamObserver<UpdateResponse> observer) {
    operate(
        "update",
        observer,
        () -> {
          Sandbox sandbox = shim.sandbox(request.getId());
          Resources resources = ResourcesMapper.resources(request.getResources());
          return updates.run("update", () -> sandbox.update(resources));
        },
        status -> UpdateResponse.newBuilder().setSandbox(SandboxMapper.sandbox(status)).build());
  }

  @Override
  public void stats(StatsRequest request, StreamObserver<StatsResponse> observer) {
    operate(
        "stats",
        observer,
        () -> {
          Sandbox sandbox = shim.sandbox(request.getId());
          return reads.run("stats", sandbox::stats);
        },
        stats -> StatsResponse.newBuilder().setStats(StatsMapper.stats(stats)).build());
  }

  @Override
  public void owner(OwnerRequest request, StreamObserver<OwnerResponse> observer) {
    operate(
        "owner",
        observer,
        () -> {
          int pid = request.getPid();
          if (pid <= 0) {
            throw new HuskException(
                new RpcFailure.InvalidField(
                    "owner",
                    "pid",
                    "it is no process id: " + pid,
                    "give the number of a process, 1 or more"));
          }
          return reads.run("owner", () -> shim.owner(pid));
        },
        SandboxServiceImpl::owner);
  }

  private static OwnerResponse owner(Optional<Owner> owner) {
    OwnerResponse.Builder response = OwnerResponse.newBuilder();
    owner.ifPresent(
        found ->
            response
                .setFound(true)
                .setId(found.id())
                .setCgroup(found.cgroup())
                .addAllNamespacePids(found.namespacePids()));
    return response.build();
  }

  @Override
  public void events(EventsRequest request, StreamObserver<EventsResponse> observer) {
    ServerCallStreamObserver<EventsResponse> stream =
        (ServerCallStreamObserver<EventsResponse>) observer;
    try {
      if (request.getAfterSequence() < 0) {
        throw new HuskException(
            new RpcFailure.InvalidField(
                "events",
                "after_sequence",
                "it is negative: " + request.getAfterSequence(),
                "give the sequence number of the last event seen, or 0 for all"));
      }
      Sandbox sandbox = shim.sandbox(request.getId());
      gate.enter("events");
      eventStreams.start(
          new EventStream(
              sandbox.events(),
              request.getAfterSequence(),
              !request.getNoFollow(),
              stream,
              ended -> {
                gate.leave();
                eventStreams.remove(ended);
              },
              log));
    } catch (HuskException | RuntimeException e) {
      stream.onError(Errors.toStatus("events", e, log));
    }
  }

  @Override
  public void shutdown(ShutdownRequest request, StreamObserver<ShutdownResponse> observer) {
    operate(
        "shutdown",
        observer,
        () -> shim.shutdown(request.getForce()),
        done -> ShutdownResponse.getDefaultInstance());
  }

  /** Ends the calls that would last for ever; further ones end at once. */
  void stop() {
    exitWaiters.stop();
    eventStreams.stop();
    reads.stop();
    lists.stop();
    kills.stop();
    updates.stop();
  }

  int waits() {
    return exitWaiters.size();
  }

  int eventStreams() {
    return eventStreams.size();
  }

  private <T> Reply<T> reply(String method, StreamObserver<T> observer) {
    return new Reply<>(method, observer, log);
  }

  private <S, T> void operate(
      String method,
      StreamObserver<T> observer,
      Reply.Answer<CompletionStage<S>> begin,
      Function<? super S, T> message) {
    operate(reply(method, observer), begin, message);
  }

  private <S, T> void operate(
      Reply<T> reply, Reply.Answer<CompletionStage<S>> begin, Function<? super S, T> message) {
    try {
      reply.follow(begin.get(), message, timer, answerMillis);
    } catch (HuskException | RuntimeException e) {
      reply.fail(e);
    }
  }
}
