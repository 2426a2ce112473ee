package dev.husk.oci;

import java.util.OptionalLong;

/** {@code linux.resources.memory}: {@code config-linux.md#memory}; bytes, -1 is no limit. */
final class MemoryDecoder {
  private MemoryDecoder() {}

  static Resources.Memory decode(Fields memory) {
    OptionalLong limit = bytes(memory, "limit");
    OptionalLong swap = bytes(memory, "swap");
    if (limit.isPresent() && swap.isPresent() && isLess(swap.getAsLong(), limit.getAsLong())) {
      memory.offend(
          "swap",
          "is the limit of memory and swap together and must not be less than limit, is "
              + swap.getAsLong()
              + " and limit is "
              + limit.getAsLong());
    }
    return new Resources.Memory(
        limit,
        bytes(memory, "reservation"),
        swap,
        bytes(memory, "kernel"),
        bytes(memory, "kernelTCP"),
        memory.integer("swappiness", 0, 100),
        memory.bool("disableOOMKiller"),
        memory.bool("useHierarchy"),
        memory.bool("checkBeforeUpdate"));
  }

  private static OptionalLong bytes(Fields memory, String member) {
    return memory.integer(member, -1, Long.MAX_VALUE);
  }

  private static boolean isLess(long swap, long limit) {
    return swap != -1 && (limit == -1 || swap < limit);
  }
}
