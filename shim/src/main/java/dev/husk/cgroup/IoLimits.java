package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import java.util.List;

/** {@code blockIO}: rates in bytes or operations per second. */
final class IoLimits {
  private static final int LEAST_WEIGHT = 10;
  private static final int MOST_WEIGHT = 1000;
  private static final String LEAF = "cgroup v2 has no leaf weights";

  private IoLimits() {}

  static void plan(Resources.BlockIo io, LimitCollector limits) throws HuskException {
    int weight = io.weight().orElse(0);
    if (weight != 0) {
      weight("/blockIO/weight", "", weight, limits);
    }
    if (io.leafWeight().orElse(0) != 0) {
      limits.notInV2("/blockIO/leafWeight", Integer.toString(io.leafWeight().getAsInt()), LEAF);
    }
    for (int i = 0; i < io.weightDevice().size(); i++) {
      weightDevice("/blockIO/weightDevice/" + i, io.weightDevice().get(i), limits);
    }
    throttle("throttleReadBpsDevice", "rbps", io.throttleReadBpsDevice(), limits);
    throttle("throttleWriteBpsDevice", "wbps", io.throttleWriteBpsDevice(), limits);
    throttle("throttleReadIOPSDevice", "riops", io.throttleReadIOPSDevice(), limits);
    throttle("throttleWriteIOPSDevice", "wiops", io.throttleWriteIOPSDevice(), limits);
  }

  private static void weightDevice(
      String property, Resources.WeightDevice device, LimitCollector limits) throws HuskException {
    String name = device(property, device.major(), device.minor());
    if (device.weight().orElse(0) != 0) {
      weight(property + "/weight", name + " ", device.weight().getAsInt(), limits);
    }
    if (device.leafWeight().orElse(0) != 0) {
      limits.notInV2(
          property + "/leafWeight", Integer.toString(device.leafWeight().getAsInt()), LEAF);
    }
  }

  /** BFQ takes 10 to 1000 as it is, where it is there; io.weight has a range of 1 to 10000. */
  private static void weight(String property, String device, int weight, LimitCollector limits)
      throws HuskException {
    LimitCollector.requireRange(property, weight, LEAST_WEIGHT, MOST_WEIGHT);
    String pointer = LimitCollector.POINTER + property;
    long converted = 1 + (weight - 10) * 9999L / 990;
    limits.add(
        LimitWrite.of(pointer, "io.weight", device + converted)
            .orInstead(LimitWrite.of(pointer, "io.bfq.weight", device + weight)));
  }

  private static void throttle(
      String list, String key, List<Resources.ThrottleDevice> devices, LimitCollector limits)
      throws HuskException {
    for (int i = 0; i < devices.size(); i++) {
      String property = "/blockIO/" + list + "/" + i;
      Resources.ThrottleDevice device = devices.get(i);
      LimitCollector.requireRange(property + "/rate", device.rate(), 0, Long.MAX_VALUE);
      String rate = device.rate() == 0 ? "max" : Long.toString(device.rate());
      String name = device(property, device.major(), device.minor());
      limits.add(property, "io.max", name + " " + key + "=" + rate);
    }
  }

  private static String device(String property, long major, long minor) throws HuskException {
    LimitCollector.requireRange(property + "/major", major, 0, 4095);
    LimitCollector.requireRange(property + "/minor", minor, 0, 1_048_575);
    return major + ":" + minor;
  }
}
