package dev.husk.cgroup;

/**
 * A process of a sandbox.
 *
 * @param pid in this process' pid namespace
 * @param cgroup as {@code /proc/PID/cgroup} names it
 */
public record Member(long pid, String cgroup) {}
