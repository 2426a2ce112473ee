package dev.husk.sandbox;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import dev.husk.process.ProcFs;
import dev.husk.process.ProcessFailure;
import java.util.List;

/**
 * Where a process is, all of it of the same process: a pid can come to mean another one between two
 * looks.
 *
 * @param cgroup in cgroup v2, as {@code /proc/PID/cgroup} names it; empty when the kernel shows
 *     none
 * @param namespacePids from this process' pid namespace inwards
 */
public record ProcessPlace(String cgroup, List<Integer> namespacePids) {
  /** A pid that means another process at each look is not worth more. */
  private static final int LOOKS = 5;

  public ProcessPlace {
    namespacePids = List.copyOf(namespacePids);
  }

  /**
   * Looks a process or thread up.
   *
   * @throws HuskException {@link SandboxFailure.NoSuchProcess}
   */
  public static ProcessPlace of(int pid) throws HuskException {
    try {
      for (int look = 0; look < LOOKS; look++) {
        long before = ProcFs.startTime(pid);
        ProcessPlace place = new ProcessPlace(ProcFs.cgroup(pid), ProcFs.namespacePids(pid));
        if (ProcFs.startTime(pid) == before) {
          return place;
        }
      }
      throw new HuskException(new SandboxFailure.NoSuchProcess(pid));
    } catch (ErrnoException e) {
      boolean gone = e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.ESRCH);
      throw new HuskException(
          gone ? new SandboxFailure.NoSuchProcess(pid) : ProcessFailure.CallFailed.of(e), e);
    }
  }
}
