package dev.husk.failure;

/**
 * The classes of failure a caller can act upon; exit statuses and gRPC codes are each one
 * exhaustive switch over these.
 */
public enum FailureKind {
  /** The request or the config is wrong, whatever the state of the host. */
  INVALID,
  /** The named thing does not exist. */
  NOT_FOUND,
  /** The id, path or socket is already taken. */
  EXISTS,
  /**
   * Right request, wrong moment or wrong host: cannot X while Y, a controller is missing, bwrap is
   * too old.
   */
  PRECONDITION,
  /** A property that husk does not apply (yet); named, never ignored. */
  UNSUPPORTED,
  /** Not permitted by the kernel or by husk's own access check. */
  DENIED,
  /** A bound was reached: a retry budget, a queue, a size. */
  EXHAUSTED,
  /** A step did not finish within its time. */
  TIMEOUT,
  /** The payload's executable does not exist in the sandbox. */
  EXECUTABLE_NOT_FOUND,
  /** The payload's executable exists and cannot be executed. */
  EXECUTABLE_DENIED,
  /** Everything else: husk or the kernel did something that was not foreseen. */
  INTERNAL
}
