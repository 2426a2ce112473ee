package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What is in force with a change on top: a field of the change replaces the one of the same name,
 * an entry of a list the one for the same device, page size or file. So a change of the quota keeps
 * the period, and one of the memory limit keeps what the config says of memory and swap together.
 */
final class ResourcesMerge {
  private ResourcesMerge() {}

  /**
   * @throws HuskException when the change carries a value that says nothing, see {@link
   *     ChangeCheck}
   */
  static Resources merge(Resources base, Resources change) throws HuskException {
    ChangeCheck.require(change);
    return new Resources(
        base.devices(),
        memory(base.memory(), change.memory()),
        cpu(bandwidth(base), change.cpu()),
        blockIo(base.blockIO(), change.blockIO()),
        pages(base.hugepageLimits(), change.hugepageLimits()),
        change.network().classID().isPresent() || !change.network().priorities().isEmpty()
            ? change.network()
            : base.network(),
        newer(base.pidsLimit(), change.pidsLimit()),
        rdma(base.rdma(), change.rdma()),
        unified(base.unified(), change));
  }

  private static OptionalLong newer(OptionalLong base, OptionalLong change) {
    return change.isPresent() ? change : base;
  }

  private static OptionalInt newer(OptionalInt base, OptionalInt change) {
    return change.isPresent() ? change : base;
  }

  private static <T> Optional<T> newer(Optional<T> base, Optional<T> change) {
    return change.isPresent() ? change : base;
  }

  private static Resources.Memory memory(Resources.Memory base, Resources.Memory change) {
    return new Resources.Memory(
        newer(base.limit(), change.limit()),
        newer(base.reservation(), change.reservation()),
        newer(base.swap(), change.swap()),
        newer(base.kernel(), change.kernel()),
        newer(base.kernelTCP(), change.kernelTCP()),
        newer(base.swappiness(), change.swappiness()),
        newer(base.disableOOMKiller(), change.disableOOMKiller()),
        newer(base.useHierarchy(), change.useHierarchy()),
        newer(base.checkBeforeUpdate(), change.checkBeforeUpdate()));
  }

  /**
   * With what {@code unified} says of cpu.max, which has the last word: quota and period share a
   * file, so a change of one has to know the other.
   */
  private static Resources.Cpu bandwidth(Resources base) {
    Resources.Cpu cpu = base.cpu();
    List<String> words = Controllers.words(base.unified().getOrDefault("cpu.max", ""));
    if (words.isEmpty()) {
      return cpu;
    }
    return new Resources.Cpu(
        cpu.shares(),
        number(words.get(0)),
        cpu.burst(),
        words.size() > 1 ? number(words.get(1)) : cpu.period(),
        cpu.realtimeRuntime(),
        cpu.realtimePeriod(),
        cpu.cpus(),
        cpu.mems(),
        cpu.idle());
  }

  /** {@code max} is -1. */
  private static OptionalLong number(String word) {
    try {
      return OptionalLong.of(word.equals("max") ? -1 : Long.parseLong(word));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static Resources.Cpu cpu(Resources.Cpu base, Resources.Cpu change) {
    return new Resources.Cpu(
        newer(base.shares(), change.shares()),
        newer(base.quota(), change.quota()),
        newer(base.burst(), change.burst()),
        newer(base.period(), change.period()),
        newer(base.realtimeRuntime(), change.realtimeRuntime()),
        newer(base.realtimePeriod(), change.realtimePeriod()),
        newer(base.cpus(), change.cpus()),
        newer(base.mems(), change.mems()),
        newer(base.idle(), change.idle()));
  }

  private static Resources.BlockIo blockIo(Resources.BlockIo base, Resources.BlockIo change) {
    return new Resources.BlockIo(
        newer(base.weight(), change.weight()),
        newer(base.leafWeight(), change.leafWeight()),
        weights(base.weightDevice(), change.weightDevice()),
        throttles(base.throttleReadBpsDevice(), change.throttleReadBpsDevice()),
        throttles(base.throttleWriteBpsDevice(), change.throttleWriteBpsDevice()),
        throttles(base.throttleReadIOPSDevice(), change.throttleReadIOPSDevice()),
        throttles(base.throttleWriteIOPSDevice(), change.throttleWriteIOPSDevice()));
  }

  private static List<Resources.WeightDevice> weights(
      List<Resources.WeightDevice> base, List<Resources.WeightDevice> change) {
    Map<String, Resources.WeightDevice> byDevice = new LinkedHashMap<>();
    for (Resources.WeightDevice device : base) {
      byDevice.put(device.major() + ":" + device.minor(), device);
    }
    for (Resources.WeightDevice device : change) {
      byDevice.merge(device.major() + ":" + device.minor(), device, ResourcesMerge::weight);
    }
    return new ArrayList<>(byDevice.values());
  }

  private static Resources.WeightDevice weight(
      Resources.WeightDevice base, Resources.WeightDevice change) {
    return new Resources.WeightDevice(
        base.major(),
        base.minor(),
        newer(base.weight(), change.weight()),
        newer(base.leafWeight(), change.leafWeight()));
  }

  private static List<Resources.ThrottleDevice> throttles(
      List<Resources.ThrottleDevice> base, List<Resources.ThrottleDevice> change) {
    Map<String, Resources.ThrottleDevice> byDevice = new LinkedHashMap<>();
    for (Resources.ThrottleDevice device : base) {
      byDevice.put(device.major() + ":" + device.minor(), device);
    }
    for (Resources.ThrottleDevice device : change) {
      byDevice.put(device.major() + ":" + device.minor(), device);
    }
    return new ArrayList<>(byDevice.values());
  }

  private static List<Resources.HugepageLimit> pages(
      List<Resources.HugepageLimit> base, List<Resources.HugepageLimit> change) {
    Map<String, Resources.HugepageLimit> bySize = new LinkedHashMap<>();
    for (Resources.HugepageLimit page : base) {
      bySize.put(page.pageSize(), page);
    }
    for (Resources.HugepageLimit page : change) {
      bySize.put(page.pageSize(), page);
    }
    return new ArrayList<>(bySize.values());
  }

  private static Map<String, Resources.Rdma> rdma(
      Map<String, Resources.Rdma> base, Map<String, Resources.Rdma> change) {
    Map<String, Resources.Rdma> byName = new LinkedHashMap<>(base);
    for (Map.Entry<String, Resources.Rdma> entry : change.entrySet()) {
      Resources.Rdma was = byName.get(entry.getKey());
      Resources.Rdma now = entry.getValue();
      byName.put(
          entry.getKey(),
          was == null
              ? now
              : new Resources.Rdma(
                  newer(was.hcaHandles(), now.hcaHandles()),
                  newer(was.hcaObjects(), now.hcaObjects())));
    }
    return byName;
  }

  /** Within one config {@code unified} has the last word; an earlier one's word is older news. */
  private static Map<String, String> unified(Map<String, String> base, Resources change) {
    Map<String, String> merged = new LinkedHashMap<>(base);
    merged.keySet().removeAll(files(change));
    for (Map.Entry<String, String> entry : change.unified().entrySet()) {
      String was = merged.get(entry.getKey());
      boolean keyed = Controllers.keyed(LimitWrite.controllerOf(entry.getKey()));
      merged.put(
          entry.getKey(),
          was != null && keyed ? UnifiedMerge.lines(was, entry.getValue()) : entry.getValue());
    }
    return merged;
  }

  /** The single-valued files that the change's other fields are written to. */
  private static List<String> files(Resources change) {
    List<String> files = new ArrayList<>();
    add(files, change.memory().limit().isPresent(), "memory.max");
    add(files, change.memory().swap().isPresent(), "memory.swap.max");
    add(files, change.memory().reservation().isPresent(), "memory.low");
    add(files, change.cpu().shares().isPresent(), "cpu.weight");
    add(files, change.cpu().quota().isPresent() || change.cpu().period().isPresent(), "cpu.max");
    add(files, change.cpu().burst().isPresent(), "cpu.max.burst");
    add(files, change.cpu().idle().isPresent(), "cpu.idle");
    add(files, change.cpu().cpus().isPresent(), "cpuset.cpus");
    add(files, change.cpu().mems().isPresent(), "cpuset.mems");
    add(files, change.pidsLimit().isPresent(), "pids.max");
    for (Resources.HugepageLimit page : change.hugepageLimits()) {
      files.add("hugetlb." + page.pageSize() + ".max");
      files.add("hugetlb." + page.pageSize() + ".rsvd.max");
    }
    return files;
  }

  private static void add(List<String> files, boolean set, String file) {
    if (set) {
      files.add(file);
    }
  }
}
