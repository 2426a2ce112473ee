package dev.husk.sandbox;

import java.nio.file.Path;

/** Where the payload's standard streams go. */
public record Stdio(Stream stdin, Stream stdout, Stream stderr) {
  /** One stream. */
  public sealed interface Stream {}

  /** {@code /dev/null}. */
  public record Null() implements Stream {}

  /** The shim's own stream. */
  public record Inherit() implements Stream {}

  /** A file (output: created with mode 0600 and appended to) or a FIFO (output only). */
  public record File(Path path) implements Stream {}

  public static Stdio none() {
    return new Stdio(new Null(), new Null(), new Null());
  }

  public static Stdio inherit() {
    return new Stdio(new Inherit(), new Inherit(), new Inherit());
  }
}
