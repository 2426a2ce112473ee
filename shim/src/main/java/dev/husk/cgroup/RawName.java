package dev.husk.cgroup;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/** Names of files as text, exact where the bytes are UTF-8. */
final class RawName {
  private static final char REPLACEMENT = '\uFFFD';
  private static final int ASCII = 0x80;

  private RawName() {}

  /** The last name of a path; in one that is no UTF-8 each other byte is shown as {@code \xNN}. */
  static String of(Path path) {
    String text = String.valueOf(path.getFileName());
    return text.indexOf(REPLACEMENT) < 0 ? text : escaped(bytes(path));
  }

  /** The JDK gives the bytes away only as an address of percent signs. */
  private static byte[] bytes(Path path) {
    String address = path.toUri().getRawPath();
    int end = address.endsWith("/") ? address.length() - 1 : address.length();
    String name = address.substring(address.lastIndexOf('/', end - 1) + 1, end);
    byte[] bytes = new byte[name.length()];
    int length = 0;
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) == '%' && i + 2 < name.length()) {
        bytes[length++] = (byte) HexFormat.fromHexDigits(name, i + 1, i + 3);
        i += 2;
      } else {
        bytes[length++] = (byte) name.charAt(i);
      }
    }
    return java.util.Arrays.copyOf(bytes, length);
  }

  private static String escaped(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      StringBuilder text = new StringBuilder();
      for (byte value : bytes) {
        int number = value & 0xff;
        if (number < ASCII) {
          text.append((char) number);
        } else {
          text.append("\\x").append(HexFormat.of().toHexDigits(value));
        }
      }
      return text.toString();
    }
  }
}
