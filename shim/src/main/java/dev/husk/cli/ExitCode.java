package dev.husk.cli;

import dev.husk.failure.FailureKind;

/** Exit statuses, the ones users of docker and podman know. The payload's own passes through. */
final class ExitCode {
  static final int OK = 0;

  /** A command that asks a shim was refused. */
  static final int REFUSED = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** husk failed before the payload ran. */
  static final int HUSK_FAILED = 125;

  private static final int EXECUTABLE_DENIED = 126;
  private static final int EXECUTABLE_NOT_FOUND = 127;

  private ExitCode() {}

  /** What shells make of a death by signal. */
  static int ofSignal(int signal) {
    return 128 + signal;
  }

  static int of(FailureKind kind) {
    return switch (kind) {
      case EXECUTABLE_NOT_FOUND -> EXECUTABLE_NOT_FOUND;
      case EXECUTABLE_DENIED -> EXECUTABLE_DENIED;
      case INVALID,
          NOT_FOUND,
          EXISTS,
          PRECONDITION,
          UNSUPPORTED,
          DENIED,
          EXHAUSTED,
          TIMEOUT,
          INTERNAL ->
          HUSK_FAILED;
    };
  }
}
