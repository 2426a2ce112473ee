package dev.husk.cgroup;

import java.util.List;

/**
 * What is to be written to P, in order, and what cannot be.
 *
 * @param without limits that cgroup v2 has no file for, or that a later entry replaces
 */
public record LimitPlan(List<LimitWrite> writes, List<LimitStatus> without) {
  public LimitPlan {
    writes = List.copyOf(writes);
    without = List.copyOf(without);
  }
}
