package dev.husk.integration;

/**
 * What a test counted or timed on this machine: for the reader of the report, never a condition of
 * passing.
 */
final class Measured {
  private Measured() {}

  /**
   * A line that the closing summary of all tests repeats (integration/summary.awk); without a
   * {@code <}.
   */
  static void say(String line) {
    System.out.println("measured: " + line);
  }
}
