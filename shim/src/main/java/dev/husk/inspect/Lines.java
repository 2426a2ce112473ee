package dev.husk.inspect;

import java.io.PrintStream;

/** Lines of words, wrapped at the width of a terminal with an indent of their own. */
final class Lines {
  /** For what is no terminal: a line is a line. */
  static final int UNBOUNDED = Integer.MAX_VALUE;

  private static final int NARROWEST = 40;

  private final PrintStream out;
  private final int width;

  Lines(PrintStream out, int width) {
    this.out = out;
    this.width = Math.max(NARROWEST, width);
  }

  int width() {
    return width;
  }

  /**
   * Prints a text, wrapped at its spaces.
   *
   * @param first in front of the first line
   * @param next in front of those that follow
   */
  void print(String first, String next, String text) {
    StringBuilder line = new StringBuilder(first);
    boolean fresh = true;
    for (String word : text.split(" ", -1)) {
      if (!fresh && line.length() + 1 + word.length() > width) {
        flush(line);
        line = new StringBuilder(next);
        fresh = true;
      }
      line.append(fresh ? "" : " ").append(word);
      fresh = false;
    }
    flush(line);
  }

  private void flush(StringBuilder line) {
    String text = line.toString().stripTrailing();
    out.println(text.length() > width ? text.substring(0, width - 1) + "…" : text);
  }
}
