package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import java.util.OptionalLong;

/**
 * {@code memory}: bytes, -1 without limit, 0 the same as absent. The reservation is a protection
 * and no limit, so that -1 protects all (runc writes the same).
 */
final class MemoryLimits {
  private static final String GONE = "cgroup v2 has no such setting";

  private MemoryLimits() {}

  static void plan(Resources.Memory memory, LimitCollector limits) throws HuskException {
    long limit = bytes(memory.limit(), "/memory/limit");
    long swap = bytes(memory.swap(), "/memory/swap");
    requireWhole(memory);
    swap(limit, swap, limits);
    if (limit != 0) {
      limits.add("/memory/limit", "memory.max", text(limit));
    }
    long reservation = bytes(memory.reservation(), "/memory/reservation");
    if (reservation != 0) {
      limits.add("/memory/reservation", "memory.low", text(reservation));
    }
    unlimitedOnly(memory.kernel(), "/memory/kernel", limits);
    unlimitedOnly(memory.kernelTCP(), "/memory/kernelTCP", limits);
    limits.notInV2("/memory/swappiness", memory.swappiness(), GONE);
    if (memory.disableOOMKiller().orElse(false)) {
      limits.notInV2(
          "/memory/disableOOMKiller", "true", "cgroup v2 cannot switch the OOM killer off");
    }
    if (!memory.useHierarchy().orElse(true)) {
      limits.notInV2("/memory/useHierarchy", "false", "cgroup v2 is always hierarchical");
    }
  }

  /**
   * The rule of a config ({@code oci.MemoryDecoder}), here for what an update makes of two: swap
   * holds the memory in it, so that it cannot be bounded while memory is not.
   */
  private static void requireWhole(Resources.Memory memory) throws HuskException {
    if (memory.limit().isEmpty() || memory.swap().isEmpty()) {
      return;
    }
    long limit = memory.limit().getAsLong();
    long swap = memory.swap().getAsLong();
    if (swap != -1 && (limit == -1 || swap < limit)) {
      throw LimitCollector.invalid(
          "/memory/swap",
          swap + " is less than memory/limit " + limit + ", which it includes",
          "give memory and swap together; -1 takes either limit away");
    }
  }

  /** The config's swap is memory and swap together; the kernel's file is swap alone. */
  private static void swap(long limit, long swap, LimitCollector limits) throws HuskException {
    String property = "/memory/swap";
    long alone;
    if (swap == 0) {
      if (limit != -1) {
        return;
      }
      alone = -1;
    } else if (swap == -1 || limit == -1) {
      alone = swap;
    } else if (limit == 0) {
      throw LimitCollector.invalid(
          property, "swap is set and memory/limit is not", "set /memory/limit as well");
    } else {
      alone = swap - limit;
    }
    LimitWrite write =
        LimitWrite.of(LimitCollector.POINTER + property, "memory.swap.max", text(alone));
    limits.add(alone == -1 || alone == 0 ? write.asOptional() : write);
  }

  private static void unlimitedOnly(OptionalLong value, String property, LimitCollector limits)
      throws HuskException {
    if (value.isPresent() && value.getAsLong() != -1) {
      limits.notInV2(property, value, "cgroup v2 counts kernel memory as memory");
    }
  }

  private static long bytes(OptionalLong value, String property) throws HuskException {
    long bytes = value.orElse(0);
    LimitCollector.requireRange(property, bytes, -1, Long.MAX_VALUE);
    return bytes;
  }

  private static String text(long bytes) {
    return bytes == -1 ? "max" : Long.toString(bytes);
  }
}
