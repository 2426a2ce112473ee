package dev.husk.cgroup;

/**
 * One limit as it turned out.
 *
 * @param property JSON pointer into the config; for a default, the one that would override it
 * @param file of P, such as {@code pids.max}; empty when cgroup v2 has none
 * @param value as written, or as it would be
 * @param isDefault set by husk since the config sets none
 * @param enforced written, and found in force when read back
 * @param reason why it is not enforced; for one that is, empty, or why programs inside do not see
 *     it
 */
public record LimitStatus(
    String property,
    String file,
    String value,
    boolean isDefault,
    boolean enforced,
    String reason) {
  LimitStatus withReason(String why) {
    return new LimitStatus(property, file, value, isDefault, enforced, why);
  }
}
