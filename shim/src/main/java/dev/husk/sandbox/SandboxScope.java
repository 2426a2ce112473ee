package dev.husk.sandbox;

import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.DelegatedScope;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.cgroup.LimitStatus;
import dev.husk.cgroup.LimitWrite;
import dev.husk.cgroup.SandboxCgroup;
import dev.husk.failure.HuskException;
import dev.husk.process.OwnUser;
import dev.husk.process.Spawner;
import dev.husk.process.Stderr;
import dev.husk.systemd.ControlFile;
import dev.husk.systemd.LimitProperties;
import dev.husk.systemd.ScopeName;
import dev.husk.systemd.ScopeRequest;
import dev.husk.systemd.ServiceManager;
import dev.husk.systemd.SystemdFailure;
import dev.husk.systemd.UnitProperty;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The systemd scope of one sandbox. systemd wants a living process to make a scope around, and ends
 * the scope with its last one: first that is a process that does nothing else, then the deadman,
 * which so no longer depends on the shim's own unit. The shim never goes in.
 */
final class SandboxScope {
  private static final Duration GONE = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(5);
  private static final String HOLDER = "the holder of a scope";

  private final ServiceManager manager;
  private final ScopeName name;
  private final CgroupHost host;
  private final DelegatedScope cgroup;
  private final List<String> unknown;
  private Optional<Leashed> holder;

  private SandboxScope(
      ServiceManager manager,
      ScopeName name,
      CgroupHost host,
      DelegatedScope cgroup,
      List<String> unknown,
      Leashed holder) {
    this.manager = manager;
    this.name = name;
    this.host = host;
    this.cgroup = cgroup;
    this.unknown = unknown;
    this.holder = Optional.of(holder);
  }

  /**
   * Starts the scope, and looks in /proc that it is where systemd says.
   *
   * @param limits of the sandbox, for the unit's properties
   * @throws HuskException when it is not; no unit is left then
   */
  static SandboxScope start(
      Spawner spawner,
      Path huskInit,
      ServiceManager manager,
      ScopeName name,
      String id,
      CgroupHost host,
      List<LimitWrite> limits)
      throws HuskException {
    List<UnitProperty> wanted = ofPlan(name, limits);
    Leashed holder = Leashed.start(spawner, huskInit, List.of("hold"), List.of(), Optional.empty());
    boolean started = false;
    try {
      List<String> unknown =
          manager.startScope(
              new ScopeRequest(name, "husk sandbox " + id, holder.child().pid(), wanted));
      started = true;
      DelegatedScope cgroup =
          DelegatedScope.around(
              new KernelCgroupFs(),
              host,
              holder.child().pid(),
              name.slicePath() + "/" + name.unit());
      return new SandboxScope(manager, name, host, cgroup, unknown, holder);
    } catch (HuskException | RuntimeException e) {
      holder.end(HOLDER);
      if (started) {
        stopOrReport(manager, name);
      }
      throw e;
    }
  }

  private static List<UnitProperty> ofPlan(ScopeName name, List<LimitWrite> limits)
      throws HuskException {
    List<ControlFile> files = new ArrayList<>();
    for (LimitWrite limit : limits) {
      files.add(new ControlFile(limit.file(), limit.value()));
    }
    return properties(name, files);
  }

  private static List<UnitProperty> properties(ScopeName name, List<ControlFile> files)
      throws HuskException {
    Optional<String> idle = LimitProperties.withoutEffect(files);
    if (idle.isPresent()) {
      throw new HuskException(new SystemdFailure.NoProperty(idle.get(), name.unit()));
    }
    return LimitProperties.of(files);
  }

  /** Where P is to be made. */
  SandboxCgroup.Below place() {
    return cgroup.place(this::follow);
  }

  private void follow(List<LimitStatus> inForce) throws HuskException {
    List<ControlFile> files = new ArrayList<>();
    for (LimitStatus limit : inForce) {
      files.add(new ControlFile(limit.file(), limit.value()));
    }
    manager.setProperties(name.unit(), properties(name, files));
  }

  /**
   * Where a deadman is to be born; empty when it is to be moved there. Only who may write to the
   * cgroup above both the shim's and the scope's can give birth there. Between a login session and
   * the user's manager that is root alone: the kernel says EACCES, and systemd moves for us.
   */
  Optional<Path> birthplaceOfKeeper() {
    return OwnUser.isRoot() ? Optional.of(cgroup.keeperDir()) : Optional.empty();
  }

  /**
   * Has systemd move a process beside P.
   *
   * @throws HuskException when it is not there afterwards
   */
  void adoptKeeper(long pid) throws HuskException {
    manager.attach(name.unit(), cgroup.keeperGroup(), pid);
    cgroup.verifyKeeper(host, pid);
  }

  /** Has systemd move a process into S; to be verified. */
  void adoptPayload(long pid) throws HuskException {
    manager.attach(name.unit(), cgroup.payloadGroup(), pid);
  }

  /** As {@code /proc/PID/cgroup} names it. */
  String path() {
    return host.procPath(cgroup.directory());
  }

  /** Why the sandbox ends when the scope is being stopped. */
  String whyEnding() {
    return name.unit()
        + " was told to stop (SIGTERM), as by systemctl stop or at the end of "
        + (OwnUser.isRoot() ? "the host" : "the user's manager");
  }

  /** What it can limit. */
  List<String> controllers() throws HuskException {
    return cgroup.controllers();
  }

  /** What the operator should know about it. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (String property : unknown) {
      warnings.add(
          "this systemd does not know "
              + property
              + ": systemctl will not show it for "
              + name.unit()
              + ", the kernel's file below it is set");
    }
    return warnings;
  }

  /** The deadman keeps it from now on. */
  void handOver() {
    holder.ifPresent(process -> process.end(HOLDER));
    holder = Optional.empty();
  }

  /**
   * Waits until systemd has taken the scope away, whose last process is gone or just going; asks it
   * to when it does not by itself.
   *
   * @throws HuskException {@link SandboxFailure.Leaked}
   */
  void end(String id) throws HuskException {
    handOver();
    if (awaitGone(GONE)) {
      return;
    }
    manager.stop(name.unit());
    if (!awaitGone(GONE)) {
      throw new HuskException(
          new SandboxFailure.Leaked(
              id, cgroup.directory().toString(), "systemd does not end " + name.unit()));
    }
  }

  private boolean awaitGone(Duration time) {
    long deadline = System.nanoTime() + time.toNanos();
    while (!cgroup.gone()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  private static void stopOrReport(ServiceManager manager, ScopeName name) {
    try {
      manager.stop(name.unit());
    } catch (HuskException e) {
      Stderr.say(e.failure().message());
    }
  }

  /** The same for a create that fails: what cannot be done is told. */
  void endOrReport(String id) {
    try {
      end(id);
    } catch (HuskException e) {
      Stderr.say(e.failure().message());
    }
  }
}
