package dev.husk.dbus;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The reverse of {@link Encoder}, for either byte order: numbers come as {@link Long} or {@link
 * Double}, {@code ay} as a list like other arrays.
 */
final class Decoder {
  private final ByteBuffer bytes;
  private int depth;

  /** The array begins where a message does, or its body. */
  Decoder(byte[] array, boolean littleEndian) {
    this.bytes =
        ByteBuffer.wrap(array).order(littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
  }

  void position(int at) {
    bytes.position(at);
  }

  int position() {
    return bytes.position();
  }

  /**
   * @throws ProtocolException when the bytes are not of that signature
   */
  List<Object> values(String signature) throws ProtocolException {
    try {
      List<Object> values = new ArrayList<>();
      for (String type : Signature.split(signature)) {
        values.add(value(type));
      }
      return values;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new ProtocolException("a message that is not of the signature " + signature, e);
    }
  }

  private Object value(String type) {
    if (++depth > Signature.DEEPEST) {
      throw new IllegalArgumentException("nested too deep");
    }
    char kind = type.charAt(0);
    bytes.position(aligned(Signature.alignment(kind)));
    Object value =
        switch (kind) {
          case 'y' -> (long) (bytes.get() & 0xff);
          case 'b' -> bytes.getInt() != 0;
          case 'n' -> (long) bytes.getShort();
          case 'q' -> (long) (bytes.getShort() & 0xffff);
          case 'i' -> (long) bytes.getInt();
          case 'u', 'h' -> Integer.toUnsignedLong(bytes.getInt());
          case 'x', 't' -> bytes.getLong();
          case 'd' -> bytes.getDouble();
          case 's', 'o' -> text(bytes.getInt());
          case 'g' -> text(bytes.get() & 0xff);
          case 'v' -> {
            String inner = text(bytes.get() & 0xff);
            yield new Variant(inner, value(inner));
          }
          case '(', '{' -> {
            List<Object> members = new ArrayList<>();
            for (String member : Signature.members(type)) {
              members.add(value(member));
            }
            yield members;
          }
          case 'a' -> array(type.substring(1));
          default -> throw new IllegalArgumentException("no D-Bus type: " + type);
        };
    depth--;
    return value;
  }

  private int aligned(int boundary) {
    return (bytes.position() + boundary - 1) / boundary * boundary;
  }

  private List<Object> array(String element) {
    int length = bytes.getInt();
    int start = aligned(Signature.alignment(element.charAt(0)));
    if (length < 0 || length > bytes.limit() - start) {
      throw new IllegalArgumentException("array of " + length + " bytes");
    }
    bytes.position(start);
    List<Object> items = new ArrayList<>();
    while (bytes.position() < start + length) {
      items.add(value(element));
    }
    return items;
  }

  private String text(int length) {
    if (length < 0 || length >= bytes.remaining()) {
      throw new IllegalArgumentException("text of " + length + " bytes");
    }
    String text =
        new String(
            bytes.array(), bytes.arrayOffset() + bytes.position(), length, StandardCharsets.UTF_8);
    bytes.position(bytes.position() + length + 1);
    return text;
  }
}
