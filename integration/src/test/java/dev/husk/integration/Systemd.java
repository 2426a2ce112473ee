package dev.husk.integration;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** systemctl, as an operator uses it. */
final class Systemd {
  private Systemd() {}

  /** Properties of a unit; one that does not exist has defaults. */
  static Map<String, String> show(String unit, String... properties) throws Exception {
    Map<String, String> values = new TreeMap<>();
    String output =
        Programs.output("systemctl", "show", unit, "--property=" + String.join(",", properties));
    for (String line : output.lines().toList()) {
      int equals = line.indexOf('=');
      values.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return values;
  }

  /** Every unit whose name begins so, failed and inactive ones included. */
  static List<String> units(String prefix) throws Exception {
    return Programs.output(
            "systemctl", "list-units", "--all", "--plain", "--no-legend", prefix + "*")
        .lines()
        .map(line -> line.strip().split("\\s+", 2)[0])
        .toList();
  }

  /** Waits until systemd knows no unit whose name begins so. */
  static void awaitNone(String prefix) throws Exception {
    Eventually.is(
        Programs.BOUND,
        () -> units(prefix).isEmpty(),
        () -> {
          try {
            return "no unit " + prefix + "*, not " + units(prefix);
          } catch (Exception e) {
            return e.toString();
          }
        });
  }

  static boolean runs() throws IOException {
    return java.nio.file.Files.isDirectory(java.nio.file.Path.of("/run/systemd/system"));
  }
}
