package dev.husk.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Facts about one process from procfs. */
public final class ProcFs {
  private ProcFs() {}

  /** Path of the process in the cgroup v2 hierarchy: the line {@code 0::} of its cgroup file. */
  public static String cgroup(int pid) throws ErrnoException {
    for (String line : SysFiles.read(file(pid, "cgroup")).split("\n", -1)) {
      if (line.startsWith("0::")) {
        return line.substring(3);
      }
    }
    return "";
  }

  /** {@code /proc/PID/mountinfo}. */
  public static String mountinfo(int pid) throws ErrnoException {
    return SysFiles.read(file(pid, "mountinfo"));
  }

  /** The program's name as the kernel keeps it: at most 15 characters. */
  public static String command(int pid) throws ErrnoException {
    return SysFiles.read(file(pid, "comm")).strip();
  }

  /** The pid in the innermost pid namespace of the process. */
  public static int innermostPid(int pid) throws ErrnoException {
    for (String line : SysFiles.read(file(pid, "status")).split("\n", -1)) {
      if (line.startsWith("NSpid:")) {
        return Integer.parseInt(line.substring(line.lastIndexOf('\t') + 1).strip());
      }
    }
    return pid;
  }

  /**
   * The pids from the reader's pid namespace inwards to the innermost one, as in proc(5), NSpid.
   */
  public static List<Integer> namespacePids(int pid) throws ErrnoException {
    List<Integer> pids = new ArrayList<>();
    for (String line : SysFiles.read(file(pid, "status")).split("\n", -1)) {
      if (line.startsWith("NSpid:")) {
        for (String number : line.substring("NSpid:".length()).strip().split("\\s+", -1)) {
          pids.add(Integer.parseInt(number));
        }
      }
    }
    return pids;
  }

  /** When the process started, in clock ticks since boot: tells it from another of the same pid. */
  public static long startTime(int pid) throws ErrnoException {
    String stat = SysFiles.read(file(pid, "stat"));
    // The name, field 2, may hold anything; starttime is field 22.
    String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(afterName[19]);
  }

  /**
   * Whether {@code /proc} shows the pid namespace that this process is in; in another one every pid
   * there means somebody else.
   */
  public static boolean showsOwnNamespace() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self"))
          .toString()
          .equals(Long.toString(ProcessHandle.current().pid()));
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether the process has been sent a signal that it blocks: proc(5), ShdPnd. */
  public static boolean isPending(long pid, int signal) throws ErrnoException {
    for (String line :
        SysFiles.read(Path.of("/proc", Long.toString(pid), "status")).split("\n", -1)) {
      if (line.startsWith("ShdPnd:")) {
        long mask = Long.parseUnsignedLong(line.substring(line.lastIndexOf('\t') + 1).strip(), 16);
        return (mask >>> (signal - 1) & 1) == 1;
      }
    }
    return false;
  }

  /** Capabilities that this process has permitted and in its bounding set, as a bit mask. */
  public static long ownCapabilities() throws ErrnoException {
    long mask = -1L;
    for (String line : SysFiles.read(Path.of("/proc/self/status")).split("\n", -1)) {
      if (line.startsWith("CapPrm:") || line.startsWith("CapBnd:")) {
        mask &= Long.parseUnsignedLong(line.substring(line.lastIndexOf('\t') + 1).strip(), 16);
      }
    }
    return mask;
  }

  /** Every capability that this kernel has: what root has in a new user namespace. */
  public static long allCapabilities() throws ErrnoException {
    int last = Integer.parseInt(SysFiles.read(Path.of("/proc/sys/kernel/cap_last_cap")).strip());
    return last >= Long.SIZE - 1 ? -1L : (1L << (last + 1)) - 1;
  }

  /** Sets the badness score by which the kernel picks victims, -1000 to 1000. */
  public static void oomScoreAdj(int pid, int score) throws ErrnoException {
    SysFiles.write(file(pid, "oom_score_adj"), Integer.toString(score));
  }

  private static Path file(int pid, String name) {
    return Path.of("/proc/" + pid + "/" + name);
  }
}
