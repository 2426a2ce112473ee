package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract on the kernel. */
class KernelCgroupFsTest extends CgroupFsContract {
  private @Nullable KernelCgroups kernel;

  @BeforeEach
  void open() throws Exception {
    kernel = KernelCgroups.open();
    kernel.fs().write(kernel.root().resolve("cgroup.subtree_control"), "+hugetlb");
    kernel.fs().mkdir(dir());
  }

  @AfterEach
  void close() throws Exception {
    if (kernel != null) {
      kernel.close();
    }
  }

  private KernelCgroups kernel() {
    return java.util.Objects.requireNonNull(kernel);
  }

  @Override
  CgroupFs fs() {
    return kernel().fs();
  }

  @Override
  Path dir() {
    return kernel().root().resolve("test");
  }

  @Override
  long process() throws Exception {
    return kernel().start("sleep", "100");
  }

  @Override
  void end(long pid) throws Exception {
    kernel().end(pid);
  }

  @Test
  void aTreeIsRemovedThoughItsPathIsTooLongToBeOpened() throws Exception {
    String deep = ("n".repeat(250) + "/").repeat(20);
    String script = "cd \"$0\" && mkdir -p \"$1\" && mkdir \"$(printf '\\377\\376')\"";
    Process shell =
        new ProcessBuilder("sh", "-c", script, dir().toString(), deep)
            .redirectErrorStream(true)
            .start();
    String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(output).isEmpty();
    assertThat(shell.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(fs().children(dir())).isNotEmpty();
    fs().rmdirTree(dir());
    assertThat(fs().exists(dir())).isFalse();
  }

  /** Names that no string carries, and a place beyond the longest path. */
  @Test
  void processesAreSeenWhereverTheyAreAndCanBeKilledThere() throws Exception {
    String script =
        """
        odd=$(printf '\\377')
        cd "$0" && mkdir "$odd" && cd "$odd" || exit 1
        sleep 100 >&- & one=$!
        echo $one >cgroup.procs || exit 1
        for level in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do
          mkdir "$1" && cd -P "./$1" || exit 1
        done
        sleep 100 >&- & two=$!
        echo $two >cgroup.procs || exit 1
        echo $one $two
        exec >&-
        wait
        """;
    Process shell =
        new ProcessBuilder("sh", "-c", script, dir().toString(), "n".repeat(250)).start();
    try {
      String[] pids =
          new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .strip()
              .split(" ");
      assertThat(pids).hasSize(2);
      CgroupTree tree = new CgroupTree(fs(), dir(), pid -> {});
      assertThat(tree.processes())
          .extracting(found -> Long.toString(found.pid()))
          .containsExactlyInAnyOrder(pids);
      assertThat(tree.processes().get(0).place().relative(1000)).isEqualTo("\\xff");
      assertThat(tree.processes().get(1).place().relative(100))
          .startsWith("\\xff/nnn")
          .endsWith("...")
          .hasSize(100);
      assertThat(tree.some(1)).hasSize(1);
    } finally {
      new CgroupTree(fs(), dir(), pid -> {}).killAndAwaitEmpty(java.time.Duration.ofSeconds(5));
      shell.destroyForcibly();
    }
  }
}
