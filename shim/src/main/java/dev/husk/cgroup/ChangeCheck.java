package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Values that say nothing in a change. In the OCI runtime-spec's Go types 0 and an empty list are
 * the absent field, and runc reads them so: in a config such a field is passed over. A change that
 * carries one is meant to change something, and passed over the old limit would stay in force
 * behind an answer that does not show it. Where 0 is a value of its own (pids, burst, idle, rates
 * of devices, huge pages, RDMA) it is one here too.
 */
final class ChangeCheck {
  private static final String AWAY = ", or give -1 to take the limit away";

  private ChangeCheck() {}

  /**
   * @throws HuskException {@link CgroupFailure.InvalidValue} for the first of them
   */
  static void require(Resources change) throws HuskException {
    Resources.Memory memory = change.memory();
    notZero("/memory/limit", memory.limit(), AWAY);
    notZero(
        "/memory/reservation",
        memory.reservation(),
        ", or set /unified/memory.low to 0 to take the protection away");
    notZero("/memory/swap", memory.swap(), AWAY);
    Resources.Cpu cpu = change.cpu();
    notZero("/cpu/shares", cpu.shares(), ", or give 1024, the weight of a cgroup without shares");
    notZero("/cpu/quota", cpu.quota(), AWAY);
    notZero("/cpu/period", cpu.period(), ", or give 100000, the kernel's own period");
    notBlank("/cpu/cpus", cpu.cpus());
    notBlank("/cpu/mems", cpu.mems());
    notZero("/blockIO/weight", wide(change.blockIO().weight()), ", or give 100, the middle one");
  }

  private static OptionalLong wide(OptionalInt value) {
    return value.isPresent() ? OptionalLong.of(value.getAsInt()) : OptionalLong.empty();
  }

  private static void notZero(String property, OptionalLong value, String instead)
      throws HuskException {
    if (value.isPresent() && value.getAsLong() == 0) {
      throw LimitCollector.invalid(
          property, "0 means \"not set\" there, which changes nothing", "leave it out" + instead);
    }
  }

  private static void notBlank(String property, Optional<String> list) throws HuskException {
    if (list.isPresent() && list.get().isBlank()) {
      throw LimitCollector.invalid(
          property,
          "an empty list means \"not set\" there, which changes nothing",
          "leave it out, or list all that the sandbox may use, such as 0-3");
    }
  }
}
