package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code husk tree} of sandboxes that behave, that do not, and that nobody looks after. */
@Tag("lab-too")
class TreeTest extends RealSandboxes {
  private static final int MANY = 200;

  /** Names that steer a terminal, break quoting, turn the line round, and are no text at all. */
  private static final String HOSTILE =
      """
      cd /sys/fs/cgroup
      mkdir "$(printf 'red\\033[31m\\t"\\\\x')" "$(printf 'right\\342\\200\\256tfel')" "$(printf '\\377\\376')"
      i=0; while [ $i -lt %d ]; do mkdir c$i; i=$((i+1)); done
      mkdir -p deep/er && sleep 600 &
      sleep 0.1
      echo $! > /sys/fs/cgroup/deep/er/cgroup.procs
      printf 'a\\033[2J\\n"b' > /proc/self/comm
      echo up
      sleep 600 & sleep 600 & wait
      """
          .formatted(MANY);

  private Bundle hostile() throws Exception {
    Bundle bundle = bundle();
    bundle.remove("/mounts/6/options");
    return bundle.script(HOSTILE);
  }

  private static Map<String, Object> only(Outcome outcome) throws Exception {
    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.status()).isZero();
    List<Map<String, Object>> all =
        JsonTree.maps(JsonTree.object(outcome.output()).get("sandboxes"));
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private static List<Map<String, Object>> cgroups(Map<String, Object> cgroup) {
    List<Map<String, Object>> all = new ArrayList<>(List.of(cgroup));
    for (Map<String, Object> child : JsonTree.maps(cgroup.get("cgroups"))) {
      all.addAll(cgroups(child));
    }
    return all;
  }

  @Test
  void everyCgroupAndProcessIsShownWithItsPidInside() throws Exception {
    try (Shim shim = Shim.serve(bundle().script("sleep 600 & sleep 600 & wait"))) {
      shim.client().create();
      int pid = shim.client().start().getPid();
      Eventually.is(Programs.BOUND, () -> shim.client().pids().size() == 4, () -> "4 processes");
      Map<String, Object> sandbox = only(Husk.run("tree", "--json", shim.id()));
      assertThat(sandbox)
          .containsEntry("id", shim.id())
          .containsEntry("shim", "alive")
          .containsEntry("shimPid", shim.husk().pid())
          .containsEntry("status", "running")
          .containsEntry("pid", (long) pid)
          .containsEntry("directory", shim.cgroup().toString());
      List<Map<String, Object>> cgroups = cgroups(JsonTree.map(sandbox.get("cgroup")));
      assertThat(cgroups)
          .extracting(cgroup -> cgroup.get("name"))
          .containsExactly(shim.id(), "payload", "init");
      assertThat(JsonTree.map(cgroups.getFirst().get("limits")))
          .containsEntry("cgroup.max.descendants", "4097")
          .containsEntry("cgroup.max.depth", "33");
      assertThat(JsonTree.map(cgroups.getFirst().get("usage"))).containsKey("cpuMicros");
      List<Map<String, Object>> processes = JsonTree.maps(cgroups.get(2).get("processes"));
      assertThat(processes).hasSize(4);
      assertThat(processes)
          .contains(Map.of("pid", (long) pid, "namespacePid", 1L, "command", "sh"));
      assertThat(sandbox.get("totals"))
          .isEqualTo(Map.of("cgroups", 3L, "processes", 4L, "complete", true));
      String text = Husk.run("tree", shim.id()).output();
      assertThat(text)
          .contains(shim.id() + "  running, shim " + shim.husk().pid())
          .contains("└─ payload")
          .contains("   └─ init")
          .containsPattern("├─ " + pid + " +=? 1 +sh")
          .endsWith("3 cgroups, 4 processes\n");
    }
  }

  @Test
  void namesThatTheInsideChoseSteerNoTerminalAndBreakNoJson() throws Exception {
    try (Husk husk = Husk.start("run", "--id", freshId(), hostile().toString())) {
      husk.awaitOutput("up");
      String id = idOf(husk);
      String text = Husk.run("tree", "--all", id).output();
      assertThat(text.chars().filter(c -> c < ' ' && c != '\n')).isEmpty();
      assertThat(text)
          .doesNotContain("\u202e")
          .contains("red<U+1b>[31m<U+9>\"\\x")
          .contains("right<U+202e>tfel")
          .contains("\\xff\\xfe")
          .contains("a<U+1b>[2J<U+a>\"b")
          .contains("─ c" + (MANY - 1));
      Outcome json = Husk.run("tree", "--json", "--all", id);
      assertThat(json.output().chars().filter(c -> c < ' ' && c != '\n' || c > '~')).isEmpty();
      List<Map<String, Object>> cgroups = cgroups(JsonTree.map(only(json).get("cgroup")));
      assertThat(cgroups)
          .extracting(cgroup -> cgroup.get("name"))
          .contains("red\u001b[31m\t\"\\x", "right\u202etfel", "\\xff\\xfe", "c0", "er");
      assertThat(cgroups)
          .flatExtracting(cgroup -> JsonTree.maps(cgroup.get("processes")))
          .extracting(process -> process.get("command"))
          .contains("a\u001b[2J\n\"b", "sleep");
      end(husk);
    }
  }

  @Test
  void aWideTreeIsCutWithACountAndTheUpperLevelsStay() throws Exception {
    try (Husk husk = Husk.start("run", "--id", freshId(), hostile().toString())) {
      husk.awaitOutput("up");
      String id = idOf(husk);
      Map<String, Object> sandbox = only(Husk.run("tree", "--json", id));
      List<Map<String, Object>> cgroups = cgroups(JsonTree.map(sandbox.get("cgroup")));
      assertThat(cgroups).hasSize(64);
      long hidden =
          cgroups.stream().mapToLong(cgroup -> (long) cgroup.getOrDefault("moreCgroups", 0L)).sum();
      long all = (long) JsonTree.map(sandbox.get("totals")).get("cgroups");
      assertThat(hidden + 64).isEqualTo(all).isGreaterThanOrEqualTo(MANY + 8L);
      assertThat(Husk.run("tree", id).output()).contains("more cgroups below, with ");
      end(husk);
    }
  }

  @Test
  void aSandboxWhoseShimIsDeadIsMarkedAndStillShown() throws Exception {
    Bundle bundle = bundle().script("sleep 600 & sleep 600");
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      shim.client().start();
      Path cgroup = shim.cgroup();
      long deadman = shim.deadmen().getFirst();
      Programs.signal(deadman, "STOP");
      try {
        shim.husk().process().destroyForcibly().waitFor(Programs.BOUND);
        Map<String, Object> sandbox = only(Husk.run("tree", "--json", shim.id()));
        assertThat(sandbox).containsEntry("shim", "dead");
        assertThat(cgroups(JsonTree.map(sandbox.get("cgroup")))).hasSize(3);
        assertThat(Husk.run("tree", shim.id()).output()).contains("SHIM DEAD").contains("sleep");
        assertThat(Husk.run("doctor").output())
            .contains(shim.id() + " (processes run in " + cgroup + ")");
      } finally {
        Programs.signal(deadman, "CONT");
      }
      Eventually.is(Programs.BOUND, () -> !Files.exists(cgroup), () -> cgroup + " gone");
      assertThat(Husk.run("tree", shim.id()).output()).contains("is gone");
      shim.succeed(bundle);
    }
  }

  @Test
  void aFrozenSandboxIsMarked() throws Exception {
    try (Shim shim = Shim.serve(bundle().script("sleep 600"))) {
      shim.client().create();
      shim.client().start();
      Path freeze = shim.cgroup().resolve("cgroup.freeze");
      Files.writeString(freeze, "1");
      try {
        Eventually.is(
            Programs.BOUND,
            () -> Files.readString(freeze.resolveSibling("cgroup.events")).contains("frozen 1"),
            () -> "frozen");
        assertThat(Husk.run("tree", shim.id()).output()).contains("FROZEN");
      } finally {
        Files.writeString(freeze, "0");
      }
    }
  }

  @Test
  void anUnknownIdIsSaidToBeUnknown() throws Exception {
    Outcome outcome = Husk.run("tree", "it-none");
    assertThat(outcome.status()).isEqualTo(125);
    assertThat(outcome.errors()).contains("it-none");
  }

  @Test
  void aTerminalsWidthIsKept() throws Exception {
    Path script = Objects.requireNonNull(Programs.find("script").orElse(null), "script(1)");
    try (Shim shim = Shim.serve(bundle().script("sleep 600"))) {
      shim.client().create();
      shim.client().start();
      String command = "stty cols 60; " + Husk.LAUNCHER + " tree " + shim.id();
      String output = Programs.output(script.toString(), "-qec", command, "/dev/null");
      assertThat(output.lines()).allSatisfy(line -> assertThat(line.strip()).hasSizeLessThan(61));
      assertThat(output).contains("init");
    }
  }

  /** The payload, pid 1 of its namespace, ignores the first; the second ends the sandbox. */
  private static void end(Husk husk) throws Exception {
    husk.signal("TERM");
    husk.signal("INT");
    husk.outcome();
  }

  /** The id that was given on its command line. */
  private static String idOf(Husk husk) {
    List<String> words = List.of(ProcFs.commandLine(husk.pid()).split(" "));
    return words.get(words.indexOf("--id") + 1);
  }
}
