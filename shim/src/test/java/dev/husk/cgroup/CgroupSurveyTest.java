package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.cgroup.CgroupSurvey.Answer;
import dev.husk.failure.Failure;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class CgroupSurveyTest {
  private static final String UNIFIED =
      "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";
  private static final String V1 = "31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup c rw,memory\n";
  private static final String HIERARCHIES =
      """
      #subsys_name\thierarchy\tnum_cgroups\tenabled
      memory\t4\t1\t1
      cpu\t0\t1\t1
      pids\t0\t1\t0
      blkio\t7\t1\t1
      """;

  private static ModelCgroupFs with(ModelCgroupFs fs, String mounts, String self) {
    fs.otherFile("/proc/self/mountinfo", mounts);
    fs.otherFile("/proc/self/cgroup", self);
    fs.otherFile("/proc/cgroups", HIERARCHIES);
    return fs;
  }

  private static CgroupSurvey.Family family(CgroupSurvey survey, String name) {
    return survey.families().stream()
        .filter(family -> family.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Answer feature(CgroupSurvey survey, String name) {
    return survey.features().stream()
        .filter(feature -> feature.name().equals(name))
        .findFirst()
        .orElseThrow()
        .answer();
  }

  @Test
  void aUnifiedHostIsSeenAndNothingIsLeft() {
    ModelCgroupFs fs = with(ModelCgroupFs.host("cpu", "memory"), UNIFIED, "0::/\n");
    CgroupSurvey survey = CgroupSurvey.look(fs);
    assertThat(survey.refusal()).isEmpty();
    assertThat(family(survey, "memory").answer()).isEqualTo(Answer.YES);
    assertThat(feature(survey, "cgroup.kill")).isEqualTo(Answer.YES);
    assertThat(feature(survey, "nsdelegate")).isEqualTo(Answer.YES);
    assertThat(feature(survey, "memory.oom.group")).isEqualTo(Answer.UNKNOWN);
    assertThat(fs.tree()).isEmpty();
  }

  @Test
  void whatIsHandedDownIsLookedAtForReal() throws Exception {
    ModelCgroupFs fs = with(ModelCgroupFs.host("cpu", "memory"), UNIFIED, "0::/\n");
    fs.write(ModelCgroupFs.MOUNT.resolve("cgroup.subtree_control"), "+memory");
    assertThat(feature(CgroupSurvey.look(fs), "memory.oom.group")).isEqualTo(Answer.YES);
    fs.withoutFile("memory.swap.max").withoutFile("cgroup.kill");
    CgroupSurvey survey = CgroupSurvey.look(fs);
    assertThat(family(survey, "memory.swap").answer()).isEqualTo(Answer.NO);
    assertThat(family(survey, "memory.swap").remedy()).contains("swapaccount");
    assertThat(feature(survey, "cgroup.kill")).isEqualTo(Answer.NO);
  }

  /** With the controller handed down nowhere yet there is no file to be seen. */
  @Test
  void whatOnlyTheKernelsBuildDecidesIsNotTakenForThere() {
    CgroupSurvey survey =
        CgroupSurvey.look(
            with(ModelCgroupFs.host("memory", "io", "pids", "cpu"), UNIFIED, "0::/\n"));
    assertThat(family(survey, "pids").answer()).isEqualTo(Answer.YES);
    for (String name : List.of("memory.swap", "cpu", "blockIO throttle", "blockIO weight")) {
      assertThat(family(survey, name).answer()).as(name).isEqualTo(Answer.LIMITED);
      assertThat(family(survey, name).found()).contains("nothing tells before");
      assertThat(family(survey, name).remedy()).contains("CONFIG_");
    }
  }

  @Test
  void whyAControllerIsMissingIsTold() {
    CgroupSurvey survey =
        CgroupSurvey.look(with(ModelCgroupFs.host("hugetlb"), V1 + UNIFIED, "4:memory:/\n0::/\n"));
    assertThat(family(survey, "memory").found())
        .contains("bound to cgroup v1 at /sys/fs/cgroup/memory");
    assertThat(family(survey, "blockIO throttle").found()).contains("bound to cgroup v1");
    assertThat(family(survey, "pids").found()).contains("switched off at boot");
    assertThat(family(survey, "rdma").found()).contains("not built into this kernel");
    assertThat(survey.families())
        .filteredOn(family -> family.answer() == Answer.NO)
        .allSatisfy(family -> assertThat(family.remedy()).isNotBlank());
  }

  @Test
  void inAContainerWhoWouldHaveToMoveIsCountedAndNobodyIsMoved() {
    ModelCgroupFs fs = with(ModelCgroupFs.container("memory"), UNIFIED, "0::/\n");
    long first = fs.spawn(ModelCgroupFs.MOUNT);
    fs.spawn(ModelCgroupFs.MOUNT);
    CgroupSurvey survey = CgroupSurvey.look(fs);
    assertThat(survey.toEvacuate()).isEqualTo(2);
    assertThat(fs.cgroupOf(first)).isEqualTo(ModelCgroupFs.MOUNT);
    assertThat(fs.tree()).isEmpty();
  }

  @Test
  void aTreeOfSomebodyElseIsLookedAtWithoutBeingTouched() throws Exception {
    ModelCgroupFs fs = with(ModelCgroupFs.host("memory"), UNIFIED, "0::/\n");
    fs.mkdir(ModelCgroupFs.MOUNT.resolve("there"));
    fs.writable = false;
    CgroupSurvey survey = CgroupSurvey.look(fs);
    assertThat(survey.refusal().map(Failure::why).orElse("")).contains("EACCES");
    assertThat(feature(survey, "cgroup.kill")).isEqualTo(Answer.YES);
    assertThat(fs.tree()).isEqualTo(List.of("/sys/fs/cgroup/there"));
  }

  @Test
  void withoutCgroupsTheReasonIsTheOnlyAnswer() {
    CgroupSurvey survey = CgroupSurvey.look(with(ModelCgroupFs.host(), V1, "4:memory:/\n"));
    assertThat(survey.host()).isEmpty();
    assertThat(survey.refusal().map(Failure::why).orElse("")).contains("v1 only");
    assertThat(survey.families()).allMatch(family -> family.answer() == Answer.NO);
  }

  @Test
  void theBoundThatIsReachedIsNamed() throws Exception {
    ModelCgroupFs fs = ModelCgroupFs.host();
    Path a = ModelCgroupFs.MOUNT.resolve("a");
    fs.mkdir(a);
    fs.write(a.resolve("cgroup.max.depth"), "1");
    fs.mkdir(a.resolve("b"));
    assertThat(CgroupBounds.reached(fs, a.resolve("b/c"))).isEqualTo(a + "/cgroup.max.depth (1)");
  }
}
