package dev.husk.sandbox;

import dev.husk.cgroup.SandboxCgroup;
import dev.husk.process.Child;
import dev.husk.process.ControlChannel;
import dev.husk.process.Fd;
import dev.husk.process.Pidfd;

/**
 * The processes of a created sandbox and what the shim holds of them.
 *
 * @param pid of the payload, pid 1 inside; the same before and after start
 * @param pidfd of the payload
 * @param monitor bwrap's outer process, a child of the shim
 * @param control to husk-init, until it has executed the program
 * @param messages what bwrap and husk-init print
 */
record Payload(
    int pid,
    Pidfd pidfd,
    Child monitor,
    SandboxCgroup cgroup,
    ControlChannel control,
    Fd messages) {}
