package dev.husk.dbus;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A message bus with one service behind it, which answers as a test wants. */
public final class FakeBus implements AutoCloseable {
  private final ServerSocketChannel listening;
  private final Function<Call, Answer> service;
  private final List<Call> calls = new CopyOnWriteArrayList<>();

  /** A call that came. */
  public record Call(String member, List<Object> arguments) {}

  /** What the service does about a call. */
  public sealed interface Answer {
    /** Values, and after them a signal. */
    record Values(String signature, List<?> values, List<JobRemoved> signals) implements Answer {}

    /** An error by its name. */
    record Refusal(String name, String message) implements Answer {}

    /** Nothing at all. */
    record Silence() implements Answer {}

    /** The bus hangs up. */
    record HangUp() implements Answer {}

    /** Bytes that are no message. */
    record Garbage() implements Answer {}
  }

  /** systemd's signal. */
  public record JobRemoved(String job, String unit, String result) {}

  private FakeBus(ServerSocketChannel listening, Function<Call, Answer> service) {
    this.listening = listening;
    this.service = service;
  }

  /** Serves at that path. */
  public static FakeBus at(Path socket, Function<Call, Answer> service) throws IOException {
    ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(socket));
    FakeBus bus = new FakeBus(listening, service);
    Thread.ofVirtual().start(bus::accept);
    return bus;
  }

  /** The service's calls so far, the bus' own left out. */
  public List<Call> calls() {
    return calls;
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = listening.accept();
        Thread.ofVirtual().start(() -> serve(channel));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      String line = line(channel);
      if (!line.startsWith("\0AUTH EXTERNAL ")) {
        return;
      }
      send(channel, "OK 0123\r\n".getBytes(StandardCharsets.US_ASCII));
      line(channel);
      while (true) {
        byte[] fixed = receive(channel, Message.FIXED);
        byte[] rest = receive(channel, Message.length(fixed) - Message.FIXED);
        byte[] whole = java.util.Arrays.copyOf(fixed, fixed.length + rest.length);
        System.arraycopy(rest, 0, whole, fixed.length, rest.length);
        Message message = Message.parse(whole);
        int serial = ByteBuffer.wrap(fixed).order(ByteOrder.LITTLE_ENDIAN).getInt(8);
        if (!answer(channel, message, serial)) {
          return;
        }
      }
    } catch (ClosedChannelException e) {
      return;
    } catch (IOException e) {
      return;
    }
  }

  private boolean answer(SocketChannel channel, Message message, int serial) throws IOException {
    String member = message.text(Message.MEMBER);
    if (message.text(Message.DESTINATION).equals("org.freedesktop.DBus")) {
      send(channel, message(Message.RETURN, serial, "", "", "", "s", List.of(":1.1")));
      return true;
    }
    Call call = new Call(member, message.body());
    calls.add(call);
    return switch (service.apply(call)) {
      case Answer.Values values -> {
        send(
            channel,
            message(Message.RETURN, serial, "", "", "", values.signature(), values.values()));
        for (JobRemoved signal : values.signals()) {
          send(
              channel,
              message(
                  Message.SIGNAL,
                  0,
                  "",
                  "org.freedesktop.systemd1.Manager",
                  "JobRemoved",
                  "uoss",
                  List.of(1, signal.job(), signal.unit(), signal.result())));
        }
        yield true;
      }
      case Answer.Refusal error -> {
        send(
            channel,
            message(Message.ERROR, serial, error.name(), "", "", "s", List.of(error.message())));
        yield true;
      }
      case Answer.Silence silence -> true;
      case Answer.HangUp hangUp -> false;
      case Answer.Garbage garbage -> {
        send(channel, "this is no message at all, is it?".getBytes(StandardCharsets.US_ASCII));
        yield true;
      }
    };
  }

  private static byte[] message(
      int type,
      int replySerial,
      String errorName,
      String interfaceName,
      String member,
      String signature,
      List<?> values) {
    Encoder body = new Encoder();
    body.values(signature, values);
    List<Object> fields = new ArrayList<>();
    if (replySerial != 0) {
      fields.add(List.of(Message.REPLY_SERIAL, new Variant("u", replySerial)));
    }
    if (!errorName.isEmpty()) {
      fields.add(List.of(Message.ERROR_NAME, new Variant("s", errorName)));
    }
    if (!member.isEmpty()) {
      fields.add(List.of(Message.PATH, new Variant("o", "/org/freedesktop/systemd1")));
      fields.add(List.of(Message.INTERFACE, new Variant("s", interfaceName)));
      fields.add(List.of(Message.MEMBER, new Variant("s", member)));
    }
    if (!signature.isEmpty()) {
      fields.add(List.of(Message.SIGNATURE, new Variant("g", signature)));
    }
    Encoder head = new Encoder();
    head.little('l', 1);
    head.little(type, 1);
    head.little(0, 1);
    head.little(1, 1);
    head.little(body.bytes().length, 4);
    head.little(7, 4);
    head.value("a(yv)", fields);
    head.align(8);
    byte[] start = head.bytes();
    byte[] whole = java.util.Arrays.copyOf(start, start.length + body.bytes().length);
    System.arraycopy(body.bytes(), 0, whole, start.length, body.bytes().length);
    return whole;
  }

  private static String line(SocketChannel channel) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.indexOf("\r\n") < 0) {
      line.append((char) receive(channel, 1)[0]);
    }
    return line.toString();
  }

  private static byte[] receive(SocketChannel channel, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new ClosedChannelException();
      }
    }
    return buffer.array();
  }

  private static void send(SocketChannel channel, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
