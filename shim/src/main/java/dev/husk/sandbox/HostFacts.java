package dev.husk.sandbox;

import dev.husk.bwrap.BwrapProgram;
import dev.husk.bwrap.Weakness;
import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.failure.HuskException;
import dev.husk.oci.SpecVersion;
import dev.husk.process.ErrnoException;
import dev.husk.process.KernelFeature;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Spawner;
import dev.husk.process.SysFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Gathers what a manager wants to know before it relies on this shim. */
final class HostFacts {
  private HostFacts() {}

  static ShimInfo gather(Spawner spawner, ShimOptions options) throws HuskException {
    CgroupHost host = CgroupHost.detect(new KernelCgroupFs());
    BwrapProgram bwrap = Bwraps.find(spawner, options);
    List<ShimInfo.Feature> features = new ArrayList<>();
    for (KernelFeature kernel : KernelFeature.probe()) {
      features.add(
          new ShimInfo.Feature(
              kernel.name(), kernel.available(), kernel.found() + "; " + kernel.effect()));
    }
    for (Weakness weakness : bwrap.weaknesses()) {
      features.add(
          new ShimInfo.Feature(
              "bwrap-without-" + weakness.id(),
              false,
              weakness.effect() + " (fixed in " + weakness.fixedIn() + "); " + weakness.defence()));
    }
    return new ShimInfo(
        options.version(),
        ProcessHandle.current().pid(),
        SpecVersion.LOWEST,
        SpecVersion.HIGHEST,
        kernelRelease(),
        host.mode().name().toLowerCase(Locale.ROOT),
        host.mountPoint().toString(),
        host.controllers(),
        bwrap.path().toString(),
        bwrap.version().toString(),
        features);
  }

  private static String kernelRelease() throws HuskException {
    try {
      return SysFiles.read(Path.of("/proc/sys/kernel/osrelease")).strip();
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }
}
