package dev.husk.sandbox;

import java.time.Instant;
import java.util.Optional;

/** Where a sandbox is in its life; replaced as a whole, so that a reader sees one moment. */
sealed interface State {
  Phase phase();

  /** Create is under way. */
  record Creating() implements State {
    @Override
    public Phase phase() {
      return Phase.CREATING;
    }
  }

  /** The payload waits for start. */
  record Created(Payload payload) implements State {
    @Override
    public Phase phase() {
      return Phase.CREATED;
    }
  }

  /** The payload's program runs. */
  record Running(Payload payload, Instant startedAt) implements State {
    @Override
    public Phase phase() {
      return Phase.RUNNING;
    }
  }

  /** Every process has ended. */
  record Stopped(Payload payload, Optional<Instant> startedAt, ExitStatus exit) implements State {
    @Override
    public Phase phase() {
      return Phase.STOPPED;
    }
  }
}
