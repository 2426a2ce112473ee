package dev.husk.process;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;

/** What cannot be said, or was not understood, between the shim and husk-init. */
public sealed interface WireFailure extends Failure {

  /** A value that does not fit into a spec or a plan. */
  record Unencodable(String where, String why) implements WireFailure {
    @Override
    public String what() {
      return "encode for husk-init";
    }

    @Override
    public String remedy() {
      return "correct this value in config.json";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /** A message that is not one of husk-init's. */
  record Malformed(String why) implements WireFailure {
    @Override
    public String what() {
      return "read a message of husk-init";
    }

    @Override
    public String where() {
      return "control socket";
    }

    @Override
    public String remedy() {
      return "install husk-init and the shim from the same release";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INTERNAL;
    }
  }
}
