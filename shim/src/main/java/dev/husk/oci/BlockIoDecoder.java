package dev.husk.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

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
    for (Fields device : blockIo.objects("weightDevice")) {
      if (!device.has("weight") && !device.has("leafWeight")) {
        device.offend("must set weight, leafWeight or both");
      }
      devices.add(
          new Resources.WeightDevice(
              number(device, "major"),
              number(device, "minor"),
              weight(device, "weight"),
              weight(device, "leafWeight")));
    }
    return devices;
  }

  private static List<Resources.ThrottleDevice> throttles(Fields blockIo, String member) {
    List<Resources.ThrottleDevice> devices = new ArrayList<>();
    for (Fields device : blockIo.objects(member)) {
      devices.add(
          new Resources.ThrottleDevice(
              number(device, "major"),
              number(device, "minor"),
              device.requiredInteger("rate", 0, Long.MAX_VALUE)));
    }
    return devices;
  }

  private static long number(Fields device, String member) {
    return device.requiredInteger(member, 0, Rules.UINT32);
  }
}
