package dev.husk.rpc;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A connected unix socket in the form that gRPC takes; options of TCP have no effect. */
final class UnixSocket extends Socket {
  /** What a client of HTTP/2 sends first (RFC 9113, section 3.4). */
  static final int CLIENT_PREFACE = 24;

  private static final @Nullable SocketImpl NO_IMPL = null;

  /** For a client to read what it was sent and to hang up; a busy machine delays it. */
  private static final long CLIENT_PATIENCE_MILLIS = 1_500;

  private final SocketChannel channel;
  private final SocketAddress peer;
  private final Runnable onClose;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final HeaderBound headers;

  /**
   * @param preface bytes that the peer sends before its first HTTP/2 frame
   * @param onClose runs once, at the first close
   */
  @SuppressWarnings("NullAway") // the constructor is documented to take null for no implementation
  UnixSocket(SocketChannel channel, SocketAddress peer, int preface, Runnable onClose)
      throws IOException {
    super(NO_IMPL);
    this.headers = new HeaderBound(preface);
    this.channel = channel;
    this.peer = peer;
    this.onClose = onClose;
  }

  @Override
  public InputStream getInputStream() {
    return new Input(Channels.newInputStream(channel));
  }

  @Override
  public OutputStream getOutputStream() {
    return new Output(Channels.newOutputStream(channel));
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return peer;
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    try {
      return channel.getLocalAddress();
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void setTcpNoDelay(boolean on) {}

  @Override
  public boolean getTcpNoDelay() {
    return true;
  }

  @Override
  public void setSoTimeout(int timeout) {}

  @Override
  public int getSoTimeout() {
    return 0;
  }

  @Override
  public int getSoLinger() {
    return -1;
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public boolean isClosed() {
    return closed.get();
  }

  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      try {
        hangUp();
      } finally {
        channel.close();
        onClose.run();
      }
    }
  }

  /**
   * Says that nothing more comes and lets the client hang up first: closed at once, a client that
   * just writes would meet a broken connection and drop the last answer, which it has not read yet.
   */
  private void hangUp() throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.shutdownOutput();
      ended.await(CLIENT_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ClosedChannelException | SocketException e) {
      // The client was faster.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes the socket as {@link Socket#getOutputStream} has it, not the channel under its feet. */
  private final class Output extends FilterOutputStream {
    Output(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      out.write(buffer, offset, length);
    }

    @Override
    public void close() throws IOException {
      UnixSocket.this.close();
    }
  }

  /**
   * A client that ends with unread answers resets the connection; that is a way to hang up, not an
   * error.
   */
  private final class Input extends InputStream {
    private final InputStream in;

    Input(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      try {
        int result = ended(in.read());
        if (result >= 0) {
          headers.check(new byte[] {(byte) result}, 0, 1);
        }
        return result;
      } catch (SocketException e) {
        return ended(-1);
      } catch (IOException e) {
        ended.countDown();
        throw e;
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        int count = ended(in.read(buffer, offset, length));
        headers.check(buffer, offset, Math.max(0, count));
        return count;
      } catch (SocketException e) {
        return ended(-1);
      } catch (IOException e) {
        ended.countDown();
        throw e;
      }
    }

    private int ended(int result) {
      if (result < 0) {
        ended.countDown();
      }
      return result;
    }

    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public void close() throws IOException {
      UnixSocket.this.close();
    }
  }
}
