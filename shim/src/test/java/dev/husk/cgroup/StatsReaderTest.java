package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StatsReaderTest {
  private static final Path SANDBOX = ModelCgroupFs.MOUNT.resolve("p");

  private final ModelCgroupFs fs = ModelCgroupFs.host("hugetlb", "pids", "memory");

  private Stats read() throws Exception {
    return new StatsReader(fs, SANDBOX).read(Instant.EPOCH);
  }

  private void make(String controllers) throws Exception {
    fs.write(ModelCgroupFs.MOUNT.resolve("cgroup.subtree_control"), controllers);
    fs.mkdir(SANDBOX);
  }

  @Test
  void whatTheKernelHasIsThere() throws Exception {
    make("+pids +hugetlb +memory");
    fs.otherFile(SANDBOX + "/memory.stat", "anon 4096\nfile 8192\npgfault 3\n");
    fs.otherFile(SANDBOX + "/memory.current", "12288\n");
    fs.otherFile(SANDBOX + "/memory.events", "low 0\noom 1\noom_kill 2\n");
    fs.otherFile(SANDBOX + "/hugetlb.2MB.current", "2097152\n");
    fs.otherFile(SANDBOX + "/cgroup.stat", "nr_descendants 2\nnr_dying_descendants 0\n");
    fs.otherFile(SANDBOX + "/cgroup.stat.local", "frozen_usec 77\n");
    fs.spawn(SANDBOX);
    Stats stats = read();
    assertThat(stats.at()).isEqualTo(Instant.EPOCH);
    assertThat(stats.pids().limit()).hasValue(Amount.MAX);
    assertThat(stats.pids().current()).isEmpty();
    assertThat(stats.memory().stat().get("anon")).hasValue(4096);
    assertThat(stats.memory().current()).hasValue(12288);
    assertThat(stats.memory().limit()).hasValue(Amount.MAX);
    assertThat(stats.memoryEvents().get("oom_kill")).hasValue(2);
    assertThat(stats.hugetlb()).hasSize(1);
    assertThat(stats.hugetlb().get(0).pageSize()).isEqualTo("2MB");
    assertThat(stats.hugetlb().get(0).current()).hasValue(2 << 20);
    assertThat(stats.hugetlb().get(0).limit()).hasValue(Amount.MAX);
    assertThat(stats.tree().stat().get("nr_descendants")).hasValue(2);
    assertThat(stats.tree().populated()).hasValue(1);
    assertThat(stats.freeze().frozen()).hasValue(0);
    assertThat(stats.freeze().frozenMicros()).hasValue(77);
  }

  @Test
  void whatTheKernelLacksIsAbsent() throws Exception {
    make("");
    Stats stats = read();
    assertThat(stats.pids().limit()).isEmpty();
    assertThat(stats.memory().limit()).isEmpty();
    assertThat(stats.memory().stat().isEmpty()).isTrue();
    assertThat(stats.memoryEvents().isEmpty()).isTrue();
    assertThat(stats.hugetlb()).isEmpty();
    assertThat(stats.io()).isEmpty();
    assertThat(stats.cpuPressure()).isEmpty();
    assertThat(stats.freeze().frozenMicros()).isEmpty();
    assertThat(stats.freeze().wanted()).hasValue(0);
  }

  @Test
  void pressureThatIsSwitchedOffIsAbsent() throws Exception {
    make("");
    fs.before(
        (operation, path, content) -> {
          if (path.endsWith("cpu.pressure")) {
            throw new ErrnoException(operation, path.toString(), Errno.EOPNOTSUPP);
          }
        });
    assertThat(read().cpuPressure()).isEmpty();
  }

  @Test
  void aCgroupThatIsGoneIsSaidToBe() {
    Failures.expect(CgroupFailure.Vanished.class, this::read);
  }

  @Test
  void aCgroupThatGoesMeanwhileIsSaidToBe() throws Exception {
    make("");
    fs.before(
        (operation, path, content) -> {
          if (path.endsWith("pids.max")) {
            throw new ErrnoException(operation, path.toString(), Errno.ENODEV);
          }
        });
    Failures.expect(CgroupFailure.Vanished.class, this::read);
  }
}
