package dev.husk.sandbox;

import dev.husk.bwrap.BwrapProgram;
import dev.husk.bwrap.Rootfs;
import dev.husk.bwrap.SandboxPlan;
import dev.husk.bwrap.SandboxPlanner;
import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.failure.HuskException;
import dev.husk.oci.ConfigReader;
import dev.husk.oci.Mount;
import dev.husk.oci.OciConfig;
import dev.husk.oci.ProcessSpec;
import dev.husk.oci.Unsupported;
import dev.husk.process.ErrnoException;
import dev.husk.process.IdMaps;
import dev.husk.process.InitSpec;
import dev.husk.process.OwnUser;
import dev.husk.process.ProcFs;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Spawner;
import java.nio.file.Path;
import java.util.Optional;

/**
 * All of a create that has no effect: what is asked for, and how it will be done. Refuses a config
 * that is invalid or asks for what husk does not apply.
 */
record Preparation(
    OciConfig config,
    ProcessSpec process,
    SandboxPlan plan,
    Orders orders,
    CgroupHost host,
    Placement placement,
    Optional<IdMaps> userNamespace) {

  static Preparation of(Path bundle, ShimOptions options, Spawner spawner, StateDirectory state)
      throws HuskException {
    OciConfig config = ConfigReader.read(bundle);
    boolean root = OwnUser.isRoot();
    Unsupported.refuse(config, bundle.resolve("config.json").toString(), !root);
    ProcessSpec process =
        config
            .process()
            .orElseThrow(() -> new HuskException(new SandboxFailure.NoProcess(bundle.toString())));
    BwrapProgram bwrap = Bwraps.find(spawner, options);
    Optional<IdMaps> userNamespace = root ? Optional.empty() : Optional.of(Rootless.maps(config));
    long capabilities = root ? ownCapabilities() : Rootless.capabilities();
    SandboxPlan plan =
        SandboxPlanner.plan(
            config,
            bundle,
            Rootfs.locate(bundle, config.root()),
            new SandboxPlanner.Means(
                state.stage(),
                options.huskInit(),
                capabilities,
                options.privileged(),
                userNamespace));
    if (!root) {
      Rootless.check(process);
    }
    CgroupHost host = CgroupHost.detect(new KernelCgroupFs());
    InitSpec.Forbidden forbidden =
        new InitSpec.Forbidden(
            !options.privileged() && host.mode() != CgroupHost.Mode.UNIFIED, !options.privileged());
    return new Preparation(
        config,
        process,
        plan,
        Orders.of(
            plan,
            bwrap.path(),
            process,
            capabilities,
            forbidden,
            !root && !userNamespace.get().changesGroups()),
        host,
        Placement.choose(options.cgroupManager(), config.linux().cgroupsPath(), options.id(), host),
        userNamespace);
  }

  /**
   * Whether the inside may write to its cgroups, so that programs such as systemd or dockerd do.
   */
  boolean managesCgroups() {
    for (Mount mount : config.mounts()) {
      if (mount.type().orElse("").equals("cgroup") && !mount.options().contains("ro")) {
        return true;
      }
    }
    return false;
  }

  private static long ownCapabilities() throws HuskException {
    try {
      return ProcFs.ownCapabilities();
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }
}
