package dev.husk.sandbox;

import dev.husk.cgroup.SandboxCgroup;
import dev.husk.cgroup.SandboxProcess;
import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.ProcFs;
import java.util.ArrayList;
import java.util.List;

/** The processes of a sandbox with their names and inner pids. */
final class ProcessTable {
  private ProcessTable() {}

  static List<ProcessEntry> of(SandboxCgroup cgroup) throws HuskException {
    List<ProcessEntry> entries = new ArrayList<>();
    for (SandboxProcess process : cgroup.processes()) {
      try {
        int inner = ProcFs.innermostPid(process.pid());
        entries.add(
            new ProcessEntry(
                process.pid(),
                inner == process.pid() ? 0 : inner,
                process.cgroup(),
                ProcFs.command(process.pid())));
      } catch (ErrnoException e) {
        // It has ended between the listing and the look: it is no process of the sandbox any more.
        continue;
      }
    }
    return entries;
  }
}
