package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * husk started in something like a container: a cgroup namespace whose root is full of processes
 * that keep forking, while others keep coming in from outside.
 */
@Tag("lab-too")
class EvacuationTest extends RealSandboxes {
  private static final int ROUNDS = Integer.getInteger("husk.evacuation.rounds", 8);
  private static final int FORKERS = 3;
  private static final String FORK_BACK_TO_BACK = "while :; do (:) & (:); done";
  private static final String JOIN_BACK_TO_BACK =
      "while :; do (echo 0 > \"$0/cgroup.procs\") 2>/dev/null; done";
  private static final Pattern MOVED =
      Pattern.compile("moved (\\d+) process(?:es)? of .*: (\\d+) rounds?, (\\d+) ms");

  private final List<Process> storm = new ArrayList<>();
  private Path cgroup = Path.of("");

  @BeforeEach
  void makeTheContainersRoot() throws Exception {
    String controllers = Files.readString(CgroupV2.mount().resolve("cgroup.controllers"));
    Files.writeString(
        CgroupV2.mount().resolve("cgroup.subtree_control"),
        controllers.contains("hugetlb") ? "+hugetlb" : "+memory");
    cgroup = CgroupV2.mount().resolve("it-container-" + ProcessHandle.current().pid());
  }

  @AfterEach
  void endTheStorm() throws Exception {
    for (Process process : storm) {
      process.destroyForcibly().waitFor(Programs.BOUND);
    }
    if (Files.isDirectory(cgroup)) {
      removeContainer();
    }
  }

  private void removeContainer() throws Exception {
    Files.writeString(cgroup.resolve("cgroup.kill"), "1");
    Eventually.is(
        Duration.ofSeconds(10),
        () -> Files.readString(cgroup.resolve("cgroup.events")).contains("populated 0"),
        () -> cgroup + " is empty");
    Programs.output("find", cgroup.toString(), "-depth", "-type", "d", "-exec", "rmdir", "{}", ";");
  }

  private void start(String... command) throws Exception {
    storm.add(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** husk as the container's program sees the world. */
  private List<String> inside() throws Exception {
    String mount = CgroupV2.mount().toString();
    return List.of(
        "sh",
        "-c",
        "echo 0 > "
            + cgroup
            + "/cgroup.procs && exec unshare -C -m --propagation private \"$0\" \"$@\"",
        "sh",
        "-c",
        "umount -l " + mount + " && mount -t cgroup2 none " + mount + " && exec \"$0\" \"$@\"");
  }

  @Test
  void aRootFullOfForkingProcessesIsEmptiedAndTheSandboxRuns() throws Exception {
    Bundle bundle = bundle().args("/bin/true");
    int most = 0;
    int repeated = 0;
    int moved = 0;
    long longest = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Files.createDirectory(cgroup);
      for (int i = 0; i < FORKERS; i++) {
        start("sh", "-c", "echo 0 > \"$0/cgroup.procs\"; " + FORK_BACK_TO_BACK, cgroup.toString());
      }
      start("sh", "-c", JOIN_BACK_TO_BACK, cgroup.toString());
      Eventually.is(
          Programs.BOUND,
          () -> Files.readAllLines(cgroup.resolve("cgroup.procs")).size() > FORKERS,
          () -> "a storm in " + cgroup);
      Outcome doctor = Husk.run(Map.of(), inside(), "doctor", "--json");
      assertThat(doctor.output()).contains("\"root-empty\",\"verdict\":\"limited\"");
      assertThat(Files.readString(cgroup.resolve("cgroup.subtree_control"))).isBlank();
      assertThat(cgroup.resolve("init")).doesNotExist();
      Outcome run = Husk.run(Map.of(), inside(), "run", bundle.toString());
      assertThat(run.status()).as("%s", run).isZero();
      Matcher told = MOVED.matcher(run.errors());
      assertThat(told.find()).as("%s", run).isTrue();
      assertThat(Files.readString(cgroup.resolve("cgroup.procs"))).isBlank();
      assertThat(Files.readString(cgroup.resolve("cgroup.subtree_control"))).isNotBlank();
      assertThat(Files.readString(cgroup.resolve("cgroup.type"))).isEqualTo("domain\n");
      moved += Integer.parseInt(told.group(1));
      most = Math.max(most, Integer.parseInt(told.group(2)));
      repeated += Integer.parseInt(told.group(2)) > 1 ? 1 : 0;
      longest = Math.max(longest, Long.parseLong(told.group(3)));
      endTheStorm();
      storm.clear();
    }
    Measured.say(
        "husk in a container whose root keeps forking: %d times, EBUSY in %d, most rounds %d, moved %d, longest %d ms"
            .formatted(ROUNDS, repeated, most, moved, longest));
  }

  @Test
  void whatTheLastOneTookIsInTheStateFileAndToldByTheDoctor() throws Exception {
    Files.createDirectory(cgroup);
    start("sh", "-c", "echo 0 > \"$0/cgroup.procs\"; exec sleep 600", cgroup.toString());
    Bundle bundle = bundle().script("echo up; sleep 600");
    String id = freshId();
    try (Husk husk =
        Husk.start(Map.of(), inside(), List.of("run", "--id", id, bundle.toString()))) {
      husk.awaitOutput("up");
      Outcome doctor = Husk.run("doctor");
      assertThat(doctor.output())
          .containsPattern("root-empty .*; sandbox " + id + " moved 2 processes of .*: 1 round, ");
      // Of what the wrapper became: the first goes to the payload, the second ends the sandbox.
      husk.signal("TERM");
      husk.signal("INT");
      husk.outcome();
    }
  }
}
