package dev.husk.oci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourcesTest {
  private static final String AT = "/linux/resources";

  @Test
  void absentResourcesAreNone() {
    assertThat(Sample.typical().without(AT).parsed().linux().resources())
        .isEqualTo(Resources.none());
    assertThat(Sample.typical().without("/hostname").without("/linux").parsed().linux().resources())
        .isEqualTo(Resources.none());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/memory/limit|-2",
        "/memory/reservation|-2",
        "/memory/swap|-2",
        "/memory/kernel|-2",
        "/memory/kernelTCP|1.0",
        "/memory/swappiness|101",
        "/memory/swappiness|-1",
        "/memory/disableOOMKiller|0",
        "/memory/checkBeforeUpdate|\"true\"",
        "/cpu/shares|-1",
        "/cpu/quota|-2",
        "/cpu/quota|0",
        "/cpu/quota|999",
        "/cpu/period|0",
        "/cpu/period|1000001",
        "/cpu/burst|-1",
        "/cpu/burst|50001",
        "/cpu/idle|2",
        "/cpu/cpus|\"a\"",
        "/cpu/cpus|\"1-\"",
        "/cpu/cpus|\"2-1\"",
        "/cpu/cpus|\"1,,2\"",
        "/cpu/mems|\"0\\u0000\"",
        "/blockIO/weight|9",
        "/blockIO/weight|1001",
        "/blockIO/leafWeight|0",
        "/blockIO/weightDevice/0/weight|1",
        "/blockIO/weightDevice/0/major|-1",
        "/blockIO/throttleWriteIOPSDevice/0/rate|-1",
        "/hugepageLimits/0/pageSize|\"2M\"",
        "/hugepageLimits/0/pageSize|\"02MB\"",
        "/hugepageLimits/0/pageSize|\"MB\"",
        "/hugepageLimits/0/pageSize|\"2TB\"",
        "/hugepageLimits/0/pageSize|\"2mb\"",
        "/hugepageLimits/0/pageSize|\"../2MB\"",
        "/hugepageLimits/0/limit|-1",
        "/network/classID|4294967296",
        "/network/priorities/0/priority|-1",
        "/pids/limit|-2",
        "/pids/limit|\"max\"",
        "/rdma/mlx5_1/hcaHandles|-1",
        "/rdma/mlx5_1|{}",
        "/rdma/a b|{\"hcaHandles\":1}",
        "/devices/0/type|\"p\"",
        "/devices/0/access|\"x\"",
        "/devices/0/access|\"rr\"",
        "/devices/1/major|-2"
      })
  void boundsEveryLimit(String member, String value) {
    Sample.everything().with(AT + member, value).offends(AT + member);
  }

  @ParameterizedTest
  @CsvSource({
    "1048576,1048575,false",
    "1048576,1048576,true",
    "1048576,-1,true",
    "-1,-1,true",
    "-1,5,false",
    "0,0,true"
  })
  void swapIncludesMemory(String limit, String swap, boolean allowed) {
    Sample sample =
        Sample.everything().with(AT + "/memory/limit", limit).with(AT + "/memory/swap", swap);
    if (allowed) {
      assertThat(sample.parsed().linux().resources().memory().limit())
          .hasValue(Long.parseLong(limit));
    } else {
      sample.offends(AT + "/memory/swap", "must not be less than limit");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/hugepageLimits|{'pageSize':'2MB','limit':1},{'pageSize':'1GB','limit':1},{'pageSize':'2MB','limit':2}|/2/pageSize",
        "/blockIO/weightDevice|{'major':8,'minor':1,'weight':10},{'major':8,'minor':1,'weight':20}|/1",
        "/blockIO/throttleReadBpsDevice|{'major':8,'minor':1,'rate':1},{'major':8,'minor':1,'rate':2}|/1",
        "/blockIO/throttleWriteIOPSDevice|{'major':8,'minor':1,'rate':1},{'major':8,'minor':1,'rate':1}|/1"
      })
  void nothingHasTwoLimits(String list, String entries, String second) {
    Sample.everything()
        .with(AT + list, "[" + entries.replace('\'', '"') + "]")
        .offends(AT + list + second, "must not appear twice");
  }

  @Test
  void burstIsFreeWithoutQuota() {
    assertThat(
            Sample.everything()
                .with(AT + "/cpu/quota", "-1")
                .with(AT + "/cpu/burst", "999999")
                .parsed()
                .linux()
                .resources()
                .cpu()
                .burst())
        .hasValue(999999);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "/",
        "a/b",
        "../memory.max",
        "cgroup.procs",
        "cgroup.kill",
        "cgroup.freeze",
        "cgroup.subtree_control",
        "cgroup.type",
        "cgroup."
      })
  void unifiedKeysAreHarmlessFileNames(String key) {
    Sample.typical()
        .with(AT + "/unified", "{\"" + key + "\":\"1\"}")
        .offends(AT + "/unified/" + Documents.escape(key));
  }

  @Test
  void unifiedTakesTheRest() {
    assertThat(
            Sample.typical()
                .with(
                    AT + "/unified",
                    "{\"cgroup.max.depth\":\"1\",\"memory.high\":\"max\",\"misc.max\":\"a 1\\nb 2\"}")
                .applied()
                .linux()
                .resources()
                .unified())
        .hasSize(3)
        .containsEntry("misc.max", "a 1\nb 2");
    Sample.typical()
        .with(AT + "/unified", "{\"a.b\":\"\\u0000\"}")
        .offends(AT + "/unified/a.b", "NUL");
    Sample.typical().with(AT + "/unified", "{\"a.b\":5}").offends(AT + "/unified/a.b", "string");
  }

  @Test
  void zeroPidsIsALimit() {
    assertThat(
            Sample.typical()
                .with(AT + "/pids", "{\"limit\":0}")
                .applied()
                .linux()
                .resources()
                .pidsLimit())
        .hasValue(0);
  }
}
