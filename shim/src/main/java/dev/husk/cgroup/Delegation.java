package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes a cgroup ready to hand controllers down: its processes go into a leaf, one pid per write
 * until a pass finds none, then all controllers are enabled in one write, again and again while a
 * process slips in between (EBUSY), within a {@link RetryBudget}. The idea is that of moby's {@code
 * hack/dind}; the bound, and a retry on nothing but EBUSY, are not.
 */
public final class Delegation {
  private static final String MOVE = "move the processes into the leaf";
  private static final String ENABLE = "enable controllers";
  private static final int PASSES_PER_ROUND = 16;
  private static final int NEW_TASK_ATTEMPTS = 5;
  private static final int NEW_TASK_PAUSE_MILLIS = 30;
  private static final long PF_KTHREAD = 0x0020_0000;
  private static final int STAT_FLAGS_AFTER_NAME = 6;

  private final CgroupFs fs;
  private final RetryBudget budget;
  private final Pacer pacer;

  /**
   * What it took.
   *
   * @param rounds attempts to enable, 1 without a race
   * @param moved writes of a pid that the kernel accepted
   * @param millis all of it together
   * @param enabled controllers now in cgroup.subtree_control, of those wanted
   */
  public record Outcome(int rounds, int moved, long millis, List<String> enabled) {
    public Outcome {
      enabled = List.copyOf(enabled);
    }
  }

  public Delegation(CgroupFs fs, RetryBudget budget, Pacer pacer) {
    this.fs = fs;
    this.budget = budget;
    this.pacer = pacer;
  }

  /**
   * Settles the processes of {@code cgroup} in its child {@code leaf} and enables those of the
   * {@code wanted} controllers that it has.
   *
   * @throws HuskException with a {@link CgroupFailure}; the leaf and what it holds stay, the
   *     controllers are all enabled or none
   */
  public Outcome delegate(Path cgroup, String leaf, List<String> wanted) throws HuskException {
    Path leafDir = cgroup.resolve(leaf);
    makeLeaf(leafDir);
    List<String> missing = missing(cgroup, wanted);
    String command = Controllers.command('+', missing);
    long start = pacer.nanoTime();
    int moved = 0;
    for (int round = 1; ; round++) {
      moved += evacuate(cgroup, leafDir, start);
      boolean enabled = missing.isEmpty() || enable(cgroup, command, missing);
      long millis = (pacer.nanoTime() - start) / 1_000_000;
      if (enabled) {
        return new Outcome(round, moved, millis, wantedAndEnabled(cgroup, wanted));
      }
      if (round >= budget.maxRounds()
          || millis >= budget.deadline().toMillis()
          || Thread.currentThread().isInterrupted()) {
        throw new HuskException(
            new CgroupFailure.Busy(
                ENABLE, cgroup.toString(), round, millis, CgroupErrors.pids(fs, cgroup)));
      }
      long pause = budget.pauseMillis(round);
      if (pause > 0) {
        pacer.pause(pause);
      }
    }
  }

  /**
   * Enables controllers in a cgroup that is not to hold processes, in one write.
   *
   * @return false when they are refused because of processes in the cgroup; nothing is enabled then
   */
  boolean enable(Path cgroup, String command, List<String> controllers) throws HuskException {
    try {
      fs.write(cgroup.resolve("cgroup.subtree_control"), command);
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.EBUSY)) {
        return false;
      }
      throw CgroupErrors.ofEnable(fs, ENABLE, cgroup, command, e);
    }
    return hasDomainController(controllers) || stayedDomain(cgroup, controllers);
  }

  private static boolean hasDomainController(List<String> controllers) {
    for (String controller : controllers) {
      if (!Controllers.threaded(controller)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Only threaded controllers were enabled, which the kernel permits on a populated cgroup at the
   * price of making it a threaded domain: taken back then.
   */
  private boolean stayedDomain(Path cgroup, List<String> controllers) throws HuskException {
    Path type = cgroup.resolve("cgroup.type");
    try {
      if (!fs.exists(type) || fs.read(type).strip().equals("domain")) {
        return true;
      }
      fs.write(cgroup.resolve("cgroup.subtree_control"), Controllers.command('-', controllers));
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, ENABLE, cgroup, e);
    }
    String now = CgroupErrors.type(fs, cgroup);
    if (!now.equals("domain")) {
      throw new HuskException(new CgroupFailure.ThreadedSubtree(ENABLE, cgroup.toString(), now));
    }
    return false;
  }

  private void makeLeaf(Path leaf) throws HuskException {
    String what = "make the leaf for the processes";
    try {
      fs.mkdir(leaf);
    } catch (ErrnoException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw CgroupErrors.of(fs, what, leaf, e);
      }
      String type = CgroupErrors.type(fs, leaf);
      if (!type.equals("domain")) {
        throw new HuskException(new CgroupFailure.ThreadedSubtree(what, leaf.toString(), type));
      }
    }
  }

  /** Those wanted and available that are not enabled yet. */
  List<String> missing(Path cgroup, List<String> wanted) throws HuskException {
    try {
      List<String> available = Controllers.available(fs, cgroup);
      List<String> enabled = Controllers.enabled(fs, cgroup);
      List<String> missing = new ArrayList<>();
      for (String controller : wanted) {
        if (available.contains(controller) && !enabled.contains(controller)) {
          missing.add(controller);
        }
      }
      return missing;
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, "read the controllers", cgroup, e);
    }
  }

  private List<String> wantedAndEnabled(Path cgroup, List<String> wanted) throws HuskException {
    try {
      List<String> enabled = new ArrayList<>(Controllers.enabled(fs, cgroup));
      enabled.retainAll(wanted);
      return enabled;
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, "read the controllers", cgroup, e);
    }
  }

  /** Passes until one shows no pid that was not seen before; a zombie may stay listed for ever. */
  private int evacuate(Path cgroup, Path leaf, long start) throws HuskException {
    Set<String> seen = new HashSet<>();
    int moved = 0;
    for (int pass = 0; pass < PASSES_PER_ROUND; pass++) {
      boolean news = false;
      for (String pid : processes(cgroup)) {
        if (pid.equals("0")) {
          throw new HuskException(new CgroupFailure.ForeignProcess(MOVE, cgroup.toString()));
        }
        news |= seen.add(pid);
        moved += move(pid, leaf) ? 1 : 0;
      }
      if (!news || pacer.nanoTime() - start > budget.deadline().toNanos()) {
        break;
      }
    }
    return moved;
  }

  private List<String> processes(Path cgroup) throws HuskException {
    try {
      return Controllers.words(fs.read(cgroup.resolve("cgroup.procs")));
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, "list the processes", cgroup, e);
    }
  }

  /** True when the kernel accepted the move; false for a process that is gone or cannot move. */
  private boolean move(String pid, Path leaf) throws HuskException {
    for (int attempt = 1; ; attempt++) {
      try {
        fs.write(leaf.resolve("cgroup.procs"), pid);
        return true;
      } catch (ErrnoException e) {
        if (e.errno().equals(Errno.ESRCH)) {
          return false;
        }
        if (!e.errno().equals(Errno.EINVAL)) {
          throw CgroupErrors.ofMove(fs, MOVE + " (pid " + pid + ")", leaf, e);
        }
        if (isKernelThread(pid)) {
          return false;
        }
        if (attempt == NEW_TASK_ATTEMPTS) {
          throw CgroupErrors.ofMove(fs, MOVE + " (pid " + pid + ")", leaf, e);
        }
        pacer.pause(NEW_TASK_PAUSE_MILLIS);
      }
    }
  }

  /** proc_pid_stat(5): the flags are the seventh field after the name in parentheses. */
  private boolean isKernelThread(String pid) {
    try {
      String stat = fs.read(Path.of("/proc", pid, "stat"));
      List<String> fields = Controllers.words(stat.substring(stat.lastIndexOf(')') + 1));
      return fields.size() > STAT_FLAGS_AFTER_NAME
          && (Long.parseLong(fields.get(STAT_FLAGS_AFTER_NAME)) & PF_KTHREAD) != 0;
    } catch (ErrnoException | NumberFormatException e) {
      return false;
    }
  }
}
