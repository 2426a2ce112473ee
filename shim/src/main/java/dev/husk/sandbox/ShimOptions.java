package dev.husk.sandbox;

import dev.husk.cgroup.LimitPolicy;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a shim was started.
 *
 * @param id of its sandbox
 * @param bundle absolute; what create is rehearsed with
 * @param huskInit the native program, on the host
 * @param bwrapProgram absolute; empty means the first bwrap in PATH
 * @param cgroupManager who makes the sandbox's place in the tree
 * @param privileged whether payloads are trusted with the host
 * @param cacheDirectory where the probe of bwrap is remembered
 */
public record ShimOptions(
    String version,
    String id,
    Path bundle,
    Path huskInit,
    Optional<Path> bwrapProgram,
    Path cacheDirectory,
    LimitPolicy limits,
    CgroupManager cgroupManager,
    boolean privileged) {}
