package dev.husk.systemd;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Limits as properties of the unit (systemd.resource-control(5)), so that {@code systemctl show},
 * {@code systemd-cgtop} and a daemon-reload agree with the files below the unit. A file that
 * systemd knows no property for has none, nor has a value that is none: it is written below the
 * unit all the same, and the kernel judges.
 */
public final class LimitProperties {
  private static final long SECOND = 1_000_000;

  /**
   * systemd keeps a quota in whole percents, rounded to the nearest: rounded up, it stays loose.
   */
  private static final long PERCENT = SECOND / 100;

  /** The process that keeps the scope counts too, beside the sandbox's. */
  private static final long KEEPER = 1;

  /** Of processors and nodes; kernels are built for 8,192 and 1,024 at most. */
  private static final int MOST_NUMBERS = 65_535;

  private static final Map<String, String> RATES =
      Map.of(
          "rbps", "IOReadBandwidthMax",
          "wbps", "IOWriteBandwidthMax",
          "riops", "IOReadIOPSMax",
          "wiops", "IOWriteIOPSMax");

  private final Map<String, UnitProperty> properties = new LinkedHashMap<>();
  private final Map<String, List<List<Object>>> devices = new LinkedHashMap<>();
  private OptionalLong weight = OptionalLong.empty();
  private Optional<Boolean> idle = Optional.empty();

  private LimitProperties() {}

  /**
   * The first file whose limit is a share among siblings that the unit has no property for: the
   * sandbox is alone in its unit, so that below it the limit would do nothing.
   */
  public static Optional<String> withoutEffect(List<ControlFile> limits) {
    for (ControlFile limit : limits) {
      if (limit.file().equals("cpu.weight.nice") || limit.file().equals("io.latency")) {
        return Optional.of(limit.file());
      }
    }
    return Optional.empty();
  }

  /** Of all the limits of a unit; of two for one property the later counts. */
  public static List<UnitProperty> of(List<ControlFile> limits) {
    LimitProperties all = new LimitProperties();
    for (ControlFile limit : limits) {
      limit.value().lines().forEach(line -> all.add(limit.file(), line.strip()));
    }
    all.cpuWeight();
    all.devices.forEach((name, values) -> all.put(UnitProperty.devices(name, values)));
    return List.copyOf(all.properties.values());
  }

  private void add(String file, String value) {
    switch (file) {
      case "memory.max" -> number("MemoryMax", value);
      case "memory.high" -> number("MemoryHigh", value);
      case "memory.low" -> number("MemoryLow", value);
      case "memory.min" -> number("MemoryMin", value);
      case "memory.swap.max" -> number("MemorySwapMax", value);
      case "memory.zswap.max" -> number("MemoryZSwapMax", value);
      case "pids.max" -> tasks(value);
      case "cpu.weight" -> weight = Amount.parse(value);
      case "cpu.idle" -> idle = Optional.of(value.equals("1"));
      case "cpu.max" -> quota(value.split("\\s+", -1));
      case "cpuset.cpus" -> bits("AllowedCPUs", value);
      case "cpuset.mems" -> bits("AllowedMemoryNodes", value);
      case "io.weight" -> ioWeight(value.split("\\s+", -1), false);
      case "io.bfq.weight" -> ioWeight(value.split("\\s+", -1), true);
      case "io.max" -> rates(value.split("\\s+", -1));
      default -> {
        return;
      }
    }
  }

  private void put(UnitProperty property) {
    properties.put(property.name(), property);
  }

  private void number(String property, String value) {
    Amount.parse(value).ifPresent(number -> put(UnitProperty.number(property, number)));
  }

  private void tasks(String value) {
    OptionalLong tasks = Amount.parse(value);
    if (tasks.isPresent()) {
      long number = tasks.getAsLong();
      boolean endless = number == UnitProperty.INFINITY || number == Long.MAX_VALUE;
      put(UnitProperty.number("TasksMax", endless ? UnitProperty.INFINITY : number + KEEPER));
    }
  }

  /** CPUWeight=idle is 0 on the bus, since systemd 252; unset it is the default. */
  private void cpuWeight() {
    if (idle.orElse(false)) {
      put(UnitProperty.number("CPUWeight", 0));
    } else if (weight.isPresent() || idle.isPresent()) {
      put(UnitProperty.number("CPUWeight", weight.orElse(UnitProperty.INFINITY)));
    }
  }

  private void quota(String[] words) {
    OptionalLong quota = Amount.parse(words[0]);
    OptionalLong period = words.length > 1 ? Amount.parse(words[1]) : OptionalLong.of(SECOND / 10);
    boolean whole = quota.isPresent() && period.isPresent() && period.getAsLong() > 0;
    if (!whole || quota.getAsLong() > Long.MAX_VALUE / SECOND) {
      return;
    }
    long perSecond = UnitProperty.INFINITY;
    if (quota.getAsLong() != UnitProperty.INFINITY) {
      long exact = Math.ceilDiv(quota.getAsLong() * SECOND, period.getAsLong());
      perSecond = Math.ceilDiv(exact, PERCENT) * PERCENT;
    }
    put(UnitProperty.number("CPUQuotaPeriodUSec", period.getAsLong()));
    put(UnitProperty.number("CPUQuotaPerSecUSec", perSecond));
  }

  private void ioWeight(String[] words, boolean bfq) {
    String last = words[words.length - 1];
    boolean unset = last.equals("default");
    OptionalLong given = unset ? OptionalLong.of(UnitProperty.INFINITY) : Amount.parse(last);
    if (given.isEmpty()) {
      return;
    }
    long number = bfq && !unset ? ioWeightOf(given.getAsLong()) : given.getAsLong();
    if (words.length == 1 || words[0].equals("default")) {
      put(UnitProperty.number("IOWeight", number));
    } else {
      device("IODeviceWeight", words[0], number);
    }
  }

  /** What systemd makes this weight of BFQ's from: BFQ_WEIGHT() in its cgroup.c, reversed. */
  private static long ioWeightOf(long bfqWeight) {
    return bfqWeight <= 100 ? bfqWeight : 100 + (bfqWeight - 100) * 11;
  }

  private void rates(String[] words) {
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      Optional<String> property =
          Optional.ofNullable(RATES.get(words[i].substring(0, Math.max(equals, 0))));
      OptionalLong rate = Amount.parse(words[i].substring(equals + 1));
      if (property.isPresent() && rate.isPresent()) {
        device(property.get(), words[0], rate.getAsLong());
      }
    }
  }

  private void device(String property, String number, long value) {
    devices
        .computeIfAbsent(property, name -> new ArrayList<>())
        .add(List.of("/dev/block/" + number, value));
  }

  private void bits(String property, String list) {
    bitmask(list).ifPresent(mask -> put(UnitProperty.bits(property, mask)));
  }

  /** A list such as {@code 0-2,7}; bit 0 of the first byte is number 0. */
  static Optional<byte[]> bitmask(String list) {
    BitSet bits = new BitSet();
    for (String range : list.split(",", -1)) {
      if (range.isBlank()) {
        continue;
      }
      String[] ends = range.strip().split("-", 2);
      OptionalLong first = Amount.parse(ends[0]);
      OptionalLong last = Amount.parse(ends[ends.length - 1]);
      if (!isNumber(first) || !isNumber(last) || first.getAsLong() > last.getAsLong()) {
        return Optional.empty();
      }
      bits.set((int) first.getAsLong(), (int) last.getAsLong() + 1);
    }
    return Optional.of(bits.toByteArray());
  }

  private static boolean isNumber(OptionalLong number) {
    return number.isPresent() && number.getAsLong() >= 0 && number.getAsLong() <= MOST_NUMBERS;
  }
}
