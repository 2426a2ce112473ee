package dev.husk.rpc;

import com.google.protobuf.Timestamp;
import dev.husk.cgroup.DeviceControl;
import dev.husk.cgroup.LimitStatus;
import dev.husk.sandbox.ExitStatus;
import dev.husk.sandbox.Phase;
import dev.husk.sandbox.ProcessEntry;
import dev.husk.sandbox.SandboxStatus;
import java.time.Instant;

/** Snapshots of a sandbox as messages. */
final class SandboxMapper {
  private SandboxMapper() {}

  static dev.husk.v1.Sandbox sandbox(SandboxStatus status) {
    dev.husk.v1.Sandbox.Builder message =
        dev.husk.v1.Sandbox.newBuilder()
            .setId(status.id())
            .setOciVersion(status.ociVersion())
            .setPhase(phase(status.phase()))
            .setBundle(status.bundle())
            .setPid(status.pid().orElse(0))
            .putAllAnnotations(status.annotations())
            .setCreatedAt(timestamp(status.createdAt()))
            .setCgroup(status.cgroup());
    status.startedAt().ifPresent(at -> message.setStartedAt(timestamp(at)));
    status.exit().ifPresent(exit -> message.setExit(exit(exit)));
    for (LimitStatus limit : status.limits()) {
      message.addLimits(limit(limit));
    }
    status.deviceControl().ifPresent(control -> message.setDeviceControl(devices(control)));
    return message.build();
  }

  static dev.husk.v1.ExitStatus exit(ExitStatus exit) {
    return dev.husk.v1.ExitStatus.newBuilder()
        .setCode(exit.code())
        .setSignal(exit.signal().orElse(0))
        .setExact(exit.exact())
        .setReason(exit.reason())
        .setExitedAt(timestamp(exit.exitedAt()))
        .setOomKilled(exit.oomKilled())
        .build();
  }

  static dev.husk.v1.Process process(ProcessEntry process) {
    return dev.husk.v1.Process.newBuilder()
        .setPid(process.pid())
        .setNamespacePid(process.namespacePid())
        .setCgroup(process.cgroup())
        .setCommand(process.command())
        .build();
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static dev.husk.v1.Phase phase(Phase phase) {
    return switch (phase) {
      case CREATING -> dev.husk.v1.Phase.PHASE_CREATING;
      case CREATED -> dev.husk.v1.Phase.PHASE_CREATED;
      case RUNNING -> dev.husk.v1.Phase.PHASE_RUNNING;
      case PAUSED -> dev.husk.v1.Phase.PHASE_PAUSED;
      case STOPPED -> dev.husk.v1.Phase.PHASE_STOPPED;
    };
  }

  private static dev.husk.v1.DeviceControl devices(DeviceControl control) {
    return dev.husk.v1.DeviceControl.newBuilder()
        .setKind(
            switch (control.kind()) {
              case BPF_PROGRAM -> dev.husk.v1.DeviceControl.Kind.KIND_BPF_PROGRAM;
              case PRIVATE_DEV -> dev.husk.v1.DeviceControl.Kind.KIND_PRIVATE_DEV;
            })
        .setReason(control.reason())
        .build();
  }

  private static dev.husk.v1.Limit limit(LimitStatus limit) {
    return dev.husk.v1.Limit.newBuilder()
        .setProperty(limit.property())
        .setFile(limit.file())
        .setValue(limit.value())
        .setIsDefault(limit.isDefault())
        .setEnforced(limit.enforced())
        .setReason(limit.reason())
        .build();
  }
}
