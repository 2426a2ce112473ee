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
}
