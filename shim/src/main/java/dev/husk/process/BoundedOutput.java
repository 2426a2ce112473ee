package dev.husk.process;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Reads what a program says, up to a bound in bytes and in time. */
public final class BoundedOutput {

  private BoundedOutput() {}

  /** Everything up to end of file, {@code limit} bytes or the time, whichever comes first. */
  public static String read(Fd fd, int limit, Duration timeout) {
    byte[] buffer = new byte[limit];
    int length = 0;
    long deadline = System.nanoTime() + timeout.toNanos();
    while (length < limit) {
      int left = (int) Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
      if (Native.poll(new int[] {fd.number()}, new int[] {Native.POLLIN}, left) <= 0) {
        break;
      }
      int count = Native.read(fd.number(), buffer, length, limit - length);
      if (count <= 0) {
        break;
      }
      length += count;
    }
    return new String(buffer, 0, length, StandardCharsets.UTF_8);
  }
}
