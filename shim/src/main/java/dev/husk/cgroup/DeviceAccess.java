package dev.husk.cgroup;

import dev.husk.oci.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The device rules of a sandbox: the config's, in order, and after them the devices that every
 * sandbox has (config-linux.md, "Default Devices"), so that a config that denies all leaves these,
 * as with runc. What the config says of one of their numbers comes last: denied there they stay
 * denied. What no rule speaks of is denied.
 */
final class DeviceAccess {
  /** Char devices: null, zero, full, random, urandom, tty, ptmx. */
  private static final int[][] DEFAULTS = {
    {1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}, {5, 2},
  };

  /** Unix98 terminals, Documentation/admin-guide/devices.txt; the console is one, if there is. */
  private static final long PTS = 136;

  private static final long[] CONSOLE = {5, 1};
  private static final long ANY = -1;
  private static final String ALL = "rwm";

  private DeviceAccess() {}

  /** The rules in force, of which the last one that matches decides, for each way of access. */
  static List<Resources.DeviceRule> rules(List<Resources.DeviceRule> config) {
    List<Resources.DeviceRule> rules = new ArrayList<>(config);
    for (int[] device : DEFAULTS) {
      rules.add(allow(device[0], OptionalLong.of(device[1])));
    }
    rules.add(allow(PTS, OptionalLong.empty()));
    for (Resources.DeviceRule rule : config) {
      if (concernsDefault(rule)) {
        rules.add(rule);
      }
    }
    return rules;
  }

  private static Resources.DeviceRule allow(long major, OptionalLong minor) {
    return new Resources.DeviceRule(
        true, Optional.of("c"), OptionalLong.of(major), minor, Optional.of(ALL));
  }

  /** Whether a rule names a major of theirs, and one of theirs is among what it is for. */
  private static boolean concernsDefault(Resources.DeviceRule rule) {
    if (!type(rule).equals("c")) {
      return false;
    }
    for (int[] device : DEFAULTS) {
      if (major(rule) == device[0] && (minor(rule) == device[1] || minor(rule) == ANY)) {
        return true;
      }
    }
    return major(rule) == PTS;
  }

  /**
   * The config's rules that the private /dev does not come to: a default device denied, which it
   * shows, or another one allowed, which it does not. To make nodes ({@code m}) is a matter of
   * capabilities, and the nodes are of no use on mounts with nodev.
   *
   * @return their places in the list
   */
  static List<Integer> beyondPrivateDev(List<Resources.DeviceRule> config) {
    List<Integer> beyond = new ArrayList<>();
    for (int i = 0; i < config.size(); i++) {
      Resources.DeviceRule rule = config.get(i);
      boolean applied =
          rule.allow() ? access(rule).equals("m") || isDefault(rule) : !concernsDefault(rule);
      if (!applied) {
        beyond.add(i);
      }
    }
    return beyond;
  }

  private static boolean isDefault(Resources.DeviceRule rule) {
    boolean console = major(rule) == CONSOLE[0] && minor(rule) == CONSOLE[1];
    boolean one = minor(rule) != ANY && concernsDefault(rule);
    return type(rule).equals("c") && (console || one || major(rule) == PTS);
  }

  static String type(Resources.DeviceRule rule) {
    return rule.type().orElse("a");
  }

  /** -1 is any, in the config as here. */
  static long major(Resources.DeviceRule rule) {
    return rule.major().orElse(ANY);
  }

  static long minor(Resources.DeviceRule rule) {
    return rule.minor().orElse(ANY);
  }

  static String access(Resources.DeviceRule rule) {
    return rule.access().orElse(ALL);
  }
}
