package dev.husk.cgroup;

import java.util.Optional;

/**
 * One write of one limit.
 *
 * @param property JSON pointer into the config; for a default, the one that would override it
 * @param controller that must be enabled; {@code cgroup} for what every cgroup has
 * @param file relative to the cgroup
 * @param value the whole write
 * @param isDefault set by husk since the config sets none
 * @param optional without effect, and so no loss, where the kernel lacks the file
 * @param instead to be written in place of this one where its file exists
 */
public record LimitWrite(
    String property,
    String controller,
    String file,
    String value,
    boolean isDefault,
    boolean optional,
    Optional<LimitWrite> instead) {

  /** The pseudo controller of the files that every cgroup but the root has. */
  static final String CORE = "cgroup";

  static LimitWrite of(String property, String file, String value) {
    return new LimitWrite(
        property, controllerOf(file), file, value, false, false, Optional.empty());
  }

  LimitWrite asDefault() {
    return new LimitWrite(property, controller, file, value, true, optional, instead);
  }

  LimitWrite asOptional() {
    return new LimitWrite(property, controller, file, value, isDefault, true, instead);
  }

  LimitWrite orInstead(LimitWrite other) {
    return new LimitWrite(
        property, controller, file, value, isDefault, optional, Optional.of(other));
  }

  LimitStatus enforced() {
    return new LimitStatus(property, file, value, isDefault, true, "");
  }

  LimitStatus notEnforced(String reason) {
    return new LimitStatus(property, file, value, isDefault, false, reason);
  }

  /** {@code memory} of {@code memory.max}. */
  static String controllerOf(String file) {
    int dot = file.indexOf('.');
    return dot < 0 ? file : file.substring(0, dot);
  }
}
