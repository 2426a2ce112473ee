package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract on the model, and the rules that this host's kernel cannot show. */
class ModelCgroupFsTest extends CgroupFsContract {
  private final ModelCgroupFs fs = ModelCgroupFs.host("hugetlb", "cpu", "memory", "pids");
  private final Path dir = ModelCgroupFs.MOUNT.resolve("test");

  @BeforeEach
  void makeDirectory() throws Exception {
    fs.write(ModelCgroupFs.MOUNT.resolve("cgroup.subtree_control"), "+hugetlb +cpu +memory +pids");
    fs.mkdir(dir);
  }

  @Override
  CgroupFs fs() {
    return fs;
  }

  @Override
  Path dir() {
    return dir;
  }

  @Override
  long process() {
    return fs.spawn(ModelCgroupFs.MOUNT);
  }

  @Override
  void end(long pid) {
    fs.exit(pid);
  }

  @Test
  void threadedControllersOneByOneAreATrap() throws Exception {
    long pid = fs.spawn(dir);
    fs.mkdir(dir.resolve("init"));
    assertThat(outcome(() -> fs.write(dir.resolve("cgroup.subtree_control"), "+cpu")))
        .isEqualTo("ok");
    assertThat(fs.read(dir.resolve("cgroup.type"))).isEqualTo("domain threaded\n");
    assertThat(fs.read(dir.resolve("init/cgroup.type"))).isEqualTo("domain invalid\n");
    assertThat(outcome(() -> fs.write(dir.resolve("init/cgroup.procs"), Long.toString(pid))))
        .isEqualTo("EOPNOTSUPP");
    assertThat(outcome(() -> fs.write(dir.resolve("cgroup.subtree_control"), "+memory")))
        .isEqualTo("EOPNOTSUPP");
    assertThat(outcome(() -> fs.write(dir.resolve("cgroup.subtree_control"), "-cpu")))
        .isEqualTo("ok");
    assertThat(fs.read(dir.resolve("cgroup.type"))).isEqualTo("domain\n");
  }

  @Test
  void zeroIsTheWriter() throws Exception {
    fs.write(dir.resolve("cgroup.procs"), Long.toString(fs.spawn(dir)));
    assertThat(outcome(() -> fs.write(dir.resolve("cgroup.procs"), "0"))).isEqualTo("ESRCH");
  }
}
