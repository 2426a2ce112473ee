package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import dev.husk.process.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The cgroups of one sandbox: P with the limits, S below it as the root of the sandbox's cgroup
 * namespace, S/init where every process settles, and beside S, where need be, one for the monitor.
 * Safe for use by several threads.
 */
public final class SandboxCgroup {
  /** Characters for all places of a list of processes, so that an answer takes them. */
  private static final int ROOM_FOR_PLACES = 1 << 20;

  private static final int SHORTEST_CUT = 64;

  /** Processes named in a message. */
  private static final int NAMED = 16;

  private final CgroupFs fs;
  private final CgroupHost host;
  private final Delegation delegation;
  private final CgroupTree tree;
  private final Freezer freezer;
  private final Path sandbox;
  private final List<Path> madeParents;
  private final SandboxLimits limits;
  private final DeviceControl deviceControl;
  private final OomEvents oom;
  private final Optional<Evacuation> evacuation;

  /**
   * What to create.
   *
   * @param cgroupsPath {@code linux.cgroupsPath}: absolute means from the cgroup2 mount, relative
   *     means below {@code husk}; absent means {@code /husk/ID}
   * @param below when present, where P is made instead
   * @param reclaim an existing P without processes is removed first instead of being refused
   */
  public record Spec(
      String id,
      Optional<String> cgroupsPath,
      Optional<Below> below,
      Resources resources,
      LimitPolicy policy,
      RetryBudget budget,
      boolean reclaim) {
    /** A path in the tree. */
    public Spec(
        String id,
        Optional<String> cgroupsPath,
        Resources resources,
        LimitPolicy policy,
        RetryBudget budget,
        boolean reclaim) {
      this(id, cgroupsPath, Optional.empty(), resources, policy, budget, reclaim);
    }
  }

  /**
   * A cgroup that somebody else made and delegated: neither it nor what is above it is changed, but
   * for the controllers that it hands down (systemd's single-writer rule, CGROUP_DELEGATION.md).
   *
   * @param name of P in it
   * @param outerLimits that the directory has, too; told of each update, to follow it in what is
   *     above P
   */
  public record Below(Path directory, String name, Optional<OuterLimits> outerLimits) {}

  /** Who keeps limits of a sandbox above P as well. */
  @FunctionalInterface
  public interface OuterLimits {
    /** Keeps none. */
    OuterLimits NONE = inForce -> {};

    /**
     * Follows.
     *
     * @param inForce all that are enforced in P now, changed or not: of several files one outer
     *     limit may be made
     * @throws HuskException when they cannot be followed; those of P are put back then
     */
    void follow(List<LimitStatus> inForce) throws HuskException;
  }

  SandboxCgroup(
      CgroupFs fs,
      CgroupHost host,
      Delegation delegation,
      CgroupTree tree,
      Path sandbox,
      List<Path> madeParents,
      SandboxLimits limits,
      DeviceControl deviceControl,
      Path outermost,
      Optional<Evacuation> evacuation) {
    this.fs = fs;
    this.host = host;
    this.delegation = delegation;
    this.tree = tree;
    this.freezer = new Freezer(fs, tree, sandbox);
    this.sandbox = sandbox;
    this.madeParents = List.copyOf(madeParents);
    this.limits = limits;
    this.deviceControl = deviceControl;
    this.oom = new OomEvents(fs, sandbox, payloadDir(), initDir(), outermost);
    this.evacuation = evacuation;
  }

  /**
   * Makes P with its limits, S and S/init.
   *
   * @throws HuskException with a {@link CgroupFailure}; everything that was made is removed again,
   *     except that processes of a container's root stay in its {@code /init}
   */
  public static SandboxCgroup create(CgroupFs fs, CgroupHost host, Spec spec) throws HuskException {
    return new SandboxCgroupMaker(fs, host, spec, Pacer.SYSTEM, ProcessKiller.SYSTEM).make();
  }

  /**
   * The limits that P would get, those by default included.
   *
   * @throws HuskException {@link CgroupFailure.InvalidValue} and its like
   */
  public static List<LimitWrite> planned(CgroupFs fs, Resources resources, LimitPolicy policy)
      throws HuskException {
    return Limits.plan(resources, policy, HostMemory.forDefaults(fs, policy)).writes();
  }

  /** P: limits, statistics, freeze, kill; never visible from inside. */
  public Path sandboxDir() {
    return sandbox;
  }

  /** S: root of the cgroup namespace; nobody stays in it. */
  public Path payloadDir() {
    return sandbox.resolve(CgroupPaths.PAYLOAD);
  }

  /** S/init: to be born in. */
  public Path initDir() {
    return payloadDir().resolve(CgroupPaths.INIT);
  }

  /**
   * Moves bwrap's monitor from S/init into a cgroup of its own, out of the inside's sight. It is in
   * no pid namespace of the inside, where {@code cgroup.procs} would show it as 0: nobody there
   * could move it out of the way, and systemd gives up at it. Waits for an RCU grace period, 10 to
   * 30 ms, so only for who may write to the cgroups inside.
   *
   * @throws HuskException when it is not where it was put
   */
  public void setApart(long monitor) throws HuskException {
    Path apart = monitorDir();
    try {
      fs.mkdir(apart);
      fs.write(apart.resolve("cgroup.procs"), Long.toString(monitor));
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, "set bwrap's monitor apart", apart, e);
    }
    verifyMember(monitor, apart);
  }

  private Path monitorDir() {
    return sandbox.resolve(CgroupPaths.MONITOR);
  }

  /** P as {@code /proc/PID/cgroup} names it. */
  public String relativePath() {
    return host.procPath(sandbox);
  }

  /** Tells P from any other cgroup that gets its name later; empty when it is gone. */
  public String identity() {
    return identity(sandbox);
  }

  static String identity(Path directory) {
    try {
      return String.valueOf(Files.readAttributes(directory, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      return "";
    }
  }

  /** Every limit asked for or defaulted, and how it turned out. */
  public List<LimitStatus> limits() {
    return limits.statuses();
  }

  /** What keeps the sandbox from other devices than it is given. */
  public DeviceControl deviceControl() {
    return deviceControl;
  }

  /** The file that tells of memory events of the sandbox; there with the memory controller only. */
  public Path memoryEvents() {
    return oom.file();
  }

  /** Processes of the sandbox that the kernel's OOM killer has killed so far. */
  public long oomKills() {
    return oom.kills();
  }

  /**
   * Why the kernel's OOM killer ended the sandbox, for people; empty when it did not. What it
   * killed in cgroups made inside, by limits made inside, is not the end of the sandbox.
   */
  public Optional<String> endByOom() {
    return oom.endedSandbox() ? Optional.of(oom.reason()) : Optional.empty();
  }

  /**
   * Changes limits of the running sandbox: all that is asked for, or, when one is refused, none of
   * it. Checked as at create, on what is in force with the change on top: a field that the change
   * leaves out stays as it is, -1 (or a rate of 0) takes a limit away, what would mean "not set"
   * (see {@link ChangeCheck}) is refused, and memory, swap, quota, period and burst are judged
   * together whichever of them changes. With {@code checkBeforeUpdate}, of the change or of the
   * config, a memory limit below the use is refused; without it the kernel reclaims, and kills the
   * sandbox when that is not enough. {@code devices} is not looked at: they are fixed before the
   * first process runs.
   *
   * <p>Returns in bounded time; on kernels before 6.16 a memory limit below the use may take
   * seconds, so this is not for a thread that others wait for.
   *
   * @param change what is to be set, absent fields apart
   * @return every limit as it stands now, as {@link #limits()} from here on
   * @throws HuskException with a {@link CgroupFailure}; the old values stand, unless it is {@link
   *     CgroupFailure.NotRestored}, after which {@link #limits()} shows the old values, and as not
   *     enforced, with what the kernel holds, those that could not be put back
   */
  public List<LimitStatus> update(Resources change) throws HuskException {
    return limits.update(change);
  }

  /** What it took to empty the root of the container that husk runs in; empty: nothing to do. */
  public Optional<Evacuation> evacuation() {
    return evacuation;
  }

  /**
   * Enables the controllers of S for the cgroups that the inside will make; to be called before
   * anybody is in S/init, whom the kernel would have to move: a move waits for an RCU grace period,
   * 10 to 30 ms (cgroup_threadgroup_rwsem, kernel/cgroup/cgroup.c).
   */
  public Delegation.Outcome enableControllers() throws HuskException {
    return delegation.delegate(payloadDir(), CgroupPaths.INIT, Controllers.DELEGATED);
  }

  /**
   * Asks the kernel where a process is.
   *
   * @throws HuskException {@link CgroupFailure.Escaped} unless it is in S/init or below, {@link
   *     CgroupFailure.ProcessGone} when it has ended
   */
  public void verifyMember(long pid) throws HuskException {
    verifyMember(pid, initDir());
  }

  /**
   * The same for one that is to go on to S/init, with {@link #enableControllers()}, when it has
   * made S the root of its cgroup namespace.
   */
  public void verifyArrived(long pid) throws HuskException {
    verifyMember(pid, payloadDir());
  }

  private void verifyMember(long pid, Path directory) throws HuskException {
    Membership.verify(fs, pid, host.procPath(directory));
  }

  /**
   * All processes of the sandbox, those in cgroups that the inside made included.
   *
   * @throws HuskException {@link CgroupFailure.TooMany}: never a part of them
   */
  public List<Member> processes() throws HuskException {
    List<CgroupTree.Found> all = tree.processes();
    int longest = Math.max(SHORTEST_CUT, ROOM_FOR_PLACES / Math.max(1, all.size()));
    List<Member> members = new ArrayList<>(all.size());
    for (CgroupTree.Found found : all) {
      members.add(new Member(found.pid(), found.place().relative(longest)));
    }
    return members;
  }

  /** The pids of {@link #processes()}, however many. */
  public List<Integer> pids() throws HuskException {
    List<Integer> pids = new ArrayList<>();
    tree.each(
        (pid, place, files) -> {
          pids.add((int) pid);
          return true;
        });
    return pids;
  }

  /** SIGKILL to every process, without waiting for their end. */
  public void kill() throws HuskException {
    tree.kill();
  }

  /**
   * Freezes every process and waits until all are.
   *
   * @return false when the last process ended meanwhile; nothing is frozen then
   * @throws HuskException {@link CgroupFailure.NotFrozen} when the time is over; all run on then
   */
  public boolean freeze(Duration time) throws HuskException {
    return freezer.freeze(time);
  }

  /**
   * Undoes {@link #freeze} and waits until the kernel says so. Cgroups that the inside froze stay
   * frozen.
   *
   * @throws HuskException {@link CgroupFailure.HeldFrozen}: it is frozen as before
   */
  public void thaw(Duration time) throws HuskException {
    freezer.thaw(time);
  }

  /** Whether {@link #freeze} was called and not undone; not whether it has taken effect. */
  public boolean freezing() {
    return freezer.wanted();
  }

  /** Undoes {@link #freeze}, if that was, without waiting and without an error. */
  public void release() {
    freezer.release();
  }

  /**
   * What the sandbox uses, from P's files. May take long where the kernel has much to add up.
   *
   * @throws HuskException {@link CgroupFailure.Vanished} when P is gone
   */
  public Stats stats() throws HuskException {
    return new StatsReader(fs, sandbox).read(Instant.now());
  }

  /**
   * Kills, again if need be, and waits until nothing is left.
   *
   * @throws HuskException {@link CgroupFailure.StillPopulated} when the time is over
   */
  public void killAndAwaitEmpty(Duration time) throws HuskException {
    if (!tree.killAndAwaitEmpty(time)) {
      List<String> left = new ArrayList<>();
      for (long pid : tree.some(NAMED)) {
        left.add(Long.toString(pid));
      }
      throw new HuskException(
          new CgroupFailure.StillPopulated(
              sandbox.toString(),
              time.toMillis(),
              left.isEmpty() ? "processes that are just ending" : String.join(", ", left)));
    }
  }

  /**
   * Removes all cgroups of the sandbox, those that the inside made included, and the parents that
   * were made for it or are husk's own, if empty. What still runs is killed. Returns at the latest
   * when the time is over; work that the kernel blocks goes on behind.
   */
  public Removal remove(Duration time) {
    return new Remover(fs, tree, sandbox, ownCgroups(), madeParents, time).await();
  }

  /**
   * The directories in the order in which they are to be removed, for a helper that does so when
   * this process is gone.
   */
  public List<Path> removalOrder() {
    List<Path> order = new ArrayList<>(ownCgroups());
    order.addAll(madeParents);
    return order;
  }

  private List<Path> ownCgroups() {
    return List.of(initDir(), payloadDir(), monitorDir(), sandbox);
  }
}
