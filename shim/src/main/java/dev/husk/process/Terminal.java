package dev.husk.process;

import java.util.OptionalInt;

/** The terminal behind a standard stream. */
public final class Terminal {
  private static final int STANDARD_OUTPUT = 1;

  private Terminal() {}

  /** The columns of the terminal that standard output is; empty when it is none. */
  public static OptionalInt columns() {
    int columns = Native.columns(STANDARD_OUTPUT);
    return columns > 0 ? OptionalInt.of(columns) : OptionalInt.empty();
  }
}
