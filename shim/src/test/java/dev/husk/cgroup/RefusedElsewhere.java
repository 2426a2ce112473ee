package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import java.nio.file.Path;
import java.util.List;

/**
 * Delegates a cgroup in a process of its own, for refusals that need another user, mount or pid
 * namespace than the test's, and prints what came of it: the failure's name, then its message.
 */
final class RefusedElsewhere {
  private RefusedElsewhere() {}

  /**
   * Delegates or kills.
   *
   * @param arguments {@code delegate} or {@code kill}, and the cgroup
   */
  public static void main(String[] arguments) {
    CgroupFs fs = new KernelCgroupFs();
    Path cgroup = Path.of(arguments[1]);
    try {
      if (arguments[0].equals("kill")) {
        new CgroupTree(fs, cgroup, pid -> {}).kill();
      } else {
        new Delegation(fs, RetryBudget.DEFAULT, Pacer.SYSTEM)
            .delegate(cgroup, "init", List.of("hugetlb"));
      }
      System.out.println("ok");
    } catch (HuskException e) {
      System.out.println(e.failure().getClass().getSimpleName());
      System.out.println(e.failure().message());
    }
  }
}
