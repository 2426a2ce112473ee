package dev.husk.oci;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code linux.devices} and {@code linux.netDevices}. */
final class DeviceDecoder {
  private static final List<String> TYPES = List.of("c", "b", "u", "p");
  private static final int LARGEST_MODE = 07777;

  /** IFNAMSIZ without its NUL. */
  private static final int LONGEST_INTERFACE = 15;

  private DeviceDecoder() {}

  static List<Linux.Device> devices(Fields linux) {
    List<Linux.Device> devices = new ArrayList<>();
    for (Fields device : linux.objects("devices")) {
      String type = Rules.requiredOneOf(device, "type", TYPES);
      String path = device.requiredString("path");
      Rules.absolute(device, "path", path);
      if (Rules.climbs(path)) {
        device.offend("path", "must not contain the component \"..\", is " + Quote.of(path));
      }
      devices.add(
          new Linux.Device(
              type,
              path,
              number(device, "major", type),
              number(device, "minor", type),
              device.smallInteger("fileMode", 0, LARGEST_MODE),
              device.integer("uid", 0, Rules.LARGEST_ID),
              device.integer("gid", 0, Rules.LARGEST_ID)));
    }
    return devices;
  }

  private static OptionalLong number(Fields device, String member, String type) {
    OptionalLong number = device.integer(member, 0, Rules.UINT32);
    if (number.isEmpty() && !type.equals("p")) {
      device.offend(member, "is required unless type is \"p\"");
    }
    return number;
  }

  static Map<String, Linux.NetDevice> netDevices(Fields linux) {
    Map<String, Linux.NetDevice> devices = new LinkedHashMap<>();
    for (Map.Entry<String, Fields> entry : linux.objectMap("netDevices").entrySet()) {
      Fields device = entry.getValue();
      if (!isInterface(entry.getKey())) {
        device.offend("is no name of a network interface");
      }
      Optional<String> name = device.string("name");
      if (name.isPresent() && !isInterface(name.get())) {
        device.offend("name", "is no name of a network interface: " + Quote.of(name.get()));
      }
      devices.put(entry.getKey(), new Linux.NetDevice(name));
    }
    return devices;
  }

  /** The kernel's dev_valid_name(). */
  private static boolean isInterface(String name) {
    if (name.isEmpty()
        || name.length() > LONGEST_INTERFACE
        || name.equals(".")
        || name.equals("..")) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '/' || c == ':' || c == '\0' || Character.isWhitespace(c)) {
        return false;
      }
    }
    return true;
  }
}
