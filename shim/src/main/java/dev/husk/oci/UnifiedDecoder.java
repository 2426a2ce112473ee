package dev.husk.oci;

import java.util.Map;

/**
 * {@code linux.resources.unified}: files of the cgroup v2 directory by their names. A key is a file
 * name, never a path, and no file of the core that moves, kills or delegates: of {@code cgroup.*}
 * only the two limits may be written.
 */
final class UnifiedDecoder {
  private static final String CORE = "cgroup.";
  private static final String CORE_LIMITS = "cgroup.max.";

  private UnifiedDecoder() {}

  static Map<String, String> decode(Fields resources) {
    Map<String, String> unified = resources.stringMap("unified");
    Fields at = resources.object("unified");
    for (Map.Entry<String, String> entry : unified.entrySet()) {
      String key = entry.getKey();
      if (key.isEmpty() || key.equals(".") || key.equals("..")) {
        at.offend(key, "must name a file of the cgroup directory");
      } else if (key.indexOf('/') >= 0 || key.indexOf('\0') >= 0) {
        at.offend(key, "must name a file, without \"/\" and NUL");
      } else if (key.startsWith(CORE) && !key.startsWith(CORE_LIMITS)) {
        at.offend(key, "must not be a core file: husk itself writes " + CORE + "*");
      } else if (entry.getValue().indexOf('\0') >= 0) {
        at.offend(key, "must not contain a NUL character");
      }
    }
    return unified;
  }
}
