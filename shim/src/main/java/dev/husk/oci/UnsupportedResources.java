package dev.husk.oci;

import dev.husk.oci.Unsupported.Refusals;
import java.util.OptionalLong;

/** What of {@code linux.resources} has no meaning in cgroup v2. */
final class UnsupportedResources {
  private static final String AT = "/linux/resources";
  private static final String NOT_IN_V2 = "does not exist in cgroup v2";

  private UnsupportedResources() {}

  static void check(Resources resources, Refusals refusals) {
    memory(resources.memory(), refusals);
    absent(resources.cpu().realtimeRuntime(), "/cpu/realtimeRuntime", refusals);
    absent(resources.cpu().realtimePeriod(), "/cpu/realtimePeriod", refusals);
    blockIo(resources.blockIO(), refusals);
    absent(resources.network().classID(), "/network/classID", refusals);
    if (!resources.network().priorities().isEmpty()) {
      refusals.remove(AT + "/network/priorities", NOT_IN_V2);
    }
  }

  private static void memory(Resources.Memory memory, Refusals refusals) {
    absent(memory.kernel(), "/memory/kernel", refusals);
    absent(memory.kernelTCP(), "/memory/kernelTCP", refusals);
    absent(memory.swappiness(), "/memory/swappiness", refusals);
    if (memory.disableOOMKiller().orElse(false)) {
      refusals.add(
          AT + "/memory/disableOOMKiller",
          "cannot be true: cgroup v2 cannot disable the OOM killer",
          "set it to false or remove it");
    }
    if (memory.useHierarchy().isPresent()) {
      refusals.add(
          AT + "/memory/useHierarchy",
          NOT_IN_V2 + ", where every limit is hierarchical",
          "remove the property");
    }
  }

  private static void blockIo(Resources.BlockIo blockIo, Refusals refusals) {
    if (blockIo.leafWeight().isPresent()) {
      refusals.remove(AT + "/blockIO/leafWeight", NOT_IN_V2);
    }
    for (int i = 0; i < blockIo.weightDevice().size(); i++) {
      if (blockIo.weightDevice().get(i).leafWeight().isPresent()) {
        refusals.remove(AT + "/blockIO/weightDevice/" + i + "/leafWeight", NOT_IN_V2);
      }
    }
  }

  private static void absent(OptionalLong value, String pointer, Refusals refusals) {
    if (value.isPresent()) {
      refusals.remove(AT + pointer, NOT_IN_V2);
    }
  }
}
