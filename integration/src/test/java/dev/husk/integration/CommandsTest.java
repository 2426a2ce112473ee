package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The commands that ask about sandboxes, as a person uses them. */
@Tag("lab-too")
class CommandsTest extends RealSandboxes {
  private static String done(String... arguments) throws Exception {
    Outcome outcome = Husk.run(arguments);
    assertThat(outcome.status()).as("%s %s", List.of(arguments), outcome).isZero();
    assertThat(outcome.errors()).isEmpty();
    return outcome.output();
  }

  private static String refused(String... arguments) throws Exception {
    Outcome outcome = Husk.run(arguments);
    assertThat(outcome.status()).as("%s %s", List.of(arguments), outcome).isEqualTo(1);
    assertThat(outcome.output()).isEmpty();
    return outcome.errors();
  }

  @Test
  void aLifeByCommands() throws Exception {
    try (Shim shim =
        Shim.serve(bundle().script("trap 'exit 7' TERM; sleep 600 & wait; sleep 600"))) {
      String id = shim.id();
      assertThat(done("list")).containsPattern(id + " +none yet");
      assertThat(refused("state", id)).contains("container does not exist");
      shim.client().create();
      assertThat(refused("pause", id)).contains("cannot pause while created");
      shim.client().start();
      assertThat(done("list")).containsPattern(id + " +running +" + shim.client().state().getPid());
      assertThat(done("state", id)).contains("running", shim.client().state().getCgroup());
      assertThat(done("state", "--json", id)).contains("\"phase\":\"PHASE_RUNNING\"");
      assertThat(done("ps", id)).contains("payload/init", "bwrap");
      assertThat(done("stats", id)).contains("processor", "cgroups");
      assertThat(done("owner", Integer.toString(shim.client().state().getPid())))
          .contains(id, "payload/init");
      assertThat(done("pause", id)).isEmpty();
      assertThat(done("list")).containsPattern(id + " +paused");
      assertThat(done("kill", id, "TERM")).contains("pending");
      assertThat(refused("delete", id)).contains("cannot delete while paused");
      assertThat(done("resume", id)).isEmpty();
      assertThat(done("wait", id)).isEqualTo("7\n");
      assertThat(refused("kill", id)).contains("cannot kill while stopped");
      assertThat(done("delete", id)).isEmpty();
      assertThat(shim.husk().outcome().status()).isZero();
      assertThat(done("list")).doesNotContain(id);
      assertThat(refused("state", id)).contains("nobody listens", "husk list");
    }
  }

  @Test
  void limitsAreChangedByOptionsAndByAFile() throws Exception {
    try (Shim shim = Shim.serve(bundle().args("/bin/sleep", "600"))) {
      shim.client().create();
      assertThat(done("update", shim.id(), "--unified", "cgroup.max.depth=9"))
          .containsPattern("cgroup.max.depth +9 +config +yes");
      Path file = temp.resolve("resources.json");
      Files.writeString(file, "{\"unified\":{\"cgroup.max.depth\":\"8\"}}");
      assertThat(done("update", shim.id(), "--resources", file.toString()))
          .containsPattern("cgroup.max.depth +8 +config +yes");
      assertThat(Files.readString(shim.cgroup().resolve("cgroup.max.depth"))).isEqualTo("8\n");
      Path fifo = temp.resolve("fifo");
      Programs.output("mkfifo", fifo.toString());
      for (String odd : List.of(fifo.toString(), "/dev/zero")) {
        Outcome outcome = Husk.run("update", shim.id(), "--resources", odd);
        assertThat(outcome.status()).as("%s", outcome).isEqualTo(2);
        assertThat(outcome.errors()).contains(odd + " is no regular file");
      }
      Files.writeString(file, "{\"memory\":{\"limit\":-5},\"pids\":7}");
      assertThat(refused("update", shim.id(), "--resources", file.toString()))
          .contains(file.toString(), "/linux/resources/");
      shim.client().delete(false);
      shim.husk().outcome();
    }
  }

  @Test
  void aDeadShimsSandboxIsShownAsDead() throws Exception {
    Bundle bundle = bundle().args("/bin/sleep", "600");
    String shimId = freshId();
    try (Shim shim = Shim.serve(shimId, bundle)) {
      shim.client().create();
      shim.client().start();
      shim.killAndAwaitNothing(shim.cgroup());
      assertThat(done("list")).containsPattern(shim.id() + " +dead, was running +[0-9]+ +dead");
      assertThat(done("list", "--json")).contains("\"shimRuns\":false");
      assertThat(refused("state", shim.id())).contains("nobody listens");
      shim.succeed(bundle);
    }
    assertThat(done("list")).doesNotContain(shimId);
  }

  @Test
  void aForegroundSandboxCanBeAsked() throws Exception {
    Path root = temp.resolve("root");
    Bundle bundle = bundle().args("/bin/sleep", "600");
    try (Husk run = Husk.start("run", "--root", root.toString(), "--id", "fg", bundle.toString())) {
      Eventually.is(
          Programs.BOUND, () -> Files.exists(root.resolve("fg/shim.sock")), () -> "a served API");
      assertThat(done("state", "--root", root.toString(), "fg")).contains("running");
      assertThat(done("list", "--root", root.toString())).contains("fg");
      assertThat(done("kill", "--root", root.toString(), "--all", "fg", "KILL")).isEmpty();
      assertThat(run.outcome().status()).isEqualTo(137);
    }
    assertThat(done("list", "--root", temp.resolve("nothing").toString())).startsWith("ID ");
  }
}
