package dev.husk.oci;

import dev.husk.failure.HuskException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Refuses what is not well-formed UTF-8 before the parser sees it: the parser would guess UTF-16
 * and UTF-32 and lets overlong forms pass.
 */
final class Utf8 {
  private static final int CHUNK = 8192;

  private Utf8() {}

  static void check(byte[] bytes, String document) throws HuskException {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(CHUNK);
    CoderResult result = decoder.decode(in, out, true);
    while (result.isOverflow()) {
      out.clear();
      result = decoder.decode(in, out, true);
    }
    if (result.isError()) {
      throw malformed(bytes, in.position(), document, "not UTF-8");
    }
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        throw malformed(bytes, i, document, "a NUL byte (is the file UTF-16?)");
      }
    }
  }

  private static HuskException malformed(byte[] bytes, int offset, String document, String why) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < offset; i++) {
      if (bytes[i] == '\n') {
        line++;
        column = 1;
      } else {
        column++;
      }
    }
    return new HuskException(new ConfigFailure.Malformed(document, line, column, why));
  }
}
