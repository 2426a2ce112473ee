package dev.husk.systemd;

import dev.husk.dbus.Variant;
import java.util.List;

/**
 * A property of a unit as StartTransientUnit and SetUnitProperties take it
 * (org.freedesktop.systemd1(5)).
 *
 * @param essential without it the unit would not be what is asked for, so that it is never dropped
 *     for a systemd that does not know it
 */
public record UnitProperty(String name, Variant value, boolean essential) {
  /** What systemd calls infinity. */
  static final long INFINITY = -1;

  static UnitProperty number(String name, long value) {
    return new UnitProperty(name, new Variant("t", value), false);
  }

  static UnitProperty text(String name, String value) {
    return new UnitProperty(name, new Variant("s", value), false);
  }

  static UnitProperty bits(String name, byte[] value) {
    return new UnitProperty(name, new Variant("ay", value), false);
  }

  /** For each device, by its path. */
  static UnitProperty devices(String name, List<List<Object>> values) {
    return new UnitProperty(name, new Variant("a(st)", values), false);
  }

  static UnitProperty flag(String name, boolean value) {
    return new UnitProperty(name, new Variant("b", value), false);
  }

  UnitProperty asEssential() {
    return new UnitProperty(name, value, true);
  }

  List<Object> encoded() {
    return List.of(name, value);
  }
}
