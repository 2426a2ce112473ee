package dev.husk.process;

import dev.husk.failure.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Lines for somebody who may never read them: whoever says one does not wait. A thread that exists
 * only while there is something to write takes them from a bounded queue; what does not fit is
 * counted, and the number is said as soon as there is room again.
 */
final class LineWriter {
  /** In characters, as is the next. */
  static final int LONGEST_LINE = 16 << 10;

  static final int MOST_WAITING = 64 << 10;

  private final String name;
  private final OutputStream out;
  private final ArrayDeque<String> lines = new ArrayDeque<>();
  private int waiting;
  private long leftOut;
  private boolean writing;

  /**
   * @param name of the thread that writes
   * @param out written to by that thread alone, a line at a time; never flushed
   */
  LineWriter(String name, OutputStream out) {
    this.name = name;
    this.out = out;
  }

  /** Says a line, what could steer a terminal spelt out, cut if it is too long. */
  synchronized void say(String text) {
    String line = Printable.of(text.replace("\t", "    "), LONGEST_LINE);
    if (waiting + line.length() > MOST_WAITING) {
      leftOut++;
    } else {
      if (leftOut > 0) {
        add(sayLeftOut());
      }
      add(line);
    }
    if (!writing) {
      writing = true;
      Thread thread = new Thread(this::write, name);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void add(String line) {
    lines.add(line);
    waiting += line.length();
  }

  private String sayLeftOut() {
    String said =
        "husk: " + leftOut + (leftOut == 1 ? " line was" : " lines were") + " left out here";
    leftOut = 0;
    return said;
  }

  private void write() {
    try {
      for (String line = next(); !line.isEmpty(); line = next()) {
        out.write(line.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      failed();
    }
  }

  /** Empty when there is no more; another thread writes what comes later. */
  private synchronized String next() {
    String line = lines.poll();
    if (line != null) {
      waiting -= line.length();
    } else if (leftOut > 0) {
      line = sayLeftOut();
    } else {
      ended();
      return "";
    }
    return line + "\n";
  }

  /** What is left waits for the next line: it may be that the reader was not fast enough. */
  private synchronized void failed() {
    leftOut++;
    ended();
  }

  private void ended() {
    writing = false;
    notifyAll();
  }

  /** Waits, bounded, until everything is written. */
  synchronized void flush(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      for (long left = timeout.toNanos();
          writing && left > 0;
          left = deadline - System.nanoTime()) {
        wait(left / 1_000_000, (int) (left % 1_000_000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** For code that wants a stream: what it writes is said line by line. */
  OutputStream stream() {
    return new Lines();
  }

  private final class Lines extends OutputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(128);

    @Override
    public synchronized void write(int b) {
      if (b == '\n') {
        say(line.toString(StandardCharsets.UTF_8));
        line.reset();
      } else if (line.size() < LONGEST_LINE) {
        line.write(b);
      }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      for (int i = 0; i < length; i++) {
        write(bytes[offset + i]);
      }
    }
  }
}
