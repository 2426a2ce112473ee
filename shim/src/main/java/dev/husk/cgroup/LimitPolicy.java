package dev.husk.cgroup;

/**
 * The operator's word on limits.
 *
 * @param defaults whether husk bounds pids and memory when the config sets no such limit
 * @param enforcement what happens to a limit of the config that cannot be put in force; a default
 *     that cannot be is never fatal
 */
public record LimitPolicy(boolean defaults, Enforcement enforcement) {
  public static final LimitPolicy STRICT = new LimitPolicy(true, Enforcement.STRICT);
  public static final LimitPolicy BEST_EFFORT = new LimitPolicy(true, Enforcement.BEST_EFFORT);

  boolean strict() {
    return enforcement == Enforcement.STRICT;
  }
}
