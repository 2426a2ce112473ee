package dev.husk.oci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxTest {

  @Test
  void checksNamespaces() {
    Sample.typical()
        .with("/linux/namespaces/1/type", "\"pid\"")
        .offends("/linux/namespaces/1/type", "twice");
    Sample.typical()
        .with("/linux/namespaces/1/type", "\"net\"")
        .offends("/linux/namespaces/1/type", "network");
    Sample.typical()
        .with("/linux/namespaces/1", "{}")
        .offends("/linux/namespaces/1/type", "required");
    Sample.typical()
        .with("/linux/namespaces/1/path", "\"run/netns\"")
        .offends("/linux/namespaces/1/path", "absolute");
  }

  @ParameterizedTest
  @ValueSource(strings = {"maskedPaths", "readonlyPaths"})
  void wantsAbsoluteContainerPaths(String list) {
    String at = "/linux/" + list;
    Sample.typical().with(at, "[\"/a\",\"b\"]").offends(at + "/1", "absolute");
    Sample.typical().with(at, "[\"/proc/../etc\"]").offends(at + "/0", "\"..\"");
    Sample.typical().with(at, "[\"/a\\u0000\"]").offends(at + "/0", "NUL");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a/../b", "..", "a/..", "a\\nb", "a\\u0000"})
  void refusesCgroupPathsThatLeaveTheirPlace(String path) {
    Sample.typical().with("/linux/cgroupsPath", "\"" + path + "\"").offends("/linux/cgroupsPath");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a/b", "a/b", "/a:b:c", "a..b", "a:b"})
  void takesOtherCgroupPaths(String path) {
    assertThat(
            Sample.typical()
                .with("/linux/cgroupsPath", "\"" + path + "\"")
                .applied()
                .linux()
                .cgroupsPath())
        .contains(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "ip_forward", "net..x", ".net.x", "net.x.", "/net/x", "../x", "net/../x"})
  void wantsSysctlNames(String key) {
    Sample.typical()
        .with("/linux/sysctl", "{\"" + key + "\":\"1\"}")
        .offends("/linux/sysctl/" + Documents.escape(key), "net.ipv4.ip_forward");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/linux/rootfsPropagation|\"none\"",
        "/linux/timeOffsets/monotonic/nanosecs|1000000000",
        "/linux/timeOffsets/monotonic/secs|9223372036854775808",
        "/linux/timeOffsets/realtime|{}",
        "/linux/devices/0/type|\"x\"",
        "/linux/devices/0/path|\"dev/x\"",
        "/linux/devices/0/path|\"/dev/../x\"",
        "/linux/devices/0/fileMode|4096",
        "/linux/devices/0/major|-1",
        "/linux/devices/0/uid|4294967295",
        "/linux/netDevices/eth0/name|\"a/b\"",
        "/linux/netDevices/eth0/name|\"longer_than_fifteen\"",
        "/linux/netDevices/a b|{}",
        "/linux/uidMappings/0/size|0",
        "/linux/gidMappings/0/containerID|-1",
        "/linux/personality/domain|\"BSD\"",
        "/linux/memoryPolicy/mode|\"MPOL_X\"",
        "/linux/memoryPolicy/flags/0|\"MPOL_F_X\"",
        "/linux/memoryPolicy/nodes|\"x\"",
        "/linux/intelRdt/enableMonitoring|\"yes\"",
        "/linux/seccomp/defaultAction|\"SCMP_ACT_X\"",
        "/linux/seccomp/architectures/0|\"x86\"",
        "/linux/seccomp/flags/0|\"TSYNC\"",
        "/linux/seccomp/listenerPath|\"listener\"",
        "/linux/seccomp/defaultErrnoRet|65536",
        "/linux/seccomp/syscalls/0/names|[]",
        "/linux/seccomp/syscalls/0/action|\"ALLOW\"",
        "/linux/seccomp/syscalls/1/args/0/index|6",
        "/linux/seccomp/syscalls/1/args/0/op|\"EQ\"",
        "/linux/seccomp/syscalls/1/args/0/value|-1"
      })
  void checksEverySection(String pointer, String value) {
    Sample.everything().with(pointer, value).offends(pointer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/linux/devices/0/major",
        "/linux/devices/0/minor",
        "/linux/devices/0/path",
        "/linux/devices/0/type",
        "/linux/seccomp/defaultAction",
        "/linux/seccomp/syscalls/0/names",
        "/linux/seccomp/syscalls/0/action",
        "/linux/seccomp/syscalls/1/args/0/index",
        "/linux/seccomp/syscalls/1/args/0/value",
        "/linux/seccomp/syscalls/1/args/0/op",
        "/linux/memoryPolicy/mode",
        "/linux/personality/domain",
        "/linux/uidMappings/0/hostID",
        "/process/scheduler/policy",
        "/process/ioPriority/class",
        "/linux/resources/hugepageLimits/0/pageSize",
        "/linux/resources/hugepageLimits/0/limit",
        "/linux/resources/network/priorities/0/name",
        "/linux/resources/network/priorities/0/priority",
        "/linux/resources/blockIO/weightDevice/0/major",
        "/linux/resources/blockIO/throttleReadBpsDevice/0/rate",
        "/linux/resources/devices/0/allow"
      })
  void namesWhatIsMissing(String pointer) {
    Sample.everything().without(pointer).offends(pointer);
  }

  @Test
  void aSeccompActionThatReturnsNothingTakesNoErrno() {
    Sample.everything()
        .with("/linux/seccomp/defaultAction", "\"SCMP_ACT_KILL_PROCESS\"")
        .offends("/linux/seccomp/defaultErrnoRet", "must not be set");
    Sample.everything()
        .with("/linux/seccomp/syscalls/0/errnoRet", "1")
        .offends("/linux/seccomp/syscalls/0/errnoRet", "SCMP_ACT_ALLOW");
  }

  @Test
  void seccompListenerMetadataNeedsAListener() {
    Sample.everything()
        .without("/linux/seccomp/listenerPath")
        .offends("/linux/seccomp/listenerMetadata", "listenerPath");
  }
}
