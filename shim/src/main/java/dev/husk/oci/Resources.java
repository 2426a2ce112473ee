package dev.husk.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Control group limits: {@code config-linux.md#control-groups}. Absent stays absent: nothing here
 * is a default.
 */
public record Resources(
    List<DeviceRule> devices,
    Memory memory,
    Cpu cpu,
    BlockIo blockIO,
    List<HugepageLimit> hugepageLimits,
    Network network,
    OptionalLong pidsLimit,
    Map<String, Rdma> rdma,
    Map<String, String> unified) {

  public Resources {
    devices = List.copyOf(devices);
    hugepageLimits = List.copyOf(hugepageLimits);
    rdma = Map.copyOf(rdma);
    unified = Map.copyOf(unified);
  }

  /**
   * A device access rule; applied in order.
   *
   * @param type {@code a}, {@code c} or {@code b}; empty means all
   * @param major empty means any
   * @param access letters of {@code rwm}; empty means all
   */
  public record DeviceRule(
      boolean allow,
      Optional<String> type,
      OptionalLong major,
      OptionalLong minor,
      Optional<String> access) {}

  /** Memory limits in bytes; -1 means unlimited. */
  public record Memory(
      OptionalLong limit,
      OptionalLong reservation,
      OptionalLong swap,
      OptionalLong kernel,
      OptionalLong kernelTCP,
      OptionalLong swappiness,
      Optional<Boolean> disableOOMKiller,
      Optional<Boolean> useHierarchy,
      Optional<Boolean> checkBeforeUpdate) {}

  /**
   * CPU limits; times in microseconds.
   *
   * @param cpus empty text: given without a processor, which sets nothing
   * @param mems as {@code cpus}
   */
  public record Cpu(
      OptionalLong shares,
      OptionalLong quota,
      OptionalLong burst,
      OptionalLong period,
      OptionalLong realtimeRuntime,
      OptionalLong realtimePeriod,
      Optional<String> cpus,
      Optional<String> mems,
      OptionalLong idle) {}

  /** Block I/O limits; rates in bytes or operations per second. */
  public record BlockIo(
      OptionalInt weight,
      OptionalInt leafWeight,
      List<WeightDevice> weightDevice,
      List<ThrottleDevice> throttleReadBpsDevice,
      List<ThrottleDevice> throttleWriteBpsDevice,
      List<ThrottleDevice> throttleReadIOPSDevice,
      List<ThrottleDevice> throttleWriteIOPSDevice) {
    public BlockIo {
      weightDevice = List.copyOf(weightDevice);
      throttleReadBpsDevice = List.copyOf(throttleReadBpsDevice);
      throttleWriteBpsDevice = List.copyOf(throttleWriteBpsDevice);
      throttleReadIOPSDevice = List.copyOf(throttleReadIOPSDevice);
      throttleWriteIOPSDevice = List.copyOf(throttleWriteIOPSDevice);
    }
  }

  /** Weight of one block device. */
  public record WeightDevice(long major, long minor, OptionalInt weight, OptionalInt leafWeight) {}

  /** Rate limit of one block device. */
  public record ThrottleDevice(long major, long minor, long rate) {}

  /** Limit of one huge page size, {@code pageSize} as {@code 2MB}. */
  public record HugepageLimit(String pageSize, long limit) {}

  /** Network classification, cgroup v1 only. */
  public record Network(OptionalLong classID, List<NetworkPriority> priorities) {
    public Network {
      priorities = List.copyOf(priorities);
    }
  }

  /** Priority of one network interface. */
  public record NetworkPriority(String name, long priority) {}

  /** Limits of one RDMA device. */
  public record Rdma(OptionalLong hcaHandles, OptionalLong hcaObjects) {}

  /** A config without resources. */
  public static Resources none() {
    return new Resources(
        List.of(),
        new Memory(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        new Cpu(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty()),
        new BlockIo(
            OptionalInt.empty(),
            OptionalInt.empty(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of()),
        List.of(),
        new Network(OptionalLong.empty(), List.of()),
        OptionalLong.empty(),
        Map.of(),
        Map.of());
  }
}
