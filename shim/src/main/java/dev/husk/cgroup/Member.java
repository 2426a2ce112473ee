package dev.husk.cgroup;

/**
 * A process of a sandbox.
 *
 * @param pid in this process' pid namespace
 * @param cgroup relative to P: {@code payload/init}; a name or path of unusual length is cut and
 *     ends in {@code ...}, and bytes that are no UTF-8 are {@code \xNN}
 */
public record Member(long pid, String cgroup) {}
