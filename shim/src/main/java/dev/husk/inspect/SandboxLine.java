package dev.husk.inspect;

import java.util.Optional;

/**
 * What a tree says of a sandbox itself.
 *
 * @param shimPid 0 when it is not known
 * @param status in the words of the OCI state; empty when there is no state file
 * @param pid of the payload as the shim saw it; 0 when it has none
 * @param directory P; empty when there is none
 * @param problem why there is no tree, or why it is not whole
 */
public record SandboxLine(
    String id,
    Keeper keeper,
    long shimPid,
    String status,
    long pid,
    String bundle,
    String directory,
    Optional<String> problem) {

  /** Who stands behind a sandbox. */
  public enum Keeper {
    /** Its shim lives. */
    ALIVE,
    /** Its shim is dead. */
    DEAD,
    /** Its lock may not be looked at. */
    UNKNOWN,
    /** No state file below the root names its cgroup. */
    NONE
  }
}
