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
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketImpl;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;

/**
 * What the build drives {@code husk serve} with while the start-up archive is recorded: the calls
 * that every manager makes, once each. Reflection is left out, since each archived class costs
 * every start. Run from its source, so that husk builds without its tests.
 */
final class TrainingClient {
  private static final int SECONDS = 30;

  private TrainingClient() {}

  /**
   * @param arguments the shim's socket
   */
  public static void main(String[] arguments) {
    ManagedChannel channel =
        OkHttpChannelBuilder.forAddress("localhost", 1)
            .usePlaintext()
            .socketFactory(new UnixSockets(UnixDomainSocketAddress.of(arguments[0])))
            .build();
    try {
      HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
          .check(HealthCheckRequest.getDefaultInstance());
      // One call without a deadline of its own: the shim then sets one.
      SandboxServiceGrpc.newBlockingStub(channel).info(InfoRequest.getDefaultInstance());
      life(
          SandboxServiceGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS));
    } finally {
      channel.shutdownNow();
    }
  }

  /** The shim ends with its sandbox's deletion. */
  private static void life(SandboxServiceGrpc.SandboxServiceBlockingStub shim) {
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

  /** Whatever address is asked for, the shim is connected to. */
  private static final class UnixSockets extends SocketFactory {
    private final UnixDomainSocketAddress address;

    UnixSockets(UnixDomainSocketAddress address) {
      this.address = address;
    }

    @Override
    public Socket createSocket() throws IOException {
      return new UnixSocket(SocketChannel.open(address), address);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      return createSocket();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort)
        throws IOException {
      return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
      return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
        throws IOException {
      return createSocket();
    }
  }

  private static final class UnixSocket extends Socket {
    private final SocketChannel channel;
    private final UnixDomainSocketAddress address;

    UnixSocket(SocketChannel channel, UnixDomainSocketAddress address) throws IOException {
      super((SocketImpl) null);
      this.channel = channel;
      this.address = address;
    }

    @Override
    public InputStream getInputStream() {
      return Channels.newInputStream(channel);
    }

    @Override
    public OutputStream getOutputStream() {
      return Channels.newOutputStream(channel);
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
      return address;
    }

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public void setSoTimeout(int timeout) {}

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
