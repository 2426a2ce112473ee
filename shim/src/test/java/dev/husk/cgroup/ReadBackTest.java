package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadBackTest {
  @ParameterizedTest
  @CsvSource({
    "memory.max, 1000000, 999424",
    "memory.max, 1G, 1073741824",
    "memory.max, max, max",
    "memory.max, 9223372036854775807, max",
    "hugetlb.2MB.max, max, 9223372036854771712",
    "hugetlb.2MB.max, 3145728, 2097152",
    "hugetlb.1GB.rsvd.max, 1073741825, 1073741824",
    "pids.max, 1024, 1024",
    "cpu.max, 50000, 50000 100000",
    "cpu.max, max 100000, max 100000",
    "cpu.uclamp.min, 50, 50.00",
    "io.weight, 200, default 200|8:0 50",
    "io.weight, 8:0 50, default 200|8:0 50",
    "io.max, 8:0 wiops=6 rbps=5, 8:0 rbps=5 wbps=max riops=max wiops=6",
    "rdma.max, mlx hca_object=9 hca_handle=2, mlx hca_handle=2 hca_object=9"
  })
  void theKernelsWayOfWritingIsNoDifference(String file, String written, String now) {
    assertThat(ReadBack.holds(file, written, now.replace('|', '\n'))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "memory.max, 1000000, max",
    "memory.max, 1000000, 1004000",
    "memory.max, 1000000, 0",
    "hugetlb.2MB.max, 4194304, 0",
    "pids.max, 1024, 1023",
    "pids.max, max, 1024",
    "cpu.max, 100000 100000, max 100000",
    "io.weight, 8:0 50, default 50",
    "io.max, 8:0 rbps=5, 8:16 rbps=5",
    "io.max, 8:0 rbps=5, 8:0 rbps=max wbps=5",
    "cpuset.cpus.partition, root, root invalid (no cpus)",
    "pids.max, 5, ''"
  })
  void anotherValueIsADifference(String file, String written, String now) {
    assertThat(ReadBack.holds(file, written, now)).isFalse();
  }
}
