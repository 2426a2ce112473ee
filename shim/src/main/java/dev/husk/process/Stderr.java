package dev.husk.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Standard error, the only way to it. It may be a pipe that nobody reads: a shim that waited for
 * such a reader could neither answer nor end, so nobody waits, see {@link LineWriter}.
 */
public final class Stderr {
  private static final LineWriter WRITER =
      new LineWriter("husk-stderr", new FileOutputStream(FileDescriptor.err));

  /** For a reader that is merely slow; of a stuck one a process that ends has nothing to hope. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private Stderr() {}

  /** Says a line in husk's name, what could steer a terminal spelt out. Never waits. */
  public static void say(String text) {
    WRITER.say("husk: " + text);
  }

  /** From now on what others print to {@link System#err}, the JDK above all, goes this way too. */
  public static void takeOver() {
    System.setErr(new PrintStream(WRITER.stream(), true, StandardCharsets.UTF_8));
  }

  /** Waits, at most a second, until everything is written: for a process that is about to end. */
  public static void flush() {
    WRITER.flush(PATIENCE);
  }
}
