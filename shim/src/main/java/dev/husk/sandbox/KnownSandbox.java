package dev.husk.sandbox;

import java.util.OptionalLong;

/**
 * A sandbox as its directory shows it to whoever has not asked its shim; texts are empty when they
 * are not known.
 *
 * @param status of the OCI state, as it was last written; empty while the shim has no sandbox
 * @param pid of the payload, when it was last written
 * @param cgroup of the sandbox, as {@code /proc/PID/cgroup} names it
 * @param cgroupIdentity tells that cgroup from a later one of the same name
 * @param created when create was asked for, RFC 3339
 * @param shimPid of the shim that wrote all this
 * @param shimRuns whether a shim holds the id; without one the sandbox is dead, whatever its status
 * @param exitCode of a payload that has ended
 */
public record KnownSandbox(
    String id,
    String status,
    OptionalLong pid,
    String bundle,
    String cgroup,
    String cgroupIdentity,
    String created,
    OptionalLong shimPid,
    boolean shimRuns,
    OptionalLong exitCode,
    String exitReason) {}
