package dev.husk.rpc;

import com.google.protobuf.Message;
import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import dev.husk.process.UnixConnection;
import dev.husk.v1.DeleteRequest;
import dev.husk.v1.KillRequest;
import dev.husk.v1.PauseRequest;
import dev.husk.v1.PidsRequest;
import dev.husk.v1.ResumeRequest;
import dev.husk.v1.SandboxServiceGrpc;
import dev.husk.v1.SandboxServiceGrpc.SandboxServiceBlockingStub;
import dev.husk.v1.StateRequest;
import dev.husk.v1.StatsRequest;
import dev.husk.v1.UpdateRequest;
import dev.husk.v1.WaitRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client of one sandbox's shim, for a process that makes a call and ends. Each call waits for its
 * answer, bounded but for {@link #await}; a refusal has the text that the shim gave it.
 */
public final class HuskClient implements AutoCloseable {
  /** Longer than the server's own bound, so that it is the server who says what took so long. */
  private static final long SECONDS = 90;

  /** For a shim to take a connection. */
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** In bytes; an error of a shim has half of it. */
  private static final int LARGEST_HEADERS = 16 << 10;

  private final String id;
  private final Path socket;
  private final ManagedChannel channel;

  private HuskClient(String id, Path socket, ManagedChannel channel) {
    this.id = id;
    this.socket = socket;
    this.channel = channel;
  }

  /**
   * Connects.
   *
   * @throws HuskException {@link RpcFailure.NoShim} when nobody listens there, {@link
   *     RpcFailure.NotAccepting} when who does has no room for another connection
   */
  public static HuskClient connect(String id, Path socket) throws HuskException {
    SocketPlace.checkLength(socket);
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
    SocketChannel first;
    try {
      first = UnixConnection.open(address, CONNECT);
    } catch (SocketTimeoutException e) {
      throw new HuskException(new RpcFailure.NotAccepting(id, socket, CONNECT.toSeconds()), e);
    } catch (IOException e) {
      throw new HuskException(new RpcFailure.NoShim(id, socket, String.valueOf(e.getMessage())), e);
    }
    return new HuskClient(id, socket, channel(new Connections(address, first)));
  }

  /** A literal address needs no name service; it is never connected to. */
  private static ManagedChannel channel(Connections connections) {
    return OkHttpChannelBuilder.forAddress("127.0.0.1", 1)
        .usePlaintext()
        .overrideAuthority("localhost")
        .proxyDetector(target -> null)
        .disableServiceConfigLookUp()
        .disableRetry()
        .maxInboundMetadataSize(LARGEST_HEADERS)
        .socketFactory(connections)
        .build();
  }

  /** The first connection is there already; gRPC may want others after it. */
  private static final class Connections extends UnixSocketFactory {
    private final AtomicReference<@Nullable SocketChannel> first;

    Connections(UnixDomainSocketAddress address, SocketChannel first) {
      super(address);
      this.first = new AtomicReference<>(first);
    }

    @Override
    SocketChannel connect(UnixDomainSocketAddress to) throws IOException {
      SocketChannel ready = first.getAndSet(null);
      return ready != null ? ready : UnixConnection.open(to, CONNECT);
    }
  }

  /** The message {@code Sandbox}. */
  public Document state() throws HuskException {
    return call(stub -> stub.state(StateRequest.newBuilder().setId(id).build()).getSandbox());
  }

  /** The message {@code Sandbox}, paused. */
  public Document pause() throws HuskException {
    return call(stub -> stub.pause(PauseRequest.newBuilder().setId(id).build()).getSandbox());
  }

  /** The message {@code Sandbox}, running. */
  public Document resume() throws HuskException {
    return call(stub -> stub.resume(ResumeRequest.newBuilder().setId(id).build()).getSandbox());
  }

  /** The message {@code Sandbox} with its new limits. */
  public Document update(Resources resources) throws HuskException {
    UpdateRequest request =
        UpdateRequest.newBuilder()
            .setId(id)
            .setResources(ResourcesMapper.message(resources))
            .build();
    return call(stub -> stub.update(request).getSandbox());
  }

  /** The message {@code Stats}. */
  public Document stats() throws HuskException {
    return call(stub -> stub.stats(StatsRequest.newBuilder().setId(id).build()).getStats());
  }

  /** The message {@code PidsResponse}. */
  public Document processes() throws HuskException {
    return call(stub -> stub.pids(PidsRequest.newBuilder().setId(id).build()));
  }

  /**
   * The message {@code KillResponse}.
   *
   * @param signal name or number; empty means SIGTERM
   */
  public Document kill(String signal, boolean wholeTree) throws HuskException {
    KillRequest request =
        KillRequest.newBuilder().setId(id).setSignal(signal).setWholeTree(wholeTree).build();
    return call(stub -> stub.kill(request));
  }

  /** The message {@code DeleteResponse}. */
  public Document delete(boolean force) throws HuskException {
    return call(stub -> stub.delete(DeleteRequest.newBuilder().setId(id).setForce(force).build()));
  }

  /** The message {@code ExitStatus}, once the sandbox has ended: without a bound. */
  public Document await() throws HuskException {
    return ask(
        SandboxServiceGrpc.newBlockingStub(channel),
        stub -> stub.wait(WaitRequest.newBuilder().setId(id).build()).getExit());
  }

  private Document call(Function<SandboxServiceBlockingStub, Message> call) throws HuskException {
    return ask(
        SandboxServiceGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS),
        call);
  }

  private Document ask(
      SandboxServiceBlockingStub stub, Function<SandboxServiceBlockingStub, Message> call)
      throws HuskException {
    try {
      return Documents.of(call.apply(stub));
    } catch (StatusRuntimeException e) {
      throw new HuskException(StatusMapper.failure(e, socket), e);
    }
  }

  /** Hangs up, without waiting. */
  @Override
  public void close() {
    channel.shutdownNow();
  }
}
