package dev.husk.sandbox;

import dev.husk.cgroup.Member;
import dev.husk.cgroup.SandboxCgroup;
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
    for (Member member : cgroup.processes()) {
      int pid = (int) member.pid();
      try {
        int inner = ProcFs.innermostPid(pid);
        entries.add(
            new ProcessEntry(pid, inner == pid ? 0 : inner, member.cgroup(), ProcFs.command(pid)));
      } catch (ErrnoException e) {
        // It has ended between the listing and the look: it is no process of the sandbox any more.
      }
    }
    return entries;
  }
}
