package dev.husk.systemd;

import dev.husk.dbus.Variant;
import java.util.ArrayList;
import java.util.List;

/**
 * A scope to be started.
 *
 * @param keeper pid of the process it begins with, as its manager knows it
 * @param limits see {@link LimitProperties}
 */
public record ScopeRequest(
    ScopeName name, String description, long keeper, List<UnitProperty> limits) {
  /** Between SIGTERM and SIGKILL, when somebody stops the scope. */
  private static final long STOP_MICROS = 5_000_000;

  public ScopeRequest {
    limits = List.copyOf(limits);
  }

  /** In the order in which systemd is to apply them. */
  List<UnitProperty> properties() {
    List<UnitProperty> all = new ArrayList<>();
    all.add(UnitProperty.text("Description", description));
    all.add(UnitProperty.text("Slice", name.slice()).asEssential());
    all.add(new UnitProperty("PIDs", new Variant("au", List.of(keeper)), true));
    all.add(UnitProperty.flag("Delegate", true).asEssential());
    // No failed unit stays behind.
    all.add(UnitProperty.text("CollectMode", "inactive-or-failed"));
    all.add(UnitProperty.number("TimeoutStopUSec", STOP_MICROS));
    all.addAll(limits);
    return all;
  }
}
