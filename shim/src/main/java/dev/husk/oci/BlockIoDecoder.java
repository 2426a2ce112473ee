package dev.husk.oci;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** {@code linux.resources.blockIO}: {@code config-linux.md#block-io}. */
final class BlockIoDecoder {
  private static final int LIGHTEST = 10;
  private static final int HEAVIEST = 1000;

  private BlockIoDecoder() {}

  static Resources.BlockIo decode(Fields blockIo) {
    return new Resources.BlockIo(
        weight(blockIo, "weight"),
        weight(blockIo, "leafWeight"),
        weights(blockIo),
        throttles(blockIo, "throttleReadBpsDevice"),
        throttles(blockIo, "throttleWriteBpsDevice"),
        throttles(blockIo, "throttleReadIOPSDevice"),
        throttles(blockIo, "throttleWriteIOPSDevice"));
  }

  private static OptionalInt weight(Fields owner, String member) {
    return owner.smallInteger(member, LIGHTEST, HEAVIEST);
  }

  private static List<Resources.WeightDevice> weights(Fields blockIo) {
    List<Resources.WeightDevice> devices = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Fields device : blockIo.objects("weightDevice")) {
      if (!device.has("weight") && !device.has("leafWeight")) {
        device.offend("must set weight, leafWeight or both");
      }
      long major = number(device, "major");
      long minor = number(device, "minor");
      requireNew(device, major, minor, seen);
      devices.add(
          new Resources.WeightDevice(
              major, minor, weight(device, "weight"), weight(device, "leafWeight")));
    }
    return devices;
  }

  private static List<Resources.ThrottleDevice> throttles(Fields blockIo, String member) {
    List<Resources.ThrottleDevice> devices = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Fields device : blockIo.objects(member)) {
      long major = number(device, "major");
      long minor = number(device, "minor");
      requireNew(device, major, minor, seen);
      devices.add(
          new Resources.ThrottleDevice(
              major, minor, device.requiredInteger("rate", 0, Long.MAX_VALUE)));
    }
    return devices;
  }

  /** Of two values for one device the kernel would keep one. */
  private static void requireNew(Fields device, long major, long minor, Set<String> seen) {
    String name = major + ":" + minor;
    if (!seen.add(name)) {
      device.offend("must not appear twice, device " + name + " does");
    }
  }

  private static long number(Fields device, String member) {
    return device.requiredInteger(member, 0, Rules.UINT32);
  }
}
