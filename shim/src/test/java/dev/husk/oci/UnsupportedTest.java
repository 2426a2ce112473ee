package dev.husk.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnsupportedTest {

  @Test
  void moreAnnotationsThanFitAnAnswerAreRefused() {
    int most = Unsupported.MOST_ANNOTATIONS;
    Sample.typical().with("/annotations", "{\"a\":\"" + "x".repeat(most - 1) + "\"}").isApplied();
    Sample.typical()
        .with("/annotations", "{\"a\":\"" + "x".repeat(most) + "\"}")
        .isNotApplied("/annotations", "65537 bytes");
    Sample.typical()
        .with("/annotations", "{\"a\":\"1\",\"b\":\"" + "\u00e9".repeat(most / 2) + "\"}")
        .isNotApplied("/annotations");
  }

  @Test
  void appliesTheTypicalConfig() {
    Sample.typical().isApplied();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/process/terminal|true",
        "/process/apparmorProfile|\"x\"",
        "/process/selinuxLabel|\"x\"",
        "/process/noNewPrivileges|false",
        "/process/scheduler|{\"policy\":\"SCHED_OTHER\"}",
        "/process/ioPriority|{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":4}",
        "/process/execCPUAffinity|{\"final\":\"0\"}",
        "/domainname|\"x\"",
        "/hooks/prestart|[{\"path\":\"/x\"}]",
        "/hooks/createRuntime|[{\"path\":\"/x\"}]",
        "/hooks/createContainer|[{\"path\":\"/x\"}]",
        "/hooks/startContainer|[{\"path\":\"/x\"}]",
        "/hooks/poststart|[{\"path\":\"/x\"}]",
        "/hooks/poststop|[{\"path\":\"/x\"}]",
        "/linux/devices|[{\"type\":\"p\",\"path\":\"/x\"}]",
        "/linux/netDevices|{\"eth0\":{}}",
        "/linux/uidMappings|[{\"containerID\":0,\"hostID\":0,\"size\":1}]",
        "/linux/gidMappings|[{\"containerID\":0,\"hostID\":0,\"size\":1}]",
        "/linux/timeOffsets|{\"boottime\":{}}",
        "/linux/seccomp|{\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
        "/linux/sysctl|{\"net.ipv4.ip_forward\":\"1\"}",
        "/linux/rootfsPropagation|\"shared\"",
        "/linux/rootfsPropagation|\"slave\"",
        "/linux/rootfsPropagation|\"unbindable\"",
        "/linux/mountLabel|\"x\"",
        "/linux/intelRdt|{}",
        "/linux/memoryPolicy|{\"mode\":\"MPOL_LOCAL\"}",
        "/linux/personality|{\"domain\":\"LINUX\"}",
        "/linux/resources/memory/kernel|1",
        "/linux/resources/memory/kernelTCP|-1",
        "/linux/resources/memory/swappiness|0",
        "/linux/resources/memory/disableOOMKiller|true",
        "/linux/resources/memory/useHierarchy|true",
        "/linux/resources/cpu/realtimeRuntime|1",
        "/linux/resources/cpu/realtimePeriod|1",
        "/linux/resources/blockIO/leafWeight|10",
        "/linux/resources/network/classID|1",
        "/linux/resources/network/priorities|[{\"name\":\"eth0\",\"priority\":1}]",
        "/mounts/1/options/0|\"idmap\"",
        "/mounts/1/options/0|\"ridmap\""
      })
  void refusesByName(String pointer, String value) {
    Sample.typical().with(pointer, value).isNotApplied(pointer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/process/oomScoreAdj|-500",
        "/process/user/umask|18",
        "/process/user/additionalGids|[5]",
        "/annotations|{\"a\":\"b\"}",
        "/linux/rootfsPropagation|\"private\"",
        "/linux/rootfsPropagation|\"rprivate\"",
        "/linux/cgroupsPath|\"/a/b\"",
        "/linux/resources/memory|{\"limit\":9,\"reservation\":1,\"swap\":9,\"checkBeforeUpdate\":true}",
        "/linux/resources/memory/disableOOMKiller|false",
        "/linux/resources/cpu|{\"shares\":2,\"quota\":1000,\"period\":1000,\"burst\":5,\"idle\":0,\"cpus\":\"0\",\"mems\":\"0\"}",
        "/linux/resources/pids|{\"limit\":5}",
        "/linux/resources/blockIO|{\"weight\":10,\"throttleReadBpsDevice\":[{\"major\":1,\"minor\":1,\"rate\":1}]}",
        "/linux/resources/hugepageLimits|[{\"pageSize\":\"2MB\",\"limit\":0}]",
        "/linux/resources/rdma|{\"mlx5\":{\"hcaHandles\":1}}",
        "/linux/resources/unified|{\"memory.high\":\"5\"}",
        "/hooks|{\"prestart\":[]}",
        "/linux/sysctl|{}",
        "/linux/devices|[]",
        "/linux/netDevices|{}",
        "/linux/timeOffsets|{}",
        "/linux/resources/network|{}",
        "/linux/resources/devices|[]",
        "/process/execCPUAffinity|{}"
      })
  void appliesTheRest(String pointer, String value) {
    Sample.typical().with(pointer, value).isApplied();
  }

  @Test
  void refusesForeignNamespaces() {
    Sample.typical()
        .with("/linux/namespaces/5", "{\"type\":\"user\"}")
        .isNotApplied("/linux/namespaces/5", "user");
    Sample.typical()
        .with("/linux/namespaces/5", "{\"type\":\"time\"}")
        .isNotApplied("/linux/namespaces/5", "time");
    Sample.typical()
        .with("/linux/namespaces/1/path", "\"/run/netns/x\"")
        .isNotApplied("/linux/namespaces/1/path", "join");
  }

  @Test
  void refusesToShareWhatItCannotShare() {
    Sample.typical().without("/linux/namespaces/0").isNotApplied("/linux/namespaces", "pid");
    Sample.typical().without("/linux/namespaces/4").isNotApplied("/linux/namespaces", "mount");
    Sample.typical().without("/linux/namespaces/1").isApplied();
    Sample.typical().without("/linux/namespaces/2").isApplied();
  }

  /** What the host does not let husk enforce of them is refused where the cgroup is made. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"allow\":false}",
        "{\"allow\":false,\"access\":\"mrw\",\"type\":\"a\"}",
        "{\"allow\":true,\"access\":\"rwm\"}",
        "{\"allow\":false,\"type\":\"c\",\"major\":10,\"minor\":-1,\"access\":\"w\"}"
      })
  void deviceRulesAreApplied(String rule) {
    Sample.typical().with("/linux/resources/devices/0", rule).isApplied();
  }

  @Test
  void namesEveryPropertyAtOnce() {
    assertThat(Unsupported.check(Sample.everything().parsed()))
        .extracting(Refusal::pointer)
        .contains(
            "/process/terminal",
            "/domainname",
            "/hooks/poststop",
            "/mounts/1/uidMappings",
            "/mounts/1/gidMappings",
            "/mounts/1/options/1",
            "/linux/namespaces/1/path",
            "/linux/seccomp",
            "/linux/resources/blockIO/weightDevice/0/leafWeight");
  }

  @Test
  void refusalIsAFailureOfItsOwnKind() throws HuskException {
    Unsupported.refuse(Sample.typical().parsed(), "config.json", false);
    OciConfig config = Sample.typical().with("/domainname", "\"x\"").parsed();
    assertThatExceptionOfType(HuskException.class)
        .isThrownBy(() -> Unsupported.refuse(config, "config.json", false))
        .satisfies(e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.UNSUPPORTED))
        .withMessageContaining("config.json: /domainname is not set by husk")
        .withMessageContaining("remove the property");
  }
}
