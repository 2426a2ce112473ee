package dev.husk.sandbox;

import java.time.Instant;
import java.util.Optional;

/**
 * Where a sandbox is in its life; replaced as a whole, so that a reader sees one moment.
 *
 * <p>The accessors are there because a switch over patterns is linked at run time, which no
 * start-up archive spares: tens of milliseconds before the payload runs.
 */
sealed interface State {
  Phase phase();

  /** What the shim holds of the processes, from created on. */
  default Optional<Payload> held() {
    return Optional.empty();
  }

  /** When the payload's program began, if it did. */
  default Optional<Instant> begun() {
    return Optional.empty();
  }

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

    @Override
    public Optional<Payload> held() {
      return Optional.of(payload);
    }
  }

  /** The payload's program runs. */
  record Running(Payload payload, Instant startedAt) implements State {
    @Override
    public Phase phase() {
      return Phase.RUNNING;
    }

    @Override
    public Optional<Payload> held() {
      return Optional.of(payload);
    }

    @Override
    public Optional<Instant> begun() {
      return Optional.of(startedAt);
    }
  }

  /** Started, and every process is frozen. */
  record Paused(Payload payload, Instant startedAt) implements State {
    @Override
    public Phase phase() {
      return Phase.PAUSED;
    }

    @Override
    public Optional<Payload> held() {
      return Optional.of(payload);
    }

    @Override
    public Optional<Instant> begun() {
      return Optional.of(startedAt);
    }
  }

  /** Every process has ended. */
  record Stopped(Payload payload, Optional<Instant> startedAt, ExitStatus exit) implements State {
    @Override
    public Phase phase() {
      return Phase.STOPPED;
    }

    @Override
    public Optional<Payload> held() {
      return Optional.of(payload);
    }

    @Override
    public Optional<Instant> begun() {
      return startedAt;
    }
  }
}
