package dev.husk.dbus;

import dev.husk.process.UnixConnection;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A connection to a message bus, for one thread. Every wait is bounded: after the deadline an
 * {@link InterruptedIOException} is thrown, and the connection is of no further use.
 */
public final class BusConnection implements AutoCloseable {
  private static final String BUS = "org.freedesktop.DBus";
  private static final String BUS_PATH = "/org/freedesktop/DBus";

  /** "Authentication state diagrams": lines of the handshake are short. */
  private static final int LONGEST_LINE = 4096;

  /** More than that unasked for, and somebody floods us. */
  private static final int MOST_SIGNALS = 1000;

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final ArrayDeque<Message> signals = new ArrayDeque<>();
  private final long deadline;
  private int serial;

  private BusConnection(SocketChannel channel, Selector selector, long deadline)
      throws IOException {
    this.channel = channel;
    this.selector = selector;
    this.key = channel.register(selector, 0);
    this.deadline = deadline;
  }

  /**
   * Connects and makes itself known.
   *
   * @param uid effective, which the bus compares with what the kernel says
   * @param time for all that will be done with this connection
   * @throws ErrorReply when the bus refuses
   */
  public static BusConnection open(Path socket, int uid, Duration time)
      throws IOException, ErrorReply {
    long deadline = System.nanoTime() + time.toNanos();
    SocketChannel channel = UnixConnection.open(UnixDomainSocketAddress.of(socket), time);
    Selector selector = null;
    try {
      channel.configureBlocking(false);
      selector = Selector.open();
      BusConnection connection = new BusConnection(channel, selector, deadline);
      connection.authenticate(uid);
      connection.call(new MethodCall(BUS, BUS_PATH, BUS, "Hello", "", List.of()));
      return connection;
    } catch (IOException | ErrorReply | RuntimeException e) {
      channel.close();
      if (selector != null) {
        selector.close();
      }
      throw e;
    }
  }

  /** EXTERNAL: the kernel tells the bus who we are. */
  private void authenticate(int uid) throws IOException {
    StringBuilder hex = new StringBuilder();
    Integer.toUnsignedString(uid).chars().forEach(c -> hex.append(Integer.toHexString(c)));
    send(("\0AUTH EXTERNAL " + hex + "\r\n").getBytes(StandardCharsets.US_ASCII));
    StringBuilder line = new StringBuilder();
    while (line.indexOf("\r\n") < 0) {
      line.append((char) receive(1)[0]);
      if (line.length() > LONGEST_LINE) {
        throw new ProtocolException("an endless answer to AUTH");
      }
    }
    if (!line.toString().startsWith("OK ")) {
      throw new ProtocolException("AUTH EXTERNAL was answered with " + line.toString().strip());
    }
    send("BEGIN\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  /** Asks for signals; {@link #awaitSignal} finds those that come from now on. */
  public void listen(String matchRule) throws IOException, ErrorReply {
    call(new MethodCall(BUS, BUS_PATH, BUS, "AddMatch", "s", List.of(matchRule)));
  }

  /**
   * Calls and waits for the answer.
   *
   * @return the answer's values: numbers as {@link Long}, structs and arrays as {@link List}
   */
  public List<Object> call(MethodCall call) throws IOException, ErrorReply {
    int number = ++serial;
    send(Message.call(number, call));
    while (true) {
      Message message = next();
      if (message.type() == Message.SIGNAL) {
        keep(message);
      } else if (message.answers(number)) {
        if (message.type() == Message.ERROR) {
          List<Object> body = message.body();
          throw new ErrorReply(
              message.text(Message.ERROR_NAME), body.isEmpty() ? "" : String.valueOf(body.get(0)));
        }
        return message.body();
      }
    }
  }

  private void keep(Message signal) throws ProtocolException {
    if (signals.size() == MOST_SIGNALS) {
      throw new ProtocolException("more than " + MOST_SIGNALS + " signals");
    }
    signals.add(signal);
  }

  /** Waits for a signal with such values, those that have come before included. */
  public List<Object> awaitSignal(
      String interfaceName, String member, Predicate<List<Object>> wanted) throws IOException {
    Optional<Message> kept = Optional.empty();
    for (Iterator<Message> i = signals.iterator(); i.hasNext() && kept.isEmpty(); ) {
      Message signal = i.next();
      if (signal.isSignal(interfaceName, member) && wanted.test(signal.body())) {
        i.remove();
        kept = Optional.of(signal);
      }
    }
    while (kept.isEmpty()) {
      Message message = next();
      if (message.isSignal(interfaceName, member) && wanted.test(message.body())) {
        kept = Optional.of(message);
      }
    }
    return kept.get().body();
  }

  private Message next() throws IOException {
    byte[] fixed = receive(Message.FIXED);
    int length = Message.length(fixed);
    byte[] rest = receive(length - Message.FIXED);
    byte[] whole = new byte[length];
    System.arraycopy(fixed, 0, whole, 0, Message.FIXED);
    System.arraycopy(rest, 0, whole, Message.FIXED, rest.length);
    return Message.parse(whole);
  }

  private void send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (channel.write(buffer) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  private byte[] receive(int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer);
      if (read < 0) {
        throw new EOFException("the bus closed the connection");
      }
      if (read == 0) {
        await(SelectionKey.OP_READ);
      }
    }
    return buffer.array();
  }

  private void await(int operation) throws IOException {
    long left = (deadline - System.nanoTime()) / 1_000_000;
    if (left <= 0 || Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("no answer in time");
    }
    key.interestOps(operation);
    selector.select(left);
    selector.selectedKeys().clear();
  }

  @Override
  public void close() {
    try (selector;
        channel) {
      // Both are closed, whatever one of them says.
      return;
    } catch (IOException e) {
      // Nothing was in it any more.
      return;
    }
  }
}
