package dev.husk.sandbox;

/** The state names of the OCI runtime-spec, {@code runtime.md#state}. */
public enum Phase {
  CREATING,
  CREATED,
  RUNNING,
  STOPPED
}
