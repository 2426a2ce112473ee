package dev.husk.systemd;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Limits as properties of the unit (systemd.resource-control(5)), so that {@code systemctl show},
 * {@code systemd-cgtop} and a daemon-reload agree with the files below the unit. A file that
 * systemd knows no property for has none: it is enforced below the unit all the same.
 */
public final class LimitProperties {
  private static final long SECOND = 1_000_000;

  /**
   * systemd keeps a quota in whole percents, rounded to the nearest: rounded up, it stays loose.
   */
  private static final long PERCENT = SECOND / 100;

  /** The process that keeps the scope counts too, beside the sandbox's. */
  private static final long KEEPER = 1;

  private final List<UnitProperty> properties = new ArrayList<>();
  private final Map<String, List<List<Object>>> devices = new LinkedHashMap<>();

  private LimitProperties() {}

  public static List<UnitProperty> of(List<ControlFile> limits) {
    LimitProperties all = new LimitProperties();
    for (ControlFile limit : limits) {
      all.add(limit.file(), limit.value().strip());
    }
    all.devices.forEach(
        (name, values) -> all.properties.add(UnitProperty.devices(name, List.copyOf(values))));
    return List.copyOf(all.properties);
  }

  private void add(String file, String value) {
    switch (file) {
      case "memory.max" -> number("MemoryMax", value, 0);
      case "memory.high" -> number("MemoryHigh", value, 0);
      case "memory.low" -> number("MemoryLow", value, 0);
      case "memory.min" -> number("MemoryMin", value, 0);
      case "memory.swap.max" -> number("MemorySwapMax", value, 0);
      case "memory.zswap.max" -> number("MemoryZSwapMax", value, 0);
      case "pids.max" -> number("TasksMax", value, KEEPER);
      case "cpu.weight" -> number("CPUWeight", value, 0);
      case "cpu.idle" -> idle(value);
      case "cpu.max" -> quota(value.split("\\s+", -1));
      case "cpuset.cpus" -> properties.add(UnitProperty.bits("AllowedCPUs", bitmask(value)));
      case "cpuset.mems" -> properties.add(UnitProperty.bits("AllowedMemoryNodes", bitmask(value)));
      case "io.weight" -> weight(value.split("\\s+", -1));
      case "io.max" -> rates(value.split("\\s+", -1));
      default -> {
        return;
      }
    }
  }

  private void number(String property, String value, long more) {
    properties.add(
        UnitProperty.number(
            property, value.equals("max") ? UnitProperty.INFINITY : Long.parseLong(value) + more));
  }

  /** CPUWeight=idle is 0 on the bus, since systemd 252. */
  private void idle(String value) {
    if (value.equals("1")) {
      properties.add(UnitProperty.number("CPUWeight", 0));
    }
  }

  private void quota(String[] words) {
    long period = words.length > 1 ? Long.parseLong(words[1]) : SECOND / 10;
    properties.add(UnitProperty.number("CPUQuotaPeriodUSec", period));
    long perSecond = UnitProperty.INFINITY;
    if (!words[0].equals("max")) {
      long exact = Math.ceilDiv(Math.multiplyExact(Long.parseLong(words[0]), SECOND), period);
      perSecond = Math.ceilDiv(exact, PERCENT) * PERCENT;
    }
    properties.add(UnitProperty.number("CPUQuotaPerSecUSec", perSecond));
  }

  private void weight(String[] words) {
    String weight = words[words.length - 1];
    if (words.length == 1 || words[0].equals("default")) {
      number("IOWeight", weight, 0);
    } else if (!weight.equals("default")) {
      device("IODeviceWeight", words[0], weight);
    }
  }

  private void rates(String[] words) {
    for (int i = 1; i < words.length; i++) {
      String[] pair = words[i].split("=", 2);
      switch (pair[0]) {
        case "rbps" -> device("IOReadBandwidthMax", words[0], pair[1]);
        case "wbps" -> device("IOWriteBandwidthMax", words[0], pair[1]);
        case "riops" -> device("IOReadIOPSMax", words[0], pair[1]);
        case "wiops" -> device("IOWriteIOPSMax", words[0], pair[1]);
        default -> throw new IllegalArgumentException("no rate of io.max: " + pair[0]);
      }
    }
  }

  private void device(String property, String number, String value) {
    devices
        .computeIfAbsent(property, name -> new ArrayList<>())
        .add(
            List.of(
                "/dev/block/" + number,
                value.equals("max") ? UnitProperty.INFINITY : Long.parseLong(value)));
  }

  /** A list such as {@code 0-2,7}; bit 0 of the first byte is number 0. */
  static byte[] bitmask(String list) {
    byte[] mask = new byte[0];
    for (String range : list.split(",", -1)) {
      if (range.isBlank()) {
        continue;
      }
      String[] ends = range.strip().split("-", 2);
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int i = Integer.parseInt(ends[0]); i <= last; i++) {
        if (i / 8 >= mask.length) {
          mask = java.util.Arrays.copyOf(mask, i / 8 + 1);
        }
        mask[i / 8] |= (byte) (1 << (i % 8));
      }
    }
    return mask;
  }
}
