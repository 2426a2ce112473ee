package dev.husk.sandbox;

/**
 * The state names of the OCI runtime-spec, {@code runtime.md#state}, and runc's for a frozen one.
 */
public enum Phase {
  CREATING,
  CREATED,
  RUNNING,
  PAUSED,
  STOPPED
}
