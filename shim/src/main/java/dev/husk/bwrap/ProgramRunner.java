package dev.husk.bwrap;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Runs a short-lived program and collects what it prints. */
public interface ProgramRunner {
  /**
   * Runs a program with an empty environment and no input. When the time is over, or more than 64
   * KiB are printed, the program is killed.
   *
   * @param argv absolute path of the program, then its arguments
   * @throws IOException if the program cannot be executed or printed too much; the message names
   *     the errno
   */
  Output run(List<String> argv, Duration timeout) throws IOException;

  /**
   * What a program left.
   *
   * @param status exit status, or 128 plus the signal that ended it
   * @param timedOut killed because the time was over
   * @param text standard output and standard error
   */
  record Output(int status, boolean timedOut, String text) {}
}
