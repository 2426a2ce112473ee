package dev.husk.process;

import dev.husk.failure.HuskException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Writes the primitives that {@code husk-init.h} defines: little-endian, lengths first. */
final class WireWriter {
  /** As {@code MAX_DOCUMENT} in husk-init.h. */
  static final int MAX_SIZE = 8 << 20;

  private static final int VERSION = 1;
  private static final int SIZE_OFFSET = 8;
  private static final int FIRST_CAPACITY = 1024;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int size;

  /**
   * @param magic four ASCII characters
   */
  WireWriter(String magic) throws HuskException {
    byte[] letters = magic.getBytes(StandardCharsets.US_ASCII);
    reserve(letters.length, "magic");
    System.arraycopy(letters, 0, bytes, 0, letters.length);
    size = letters.length;
    u32(VERSION);
    u32(0);
  }

  /** The whole document, its size filled in. */
  byte[] finish() {
    int end = size;
    size = SIZE_OFFSET;
    number(end, Integer.BYTES);
    size = end;
    return Arrays.copyOf(bytes, end);
  }

  void u32(long value) throws HuskException {
    reserve(Integer.BYTES, "number");
    number(value, Integer.BYTES);
  }

  void u64(long value) throws HuskException {
    reserve(Long.BYTES, "number");
    number(value, Long.BYTES);
  }

  /**
   * @param where what the string is, for the failure
   */
  void string(String text, String where) throws HuskException {
    if (text.indexOf('\0') >= 0) {
      throw new HuskException(
          new WireFailure.Unencodable(where, "contains a NUL character, which ends a string in C"));
    }
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    reserve(Integer.BYTES + encoded.length + 1, where);
    number(encoded.length, Integer.BYTES);
    System.arraycopy(encoded, 0, bytes, size, encoded.length);
    size += encoded.length;
    bytes[size++] = 0;
  }

  void strings(List<String> texts, String where) throws HuskException {
    u32(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      string(texts.get(i), where + "/" + i);
    }
  }

  /** Refuses a list that is longer than husk-init accepts. */
  void count(int count, int limit, String where) throws HuskException {
    if (count > limit) {
      throw new HuskException(
          new WireFailure.Unencodable(
              where, "has " + count + " elements, more than the " + limit + " that are accepted"));
    }
    u32(count);
  }

  private void number(long value, int width) {
    for (int i = 0; i < width; i++) {
      bytes[size++] = (byte) (value >>> (Byte.SIZE * i));
    }
  }

  private void reserve(int more, String where) throws HuskException {
    if (more > MAX_SIZE - size) {
      throw new HuskException(
          new WireFailure.Unencodable(
              where, "all values together take more than " + MAX_SIZE + " bytes"));
    }
    if (more > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, Math.min(MAX_SIZE, Math.max(2 * bytes.length, size + more)));
    }
  }
}
