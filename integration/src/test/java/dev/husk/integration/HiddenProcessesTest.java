package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.v1.Process;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a payload does with names of cgroups to hide in them, or to fill the shim's memory. */
@Tag("lab-too")
class HiddenProcessesTest extends RealSandboxes {
  private static final int SIBLINGS = 3900;

  @Test
  void aProcessInACgroupOfAnyNameIsListedAndSignalled() throws Exception {
    Path output = temp.resolve("output");
    Bundle bundle =
        Hostile.withWritableCgroups(bundle())
            .script(
                """
                cd /sys/fs/cgroup && odd=$(printf 'x\\377y') && mkdir "$odd" || exit 1
                (trap 'exit 0' TERM; echo "in $odd"; while :; do sleep 0.1; done) &
                echo $! >"$odd/cgroup.procs" || exit 1
                trap '' TERM
                echo up
                wait $!
                echo "ended $?"
                exec sleep 1000
                """);
    try (Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create(output);
      client.start();
      Eventually.is(
          Programs.BOUND,
          () ->
              Files.readString(output, java.nio.charset.StandardCharsets.ISO_8859_1)
                  .contains("up\n"),
          () -> "up");
      assertThat(client.pids()).extracting(Process::getCgroup).contains("payload/x\\xffy");
      client.killTree("TERM");
      Eventually.is(
          Programs.BOUND,
          () ->
              Files.readString(output, java.nio.charset.StandardCharsets.ISO_8859_1)
                  .contains("ended 0\n"),
          () -> "the hidden one ended by its handler");
      client.delete(true);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  /** More than 16 MiB of names: the shim has that much memory, and ends when it has no more. */
  @Test
  void manyLongNamesDoNotEndTheShim() throws Exception {
    Path output = temp.resolve("output");
    Bundle bundle =
        Hostile.withWritableCgroups(bundle())
            .script(
                """
                cd /sys/fs/cgroup || exit 1
                name=$(printf '%0250d' 0)
                for level in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
                  mkdir "$name" && cd "./$name" || exit 1
                done
                seq 1 COUNT | xargs mkdir || exit 1
                echo up
                exec sleep 1000
                """
                    .replace("COUNT", Integer.toString(SIBLINGS)));
    try (Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create(output);
      client.start();
      Eventually.is(
          Programs.BOUND,
          () -> Files.readString(output).contains("up\n"),
          () -> Files.readString(output));
      assertThat(client.pids()).isNotEmpty();
      client.killTree("CONT");
      assertThat(client.pids()).isNotEmpty();
      client.kill("KILL");
      assertThat(client.await().getCode()).isEqualTo(137);
      client.delete(false);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  /** As tree does: who only looks needs no right to write. */
  @Test
  void theOwnerIsToldWhereTheCgroupTreeIsReadOnly() throws Exception {
    try (Shim shim = Shim.serve(bundle().script("exec sleep 1000"))) {
      shim.client().create();
      shim.client().start();
      String pid = Integer.toString(shim.client().state().getPid());
      List<String> wrapper =
          List.of(
              "unshare",
              "-m",
              "--propagation",
              "private",
              "sh",
              "-c",
              "mount -o bind,remount,ro " + CgroupV2.mount() + " && exec \"$0\" \"$@\"");
      Outcome outcome = Husk.run(Map.of(), wrapper, "owner", "--json", pid);
      assertThat(outcome.status()).as("%s", outcome).isZero();
      assertThat(outcome.output()).contains("\"" + shim.id() + "\"");
      shim.client().delete(true);
    }
  }
}
