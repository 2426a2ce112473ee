package dev.husk.dbus;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Little-endian wire format. Takes a {@link Boolean} for {@code b}, a {@link Number} for {@code y},
 * {@code u}, {@code i}, {@code t} and {@code x}, a {@link String} for {@code s}, {@code o} and
 * {@code g}, a {@link Variant} for {@code v}, a {@link List} for arrays, structs and dict entries,
 * and a {@code byte[]} for {@code ay}.
 */
final class Encoder {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);

  byte[] bytes() {
    return bytes.toByteArray();
  }

  void align(int boundary) {
    while (bytes.size() % boundary != 0) {
      bytes.write(0);
    }
  }

  /** One value for each complete type. */
  void values(String signature, List<?> values) {
    List<String> types = Signature.split(signature);
    for (int i = 0; i < types.size(); i++) {
      value(types.get(i), values.get(i));
    }
  }

  void value(String type, Object value) {
    char kind = type.charAt(0);
    align(Signature.alignment(kind));
    switch (kind) {
      case 'y' -> bytes.write(((Number) value).intValue());
      case 'b' -> little((Boolean) value ? 1 : 0, 4);
      case 'u', 'i' -> little(((Number) value).longValue(), 4);
      case 't', 'x' -> little(((Number) value).longValue(), 8);
      case 's', 'o' -> text((String) value, 4);
      case 'g' -> text((String) value, 1);
      case 'v' -> {
        Variant variant = (Variant) value;
        value("g", variant.signature());
        value(variant.signature(), variant.value());
      }
      case '(', '{' -> {
        List<String> types = Signature.members(type);
        List<?> members = (List<?>) value;
        for (int i = 0; i < types.size(); i++) {
          value(types.get(i), members.get(i));
        }
      }
      case 'a' -> array(type.substring(1), value);
      default -> throw new IllegalArgumentException("cannot send D-Bus type " + type);
    }
  }

  /** The padding before the first element does not count as length. */
  private void array(String element, Object value) {
    Encoder content = new Encoder();
    int start = bytes.size() + 4;
    int boundary = Signature.alignment(element.charAt(0));
    int padding = (boundary - start % boundary) % boundary;
    for (int i = 0; i < (start + padding) % 8; i++) {
      content.bytes.write(0);
    }
    int skip = content.bytes.size();
    if (value instanceof byte[] raw) {
      content.bytes.writeBytes(raw);
    } else {
      for (Object item : (List<?>) value) {
        content.value(element, item);
      }
    }
    byte[] encoded = content.bytes();
    little(encoded.length - skip, 4);
    align(boundary);
    bytes.write(encoded, skip, encoded.length - skip);
  }

  private void text(String text, int lengthBytes) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    little(encoded.length, lengthBytes);
    bytes.writeBytes(encoded);
    bytes.write(0);
  }

  void little(long value, int count) {
    for (int i = 0; i < count; i++) {
      bytes.write((int) (value >>> (8 * i)) & 0xff);
    }
  }
}
