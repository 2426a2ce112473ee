package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.List;

/** Puts the device rules in force on P, before anything runs in it. */
final class Devices {
  private static final String POINTER = LimitCollector.POINTER + "/devices/";

  private final CgroupFs fs;
  private final LimitPolicy policy;

  Devices(CgroupFs fs, LimitPolicy policy) {
    this.fs = fs;
    this.policy = policy;
  }

  /**
   * As a program where the kernel lets us have one; else the private /dev stands alone, which comes
   * to the same for most rules.
   *
   * @throws HuskException {@link CgroupFailure.DeviceRuleNotApplied} for a rule to which it does
   *     not, unless the operator accepts that
   */
  DeviceControl apply(List<Resources.DeviceRule> config, Path sandbox) throws HuskException {
    byte[] program = DeviceProgram.of(DeviceAccess.rules(config));
    try {
      fs.attachDeviceFilter(sandbox, program);
      return new DeviceControl(DeviceControl.Kind.BPF_PROGRAM, "");
    } catch (ErrnoException e) {
      return withoutProgram(config, e);
    }
  }

  private DeviceControl withoutProgram(List<Resources.DeviceRule> config, ErrnoException refusal)
      throws HuskException {
    String why = refusal.operation() + ": " + refusal.errno();
    List<Integer> beyond = DeviceAccess.beyondPrivateDev(config);
    if (beyond.isEmpty()) {
      return new DeviceControl(DeviceControl.Kind.PRIVATE_DEV, why);
    }
    if (policy.strict()) {
      throw new HuskException(
          new CgroupFailure.DeviceRuleNotApplied(POINTER + beyond.get(0), why), refusal);
    }
    StringBuilder reason = new StringBuilder(why).append("; not applied:");
    for (int i : beyond) {
      reason.append(' ').append(POINTER).append(i);
    }
    return new DeviceControl(DeviceControl.Kind.PRIVATE_DEV, reason.toString());
  }
}
