package dev.husk.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A kind of limit in {@code linux.resources}, and whether it can be put in force.
 *
 * @param file the one without which the kind is worth nothing, less the controller's name
 */
record LimitFamily(String name, String controller, String file) {
  private static final Path PAGES_2MB = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB");

  private static final List<LimitFamily> ALL =
      List.of(
          new LimitFamily("memory", "memory", "max"),
          new LimitFamily("memory.swap", "memory", "swap.max"),
          new LimitFamily("cpu", "cpu", "max"),
          new LimitFamily("cpu.cpus, cpu.mems", "cpuset", "cpus"),
          new LimitFamily("pids", "pids", "max"),
          new LimitFamily("blockIO throttle", "io", "max"),
          new LimitFamily("blockIO weight", "io", "weight"),
          new LimitFamily("hugepageLimits", "hugetlb", "2MB.max"),
          new LimitFamily("rdma", "rdma", "max"));

  static List<CgroupSurvey.Family> all(
      V1Controllers v1,
      List<String> controllers,
      Optional<Specimen.Sight> sight,
      boolean container) {
    List<CgroupSurvey.Family> answers = new ArrayList<>();
    for (LimitFamily family : ALL) {
      answers.add(
          controllers.contains(family.controller)
              ? family.present(sight)
              : family.absent(v1.absence(family.controller, container)));
    }
    return answers;
  }

  private CgroupSurvey.Family absent(V1Controllers.Absence absence) {
    return new CgroupSurvey.Family(
        name,
        CgroupSurvey.Answer.NO,
        "controller " + controller + ": " + absence.reason(),
        absence.remedy());
  }

  private CgroupSurvey.Family present(Optional<Specimen.Sight> sight) {
    CgroupSurvey.Answer seen =
        sight.map(cgroup -> cgroup.has(controller, file)).orElse(CgroupSurvey.Answer.UNKNOWN);
    if (seen == CgroupSurvey.Answer.NO && file.equals("weight")) {
      seen = sight.orElseThrow().has(controller, "bfq.weight");
    }
    String whole = controller + "." + file;
    return switch (seen) {
      case YES, LIMITED ->
          new CgroupSurvey.Family(
              name, CgroupSurvey.Answer.YES, "controller " + controller + ", " + whole, "");
      case UNKNOWN ->
          comesWithTheController(sight)
              ? new CgroupSurvey.Family(
                  name, CgroupSurvey.Answer.YES, "controller " + controller + " can be enabled", "")
              : new CgroupSurvey.Family(
                  name,
                  CgroupSurvey.Answer.LIMITED,
                  "controller "
                      + controller
                      + " can be enabled; whether "
                      + whole
                      + " is there then, nothing tells before",
                  "where such a limit is refused: " + remedy());
      case NO ->
          new CgroupSurvey.Family(
              name,
              CgroupSurvey.Answer.NO,
              "controller " + controller + " without " + whole,
              remedy());
    };
  }

  /** Whether there is no kernel that has the one without the other. */
  private boolean comesWithTheController(Optional<Specimen.Sight> sight) {
    return switch (controller + "." + file) {
      case "memory.max", "pids.max", "cpuset.cpus", "rdma.max" -> true;
      case "hugetlb.2MB.max" -> sight.isPresent() && sight.get().fs().exists(PAGES_2MB);
      default -> false;
    };
  }

  private String remedy() {
    return switch (file) {
      case "swap.max" -> "a kernel with CONFIG_SWAP, booted without swapaccount=0";
      case "weight" -> "a kernel with CONFIG_BLK_CGROUP_IOCOST (or the bfq scheduler)";
      case "2MB.max" -> "a kernel with huge pages of 2 MiB; other sizes may be there";
      case "max" ->
          "a kernel with "
              + (controller.equals("io") ? "CONFIG_BLK_DEV_THROTTLING" : kernelOption());
      default -> kernelOption();
    };
  }

  private String kernelOption() {
    return switch (controller) {
      case "cpu" -> "CONFIG_CFS_BANDWIDTH";
      case "cpuset" -> "CONFIG_CPUSETS";
      default -> "the cgroup options of " + controller;
    };
  }
}
