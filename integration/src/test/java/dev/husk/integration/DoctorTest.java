package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code husk doctor} where a sandbox can be run, and where one cannot. */
@Tag("lab-too")
class DoctorTest extends RealSandboxes {
  private static final List<String> SECTIONS =
      List.of("kernel", "cgroups", "limits", "bwrap", "rights", "systemd", "state");

  private static Map<String, Object> report(Outcome outcome) throws Exception {
    assertThat(outcome.errors()).isEmpty();
    Map<String, Object> report = JsonTree.object(outcome.output());
    assertThat(outcome.status()).isEqualTo(report.get("ready").equals(true) ? 0 : 1);
    return report;
  }

  private static Map<String, Object> finding(Map<String, Object> report, String name) {
    return JsonTree.maps(report.get("findings")).stream()
        .filter(finding -> name.equals(finding.get("section") + "." + finding.get("name")))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + report));
  }

  @Test
  void whereItSaysThatASandboxCanBeRunOneRuns() throws Exception {
    Map<String, Object> report = report(Husk.run("doctor", "--json"));
    assertThat(report.get("ready")).isEqualTo(true);
    assertThat(Husk.run("run", bundle().args("/bin/true").toString()).status()).isZero();
    assertThat(JsonTree.maps(report.get("findings")))
        .extracting(finding -> finding.get("section"))
        .containsAll(SECTIONS);
    assertThat(JsonTree.maps(report.get("findings")))
        .allSatisfy(
            finding -> {
              assertThat(finding.get("found")).asString().isNotBlank();
              if (finding.get("verdict").equals("no")) {
                assertThat(finding.get("remedy")).as("%s", finding).asString().isNotBlank();
              }
            });
  }

  @Test
  void aPersonIsToldTheSameOneLineEach() throws Exception {
    Outcome outcome = Husk.run("doctor");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.output()).endsWith("A sandbox can be run here.\n");
    long lines =
        outcome.output().lines().filter(line -> line.matches("  (yes|limited|no) .*")).count();
    assertThat(lines)
        .isEqualTo(JsonTree.maps(report(Husk.run("doctor", "--json")).get("findings")).size());
  }

  @Test
  void whatItSaysOfTheControllersIsSo() throws Exception {
    Map<String, Object> report = report(Husk.run("doctor", "--json"));
    assertThat(finding(report, "limits.memory").get("verdict"))
        .isEqualTo(CgroupV2.has("memory") ? "yes" : "no");
    assertThat(finding(report, "limits.pids").get("verdict"))
        .isEqualTo(CgroupV2.has("pids") ? "yes" : "no");
    assertThat(finding(report, "limits.hugepageLimits").get("verdict"))
        .isEqualTo(CgroupV2.has("hugetlb") ? "yes" : "no");
  }

  private static final List<String> NOBODY =
      List.of(
          "setpriv",
          "--reuid=65534",
          "--regid=65534",
          "--clear-groups",
          "--inh-caps=-all,+dac_read_search",
          "--ambient-caps=-all,+dac_read_search",
          "--bounding-set=-all,+dac_read_search");

  @Test
  void anUnprivilegedUserLearnsWhatIsMissing() throws Exception {
    Map<String, Object> report = report(Husk.run(Map.of(), NOBODY, "doctor", "--json"));
    assertThat(report.get("ready")).isEqualTo(false);
    assertThat(report.get("reasons"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .contains("cgroups.delegated");
    assertThat(finding(report, "rights.runtime-directory").get("verdict")).isEqualTo("no");
  }

  /** In a mount namespace that lacks something; what husk itself then says is compared. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mount -o bind,remount,ro $V2 | cgroups.delegated",
        "umount -l $V2 | cgroups.mode",
        "umount -l /sys/fs/cgroup | cgroups.mode",
        "mount -t tmpfs none /proc/sys | bwrap.program",
        "mount --bind /dev/null $BWRAP | bwrap.program",
      })
  void whatKeepsASandboxFromBeingRunIsNamedAndNothingCrashes(String change, String reason)
      throws Exception {
    String setUp =
        change
            .replace("$V2", CgroupV2.mount().toString())
            .replace("$BWRAP", Programs.find("bwrap").orElseThrow().toRealPath().toString());
    List<String> wrapper =
        List.of(
            "unshare",
            "-m",
            "--propagation",
            "private",
            "sh",
            "-c",
            setUp + " && exec \"$0\" \"$@\"");
    Map<String, Object> report = report(Husk.run(Map.of(), wrapper, "doctor", "--json"));
    assertThat(report.get("reasons")).isEqualTo(List.of(reason));
    assertThat(finding(report, reason).get("remedy")).asString().isNotBlank();
    assertThat(Husk.run(Map.of(), wrapper, "tree").status()).isIn(0, 125);
    assertThat(Husk.run(Map.of(), wrapper, "run", bundle().toString()).status()).isEqualTo(125);
  }

  @Test
  void aProcOfAnotherPidNamespaceIsNoticed() throws Exception {
    List<String> wrapper = List.of("unshare", "-p", "-f", "--kill-child");
    Map<String, Object> report = report(Husk.run(Map.of(), wrapper, "doctor", "--json"));
    assertThat(report.get("reasons")).isEqualTo(List.of("rights.proc"));
    assertThat(Husk.run(Map.of(), wrapper, "run", bundle().toString()).status()).isEqualTo(125);
  }

  @Test
  void withoutBwrapTheOtherLinesAreThere() throws Exception {
    Path none = temp.resolve("none");
    Map<String, Object> report = report(Husk.run("doctor", "--json", "--bwrap", none.toString()));
    assertThat(report.get("reasons")).isEqualTo(List.of("bwrap.program"));
    assertThat(finding(report, "bwrap.program").get("found")).asString().contains(none.toString());
    assertThat(finding(report, "rights.root").get("verdict")).isEqualTo("yes");
  }

  @Test
  void aStateDirectoryThatCannotBeIsTheReason() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "");
    Map<String, Object> report =
        report(Husk.run("doctor", "--json", "--root", file.resolve("x").toString()));
    assertThat(report.get("reasons")).isEqualTo(List.of("state.directory"));
  }

  @Test
  void nothingIsLeftAndNothingIsMade() throws Exception {
    Path root = temp.resolve("root");
    assertThat(Husk.run("doctor", "--root", root.toString()).status()).isZero();
    assertThat(Husk.run("tree", "--root", root.toString()).status()).isZero();
    assertThat(root).doesNotExist();
  }
}
