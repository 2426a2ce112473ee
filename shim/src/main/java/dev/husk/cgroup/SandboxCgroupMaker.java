package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One creation: all of it, or nothing that stays. */
final class SandboxCgroupMaker {
  private static final String MAKE = "create the sandbox's cgroup";

  /** For what a dead shim has left, without processes. */
  private static final Duration REMOVAL = Duration.ofSeconds(5);

  /** Other shims remove the shared parent as soon as it is empty. */
  private static final int ATTEMPTS = 20;

  /** Processes named in a message. */
  private static final int NAMED = 16;

  private final CgroupFs fs;
  private final CgroupHost host;
  private final SandboxCgroup.Spec spec;
  private final ProcessKiller killer;
  private final Delegation delegation;
  private final LimitApplier applier;

  /** Made here, in the order of making; P and below among them. */
  private final List<Path> made = new ArrayList<>();

  private Optional<Evacuation> evacuation = Optional.empty();

  SandboxCgroupMaker(
      CgroupFs fs, CgroupHost host, SandboxCgroup.Spec spec, Pacer pacer, ProcessKiller killer) {
    this.fs = fs;
    this.host = host;
    this.spec = spec;
    this.killer = killer;
    this.delegation = new Delegation(fs, spec.budget(), pacer);
    this.applier = new LimitApplier(fs, spec.policy());
  }

  SandboxCgroup make() throws HuskException {
    List<String> names = CgroupPaths.resolve(spec.cgroupsPath(), spec.id());
    long memory = hostMemory();
    LimitPlan plan = Limits.plan(spec.resources(), spec.policy(), memory);
    applier.requireControllers(plan, host.mountPoint(), host.controllers());
    List<Path> path = directories(names);
    Path sandbox = path.get(path.size() - 1);
    requireNobodysElse(path.subList(0, path.size() - 1));
    CgroupTree tree = new CgroupTree(fs, sandbox, killer);
    try {
      makePath(path, tree);
      requireDomain(sandbox);
      DeviceControl devices =
          new Devices(fs, spec.policy()).apply(spec.resources().devices(), sandbox);
      handDown(path, plan);
      List<LimitStatus> limits = makeInside(sandbox, applier.apply(plan, sandbox));
      SandboxLimits inForce =
          new SandboxLimits(fs, applier, sandbox, spec.resources(), spec.policy(), memory, limits);
      return new SandboxCgroup(
          fs, host, delegation, tree, sandbox, parentsToRemove(path), inForce, devices, evacuation);
    } catch (HuskException | RuntimeException | Error e) {
      rollBack(sandbox, e);
      throw e;
    }
  }

  /**
   * A path that leads into another sandbox would share its limits and its end; one through a cgroup
   * in which others' processes live could never have a controller.
   */
  private void requireNobodysElse(List<Path> parents) throws HuskException {
    for (Path parent : parents) {
      if (fs.exists(parent.resolve(CgroupPaths.PAYLOAD).resolve(CgroupPaths.INIT))) {
        throw new HuskException(new CgroupFailure.InSandbox(parent.toString()));
      }
      String others = others(parent);
      if (!others.isEmpty()) {
        throw new HuskException(
            new CgroupFailure.NotEmpty(MAKE + " below it", parent.toString(), others));
      }
    }
  }

  /** Processes there that are not this one; empty as well when there is no such cgroup. */
  private String others(Path cgroup) {
    String own = Long.toString(ProcessHandle.current().pid());
    try {
      List<String> pids = Controllers.words(fs.read(cgroup.resolve("cgroup.procs")));
      boolean alone = pids.isEmpty() || (pids.size() == 1 && pids.get(0).equals(own));
      return alone ? "" : CgroupErrors.pids(fs, cgroup);
    } catch (ErrnoException e) {
      return "";
    }
  }

  /** MemTotal of proc_meminfo(5), which is in KiB. */
  private long hostMemory() throws HuskException {
    if (!spec.policy().defaults()) {
      return 0;
    }
    Path file = Path.of("/proc/meminfo");
    try {
      List<String> words = Controllers.words(fs.read(file));
      int total = words.indexOf("MemTotal:");
      return Long.parseLong(words.get(total + 1)) << 10;
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, "read the host's memory size", file, e);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new HuskException(
          new CgroupFailure.Io("read the host's memory size", file.toString(), Errno.EINVAL), e);
    }
  }

  private List<Path> directories(List<String> names) {
    List<Path> path = new ArrayList<>();
    Path directory = host.mountPoint();
    for (String name : names) {
      directory = directory.resolve(name);
      path.add(directory);
    }
    return path;
  }

  private void makePath(List<Path> path, CgroupTree tree) throws HuskException {
    for (int attempt = 1; ; attempt++) {
      Path current = path.get(0);
      try {
        for (Path parent : path.subList(0, path.size() - 1)) {
          current = parent;
          mkdirParent(parent);
        }
        current = path.get(path.size() - 1);
        mkdirSandbox(current, tree);
        return;
      } catch (ErrnoException e) {
        boolean parentRemoved = e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.ENODEV);
        if (!parentRemoved || attempt == ATTEMPTS) {
          throw CgroupErrors.of(fs, MAKE, current, e);
        }
      }
    }
  }

  private void mkdirParent(Path parent) throws ErrnoException {
    if (fs.exists(parent)) {
      return;
    }
    try {
      mkdir(parent);
    } catch (ErrnoException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  private void mkdirSandbox(Path sandbox, CgroupTree tree) throws ErrnoException, HuskException {
    try {
      mkdir(sandbox);
    } catch (ErrnoException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
      if (!spec.reclaim() || tree.populated()) {
        throw new HuskException(new CgroupFailure.Exists(sandbox.toString(), processes(tree)), e);
      }
      removeAbandoned(sandbox);
      mkdir(sandbox);
    }
  }

  /** Bounded: rmdir may block in the kernel for ever. */
  private void removeAbandoned(Path sandbox) throws HuskException {
    if (!BoundedWork.done(() -> rmdirTree(sandbox), REMOVAL)) {
      throw new HuskException(new CgroupFailure.NotRemoved(sandbox.toString(), REMOVAL.toMillis()));
    }
  }

  private void rmdirTree(Path sandbox) throws HuskException {
    try {
      fs.rmdirTree(sandbox);
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, MAKE, sandbox, e);
    }
  }

  private static String processes(CgroupTree tree) throws HuskException {
    if (!tree.populated()) {
      return "";
    }
    StringBuilder list = new StringBuilder();
    for (long pid : tree.some(NAMED)) {
      list.append(list.isEmpty() ? "" : ", ").append(pid);
    }
    return list.isEmpty() ? "that are just ending" : list.toString();
  }

  private void mkdir(Path directory) throws ErrnoException {
    fs.mkdir(directory);
    made.remove(directory);
    made.add(directory);
  }

  /** Below a threaded cgroup nothing but threads can live. */
  private void requireDomain(Path cgroup) throws HuskException {
    String type = CgroupErrors.type(fs, cgroup);
    if (!type.equals("domain")) {
      throw new HuskException(new CgroupFailure.ThreadedSubtree(MAKE, cgroup.toString(), type));
    }
  }

  /** Enables controllers from the mount point down to P's parent, so that P has their files. */
  private void handDown(List<Path> path, LimitPlan plan) throws HuskException {
    List<String> needed = neededByConfig(plan);
    handDown(host.mountPoint(), needed);
    for (Path parent : path.subList(0, path.size() - 1)) {
      handDown(parent, needed);
    }
  }

  private List<String> neededByConfig(LimitPlan plan) {
    List<String> needed = new ArrayList<>();
    for (LimitWrite write : plan.writes()) {
      boolean fatal = spec.policy().strict() && !write.isDefault();
      if (fatal && !write.controller().equals(LimitWrite.CORE)) {
        needed.add(write.controller());
      }
    }
    return needed;
  }

  /**
   * All that is there is enabled, for the inside's own use; where that fails, what the config's
   * limits need has to do.
   */
  private void handDown(Path cgroup, List<String> needed) throws HuskException {
    List<String> missing = delegation.missing(cgroup, Controllers.DELEGATED);
    if (missing.isEmpty()) {
      return;
    }
    HuskException refusal = null;
    try {
      if (enableAll(cgroup, missing)) {
        return;
      }
    } catch (HuskException e) {
      refusal = e;
    }
    missing.retainAll(needed);
    if (missing.isEmpty()
        || delegation.enable(cgroup, Controllers.command('+', missing), missing)) {
      return;
    }
    throw refusal != null
        ? refusal
        : new HuskException(
            new CgroupFailure.NotEmpty(
                "enable controllers", cgroup.toString(), CgroupErrors.pids(fs, cgroup)));
  }

  /** The root of a container may hold processes, of which the shim is one: they are moved. */
  private boolean enableAll(Path cgroup, List<String> missing) throws HuskException {
    if (delegation.enable(cgroup, Controllers.command('+', missing), missing)) {
      return true;
    }
    if (!host.insideContainer() || !cgroup.equals(host.mountPoint())) {
      return false;
    }
    Delegation.Outcome outcome =
        delegation.delegate(cgroup, CgroupPaths.INIT, Controllers.DELEGATED);
    evacuation =
        Optional.of(
            new Evacuation(
                cgroup.toString(),
                CgroupPaths.INIT,
                outcome.rounds(),
                outcome.moved(),
                outcome.millis()));
    return true;
  }

  private List<LimitStatus> makeInside(Path sandbox, List<LimitStatus> limits)
      throws HuskException {
    Path payload = sandbox.resolve(CgroupPaths.PAYLOAD);
    handDown(sandbox, List.of());
    Path current = payload;
    try {
      mkdir(payload);
      List<LimitStatus> mirrored = applier.mirror(limits, payload);
      current = payload.resolve(CgroupPaths.INIT);
      mkdir(current);
      return mirrored;
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, MAKE, current, e);
    }
  }

  /** Deepest first; the default parent is husk's own, whoever made it. */
  private List<Path> parentsToRemove(List<Path> path) {
    List<Path> parents = new ArrayList<>();
    Path shared = host.mountPoint().resolve(CgroupPaths.DEFAULT_PARENT);
    for (int i = path.size() - 2; i >= 0; i--) {
      if (made.contains(path.get(i)) || path.get(i).equals(shared)) {
        parents.add(path.get(i));
      }
    }
    return parents;
  }

  /**
   * Nothing of the sandbox ran in there, so rmdir has nothing to wait for; a parent that is in use
   * by another sandbox meanwhile stays.
   */
  private void rollBack(Path sandbox, Throwable cause) {
    for (int i = made.size() - 1; i >= 0; i--) {
      try {
        fs.rmdir(made.get(i));
      } catch (ErrnoException e) {
        boolean shared = e.errno().equals(Errno.EBUSY) && !made.get(i).startsWith(sandbox);
        if (!shared && !e.errno().equals(Errno.ENOENT)) {
          cause.addSuppressed(e);
        }
      }
    }
  }
}
