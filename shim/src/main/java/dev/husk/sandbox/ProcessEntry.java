package dev.husk.sandbox;

/**
 * A process of a sandbox.
 *
 * @param pid in the shim's pid namespace
 * @param namespacePid in the sandbox's pid namespace; 0 for the monitor, which is outside it
 * @param cgroup relative to the sandbox's cgroup: {@code payload/init}
 * @param command first 15 characters of the program's name, from {@code /proc/PID/comm}
 */
public record ProcessEntry(int pid, int namespacePid, String cgroup, String command) {}
