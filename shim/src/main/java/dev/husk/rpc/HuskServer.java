package dev.husk.rpc;

import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.sandbox.SandboxStatus;
import dev.husk.sandbox.Shim;
import dev.husk.v1.CreateResponse;
import dev.husk.v1.SandboxServiceGrpc;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Serves a shim over gRPC on a unix socket: {@code husk.v1.SandboxService}, the standard health
 * service and server reflection. None of its threads keeps the process alive.
 */
public final class HuskServer implements AutoCloseable {
  private static final Duration AFTER_GRACE = Duration.ofSeconds(1);

  private final UnixServerSocket socket;
  private final Server server;
  private final SandboxServiceImpl service;
  private final HealthStatusManager health;
  private final ExecutorService calls;
  private final ScheduledThreadPoolExecutor timer;

  private HuskServer(UnixServerSocket socket, Options options) {
    this.socket = socket;
    timer = timer();
    calls = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("husk-rpc").factory());
    service =
        new SandboxServiceImpl(
            options.shim(), options.bundle(), options.limits(), timer, options.log());
    health = new HealthStatusManager();
    health.setStatus(SandboxServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    server = server(options);
  }

  /**
   * What the server needs.
   *
   * @param socket path of at most 106 bytes. Its directory must be the caller's alone: mode 0700,
   *     or missing (its parent present), and then it is made so. A socket that nobody listens on
   *     any more is replaced
   * @param shim served; its methods must not block, and {@code sandbox(id)} must give the same
   *     object for the same sandbox each time
   * @param bundle absolute; what Create uses when the request names none
   * @param log takes one line at a time; called rarely and from any thread
   */
  public record Options(
      Path socket, Shim shim, Optional<Path> bundle, RpcLimits limits, Consumer<String> log) {}

  /**
   * Listens and serves; clients can connect when it returns.
   *
   * @throws HuskException {@link RpcFailure}: INVALID (path too long), EXISTS (somebody listens
   *     there), PRECONDITION or DENIED (the directory)
   */
  public static HuskServer start(Options options) throws HuskException {
    return listen(options).serve();
  }

  /**
   * The first, short half of {@link #start}: afterwards clients can connect, and wait.
   *
   * @throws HuskException as {@link #start}
   */
  public static Listening listen(Options options) throws HuskException {
    UnixServerSocket socket =
        UnixServerSocket.listen(options.socket(), options.limits().connections(), options.log());
    return new Listening(socket, options);
  }

  /**
   * Whether a socket could be bound at that path, as far as the path itself tells.
   *
   * @throws HuskException INVALID when it is too long
   */
  public static void check(Path socket) throws HuskException {
    SocketPlace.checkLength(socket);
  }

  /** A bound socket that nobody serves yet. */
  public static final class Listening {
    private final UnixServerSocket socket;
    private final Options options;

    private Listening(UnixServerSocket socket, Options options) {
      this.socket = socket;
      this.options = options;
    }

    /** Takes the socket's file away, for a process that ends without stopping the server. */
    public void unlink() {
      try {
        socket.unlink();
      } catch (IOException e) {
        options.log().accept("cannot remove " + options.socket() + ": " + e.getMessage());
      }
    }

    /** The second half of {@link HuskServer#start}. */
    public HuskServer serve() throws HuskException {
      GrpcLogging.quieten();
      HuskServer server = new HuskServer(socket, options);
      try {
        server.server.start();
      } catch (IOException e) {
        server.stop(Duration.ZERO);
        throw new HuskException(
            new RpcFailure.SocketRefused(
                options.socket(),
                "gRPC does not start: " + e.getMessage(),
                "please report it with the shim's log",
                FailureKind.INTERNAL),
            e);
      }
      return server;
    }
  }

  private Server server(Options options) {
    RpcLimits limits = options.limits();
    OkHttpServerBuilder builder =
        OkHttpServerBuilder.forPort(
                UnixDomainSocketAddress.of(options.socket()), InsecureServerCredentials.create())
            .socketFactory(new OneServerSocket(socket))
            .transportExecutor(calls)
            .scheduledExecutorService(timer)
            .maxInboundMessageSize(RpcLimits.LARGEST_MESSAGE)
            .maxConcurrentCallsPerConnection(limits.callsPerConnection())
            .keepAliveTime(limits.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(limits.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .maxConnectionIdle(limits.idle().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true);
    return builder
        .executor(calls)
        .addService(service)
        .addService(health.getHealthService())
        .addService(ProtoReflectionServiceV1.newInstance())
        .addService(olderReflection())
        .build();
  }

  /** v1alpha, which grpcurl before 1.8.8 speaks. */
  @SuppressWarnings("deprecation")
  private static BindableService olderReflection() {
    return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("husk-rpc-timer").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /**
   * Stops: no new connections, the socket's file is removed, health says NOT_SERVING, Wait and
   * Events end with UNAVAILABLE, other calls may finish. Does nothing when stopped already.
   *
   * @param grace how long calls may take to finish; a client that watches health or holds a
   *     reflection stream makes it last as long, and a second longer
   */
  public void stop(Duration grace) {
    health.enterTerminalState();
    service.stop();
    server.shutdown();
    try {
      if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(AFTER_GRACE.toMillis(), TimeUnit.MILLISECONDS);
      }
      socket.close();
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The file could not be removed; the directory's owner removes it with the directory.
    }
    timer.shutdownNow();
    calls.shutdown();
  }

  /** Makes an answer for nobody: the first message of its kind builds all descriptors. */
  public void rehearse(SandboxStatus status) {
    CreateResponse answer =
        CreateResponse.newBuilder().setSandbox(SandboxMapper.sandbox(status)).build();
    try {
      answer.writeTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops without grace. */
  @Override
  public void close() {
    stop(Duration.ZERO);
  }

  public RpcCounts counts() {
    return new RpcCounts(
        socket.connections(),
        service.waits(),
        service.eventStreams(),
        socket.rejectedPeers(),
        socket.turnedAway());
  }
}
