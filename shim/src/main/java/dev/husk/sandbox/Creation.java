package dev.husk.sandbox;

import dev.husk.bwrap.MountCheck;
import dev.husk.bwrap.SandboxPlan;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.cgroup.Removal;
import dev.husk.cgroup.RetryBudget;
import dev.husk.cgroup.SandboxCgroup;
import dev.husk.failure.HuskException;
import dev.husk.oci.OciConfig;
import dev.husk.oci.ProcessSpec;
import dev.husk.process.ErrnoException;
import dev.husk.process.ProcFs;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Spawner;
import dev.husk.process.Stderr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The steps from what was prepared to a payload that waits for start. A step that fails takes back
 * all those before it: the environment is then as if create had never been tried ({@code
 * runtime.md#errors}).
 */
final class Creation {
  /** Time for each answer of the launcher; mounting is the slowest thing it does. */
  private static final Duration STEP = Duration.ofSeconds(20);

  private static final Duration REMOVAL = Duration.ofSeconds(5);

  private final ShimOptions options;
  private final Spawner spawner;
  private final StateDirectory state;
  private final Undo undo = new Undo();
  private Optional<Deadman> armed = Optional.empty();

  Creation(ShimOptions options, Spawner spawner, StateDirectory state) {
    this.options = options;
    this.spawner = spawner;
    this.state = state;
  }

  /** What was made, and what the operator should know about it. */
  record Made(
      Payload payload, Deadman deadman, Optional<SandboxScope> scope, List<String> warnings) {}

  Made run(Preparation prepared, Stdio stdio) throws HuskException {
    try {
      return steps(prepared, stdio);
    } catch (HuskException | RuntimeException e) {
      undo.all();
      throw e;
    }
  }

  private Made steps(Preparation prepared, Stdio wanted) throws HuskException {
    state.makeStage();
    undo.add(state::clear);
    try (StdioFiles stdio = StdioFiles.open(wanted)) {
      Optional<SandboxScope> scope = makeScope(prepared);
      // Undone after all but the scope: until the cgroup is gone somebody must stand in for a shim
      // that dies.
      undo.add(() -> armed.ifPresent(Deadman::disarm));
      SandboxCgroup cgroup = makeCgroup(prepared, scope);
      Deadman deadman = Deadman.arm(spawner, options.huskInit(), cgroup, scope);
      armed = Optional.of(deadman);
      scope.ifPresent(SandboxScope::handOver);
      Launch launch =
          Launch.begin(
              spawner,
              options.huskInit(),
              cgroup,
              stdio,
              prepared.orders(),
              prepared.userNamespace().isPresent()
                  ? Optional.of(new UserEntry(spawner, prepared.userNamespace().get(), scope))
                  : Optional.empty(),
              STEP);
      undo.add(launch::close);
      launch.settle();
      Payload payload = launch.ready();
      undo.add(() -> release(payload));
      verify(payload, prepared.plan());
      applyOutside(payload, prepared.process());
      if (prepared.managesCgroups()) {
        cgroup.setApart(payload.monitor().pid());
      }
      List<String> warnings = new ArrayList<>(prepared.plan().warnings());
      if (scope.isPresent()) {
        warnings.addAll(scope.get().warnings());
      }
      return new Made(payload, deadman, scope, warnings);
    }
  }

  private Optional<SandboxScope> makeScope(Preparation prepared) throws HuskException {
    if (!(prepared.placement() instanceof Placement.Scope placement)) {
      return Optional.empty();
    }
    SandboxScope scope =
        SandboxScope.start(
            spawner,
            options.huskInit(),
            ServiceManagers.ofThisUser(),
            placement.name(),
            options.id(),
            prepared.host(),
            SandboxCgroup.planned(
                new KernelCgroupFs(), prepared.config().linux().resources(), options.limits()));
    undo.add(() -> scope.endOrReport(options.id()));
    return Optional.of(scope);
  }

  private Optional<SandboxCgroup.Below> place(Placement placement, Optional<SandboxScope> scope) {
    if (scope.isPresent()) {
      return Optional.of(scope.get().place());
    }
    if (placement instanceof Placement.OwnUnit unit) {
      return Optional.of(new SandboxCgroup.Below(unit.directory(), options.id(), Optional.empty()));
    }
    return Optional.empty();
  }

  private SandboxCgroup makeCgroup(Preparation prepared, Optional<SandboxScope> scope)
      throws HuskException {
    OciConfig config = prepared.config();
    SandboxCgroup cgroup =
        SandboxCgroup.create(
            new KernelCgroupFs(),
            prepared.host(),
            new SandboxCgroup.Spec(
                options.id(),
                config.linux().cgroupsPath(),
                place(prepared.placement(), scope),
                config.linux().resources(),
                options.limits(),
                RetryBudget.DEFAULT,
                state.abandonedState().isPresent()));
    undo.add(() -> removeOrReport(cgroup));
    return cgroup;
  }

  private static void removeOrReport(SandboxCgroup cgroup) {
    if (cgroup.remove(REMOVAL) instanceof Removal.Leaked leak) {
      Stderr.say("cannot remove " + leak.path() + ": " + leak.reason());
    }
  }

  private void verify(Payload payload, SandboxPlan plan) throws HuskException {
    try {
      List<String> differences = MountCheck.verify(ProcFs.mountinfo(payload.pid()), plan);
      if (!differences.isEmpty()) {
        throw new HuskException(
            new SandboxFailure.NotAsPlanned(options.id(), String.join("; ", differences)));
      }
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  private static void applyOutside(Payload payload, ProcessSpec process) throws HuskException {
    if (process.oomScoreAdj().isPresent()) {
      try {
        ProcFs.oomScoreAdj(payload.pid(), process.oomScoreAdj().getAsInt());
      } catch (ErrnoException e) {
        throw new HuskException(
            new SandboxFailure.NotApplied("/process/oomScoreAdj", e.errno()), e);
      }
    }
  }

  private static void release(Payload payload) {
    payload.control().close();
    removeOrReport(payload.cgroup());
    payload.messages().close();
    payload.pidfd().close();
    ExitObservation.endMonitor(payload.monitor());
  }
}
