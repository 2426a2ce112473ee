package dev.husk.dbus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A message as it came.
 *
 * @param type see the constants
 * @param fields of the header, by their code
 */
record Message(int type, Map<Long, Object> fields, List<Object> body) {
  static final int CALL = 1;
  static final int RETURN = 2;
  static final int ERROR = 3;
  static final int SIGNAL = 4;

  static final long PATH = 1;
  static final long INTERFACE = 2;
  static final long MEMBER = 3;
  static final long ERROR_NAME = 4;
  static final long REPLY_SERIAL = 5;
  static final long DESTINATION = 6;
  static final long SIGNATURE = 8;

  /** Endianness, type, flags, version, length of the body, serial, length of the fields. */
  static final int FIXED = 16;

  /** Far above any answer that is asked for; the protocol allows 128 MiB. */
  static final int LARGEST = 1 << 20;

  private static final String FIELDS = "a(yv)";

  /** A call on the wire. */
  static byte[] call(int serial, MethodCall call) {
    Encoder body = new Encoder();
    body.values(call.signature(), call.arguments());
    byte[] content = body.bytes();
    Encoder message = new Encoder();
    message.little('l', 1);
    message.little(CALL, 1);
    message.little(0, 1);
    message.little(1, 1);
    message.little(content.length, 4);
    message.little(serial, 4);
    List<Object> fields = new ArrayList<>();
    fields.add(List.of(PATH, new Variant("o", call.path())));
    fields.add(List.of(INTERFACE, new Variant("s", call.interfaceName())));
    fields.add(List.of(MEMBER, new Variant("s", call.member())));
    fields.add(List.of(DESTINATION, new Variant("s", call.destination())));
    if (!call.signature().isEmpty()) {
      fields.add(List.of(SIGNATURE, new Variant("g", call.signature())));
    }
    message.value(FIELDS, fields);
    message.align(8);
    byte[] head = message.bytes();
    byte[] whole = new byte[head.length + content.length];
    System.arraycopy(head, 0, whole, 0, head.length);
    System.arraycopy(content, 0, whole, head.length, content.length);
    return whole;
  }

  /**
   * How long the message is of which these are the first {@link #FIXED} bytes.
   *
   * @throws ProtocolException when it is none, or too long
   */
  static int length(byte[] fixed) throws ProtocolException {
    Decoder decoder = new Decoder(fixed, isLittle(fixed));
    decoder.position(4);
    long body = (Long) decoder.values("u").get(0);
    decoder.position(12);
    long fields = (Long) decoder.values("u").get(0);
    long length = FIXED + (fields + 7) / 8 * 8 + body;
    if (length > LARGEST) {
      throw new ProtocolException("a message of " + length + " bytes");
    }
    return (int) length;
  }

  private static boolean isLittle(byte[] message) throws ProtocolException {
    if (message[0] != 'l' && message[0] != 'B') {
      throw new ProtocolException("a message that begins with byte " + message[0]);
    }
    return message[0] == 'l';
  }

  /** Of all its bytes. */
  static Message parse(byte[] bytes) throws ProtocolException {
    Decoder decoder = new Decoder(bytes, isLittle(bytes));
    decoder.position(FIXED - 4);
    Map<Long, Object> fields = new HashMap<>();
    for (Object field : (List<?>) decoder.values(FIELDS).get(0)) {
      List<?> pair = (List<?>) field;
      fields.put((Long) pair.get(0), ((Variant) pair.get(1)).value());
    }
    int start = (decoder.position() + 7) / 8 * 8;
    decoder.position(Math.min(start, bytes.length));
    Object signature = fields.getOrDefault(SIGNATURE, "");
    return new Message(bytes[1], fields, decoder.values(signature.toString()));
  }

  String text(long field) {
    return String.valueOf(fields.getOrDefault(field, ""));
  }

  boolean answers(int serial) {
    return Long.valueOf(Integer.toUnsignedLong(serial)).equals(fields.get(REPLY_SERIAL));
  }

  boolean isSignal(String interfaceName, String member) {
    return type == SIGNAL && text(INTERFACE).equals(interfaceName) && text(MEMBER).equals(member);
  }
}
