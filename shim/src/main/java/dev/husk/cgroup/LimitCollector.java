package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Gathers a plan: the one place that knows what the policy says about the impossible. */
final class LimitCollector {
  static final String POINTER = "/linux/resources";

  private final LimitPolicy policy;
  private final List<LimitWrite> writes = new ArrayList<>();
  private final List<LimitStatus> without = new ArrayList<>();

  LimitCollector(LimitPolicy policy) {
    this.policy = policy;
  }

  LimitPolicy policy() {
    return policy;
  }

  void add(LimitWrite write) {
    writes.add(write);
  }

  void add(String property, String file, String value) {
    writes.add(LimitWrite.of(POINTER + property, file, value));
  }

  /** A setting of v1: refused, or reported where the operator chose that. */
  void notInV2(String property, String value, String why) throws HuskException {
    if (policy.strict()) {
      throw new HuskException(new CgroupFailure.NotInV2(POINTER + property, why));
    }
    without.add(new LimitStatus(POINTER + property, "", value, false, false, why));
  }

  void notInV2(String property, OptionalLong value, String why) throws HuskException {
    if (value.isPresent()) {
      notInV2(property, Long.toString(value.getAsLong()), why);
    }
  }

  /** What the config itself makes pointless: no failure, and not silent. */
  void without(LimitWrite write, String why) {
    without.add(write.notEnforced(why));
  }

  static HuskException invalid(String property, String why, String remedy) {
    return new HuskException(new CgroupFailure.InvalidValue(POINTER + property, why, remedy));
  }

  static void requireRange(String property, long value, long least, long most)
      throws HuskException {
    if (value < least || value > most) {
      throw invalid(
          property,
          value + " is out of range",
          "give a value from " + least + (most == Long.MAX_VALUE ? " upwards" : " to " + most));
    }
  }

  boolean sets(String file) {
    for (LimitWrite write : writes) {
      if (write.file().equals(file)) {
        return true;
      }
    }
    return false;
  }

  /** Takes out what an entry of {@code unified} for the same single-valued file replaces. */
  void replaced(String file, String by) {
    for (int i = writes.size() - 1; i >= 0; i--) {
      if (writes.get(i).file().equals(file)) {
        LimitWrite write = writes.remove(i);
        if (!write.isDefault()) {
          without.add(write.notEnforced("replaced by " + by));
        }
      }
    }
  }

  LimitPlan plan() {
    return new LimitPlan(writes, without);
  }
}
