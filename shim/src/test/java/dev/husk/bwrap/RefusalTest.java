package dev.husk.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.oci.NamespaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that cannot be applied exactly is named, with its place in the config. */
class RefusalTest {
  @TempDir Path temporary;
  private Path bundle;
  private Path rootfs;

  @BeforeEach
  void emptyImage() throws IOException {
    bundle = temporary.toRealPath();
    rootfs = Files.createDirectory(bundle.resolve("rootfs"));
    Files.createDirectory(bundle.resolve("data"));
    Files.writeString(bundle.resolve("file"), "");
  }

  private Failure failure(ConfigBuilder config) {
    return catchThrowableOfType(
            HuskException.class,
            () -> Plans.plan(config, bundle, rootfs, Path.of("/stage"), Path.of("/opt/husk-init")))
        .failure();
  }

  private List<Offence> offences(ConfigBuilder config) {
    Failure failure = failure(config);
    assertThat(failure).isInstanceOf(BwrapFailure.ConfigRefused.class);
    assertThat(failure.remedy()).isNotBlank();
    return ((BwrapFailure.ConfigRefused) failure).offences();
  }

  private void refused(ConfigBuilder config, String pointer, FailureKind kind) {
    assertThat(offences(config))
        .singleElement()
        .satisfies(
            offence -> {
              assertThat(offence.pointer()).isEqualTo(pointer);
              assertThat(offence.kind()).isEqualTo(kind);
              assertThat(offence.why()).isNotBlank();
              assertThat(offence.remedy()).isNotBlank();
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "suid",
        "dev",
        "slave",
        "rslave",
        "shared",
        "rshared",
        "unbindable",
        "runbindable",
        "remount",
        "idmap",
        "ridmap",
        "nosymfollow",
        "mand",
        "iversion",
        "rnoexec",
        "rexec",
        "rrw",
        "rdev",
        "rsuid",
        "sync",
        "dirsync",
        "lazytime",
        "tmpcopyup",
        "size=5",
        "nonsense"
      })
  void optionOfABindMountIsRefusedByName(String option) {
    ConfigBuilder config =
        ConfigBuilder.bare().mount("bind", "data", "/data", "rbind", "ro", option);

    refused(config, "/mounts/0/options/2", FailureKind.UNSUPPORTED);
    assertThat(offences(config).getFirst().why()).contains(option);
  }

  @ParameterizedTest
  @CsvSource({
    "tmpfs,/t,size=12x",
    "tmpfs,/t,mode=9",
    "tmpfs,/t,unknown=1",
    "tmpfs,/t,'size=1,uid=0'",
    "tmpfs,/t,uid=-1",
    "tmpfs,/t,mpol=bind",
    "devpts,/dev/pts,size=1",
    "devpts,/dev/pts,gid=x",
    "mqueue,/dev/mqueue,size=1",
    "cgroup,/sys/fs/cgroup,nsdelegate",
    "proc,/proc,hidepid=2",
    "proc,/proc,subset=pid",
    "proc,/proc,exec",
    "proc,/proc,noatime",
    "tmpfs,/dev,uid=5",
    "mqueue,/dev/mqueue,sync",
    "cgroup,/sys/fs/cgroup,lazytime"
  })
  void parameterOfAFileSystemIsRefusedByName(String type, String destination, String option) {
    refused(
        ConfigBuilder.bare().mount(type, type, destination, "nosuid", option),
        "/mounts/0/options/1",
        FailureKind.UNSUPPORTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc",
        "/proc/self",
        "/proc/sys/kernel",
        "/sys",
        "/sys/kernel",
        "/sys/fs/cgroup",
        "/proc/../proc/1",
        "/x/../sys/firmware",
        "/dev",
        "/dev/pts",
        "/dev/null",
        "/dev/.husk-init",
        "/dev/fd",
        "/dev/stdin"
      })
  void volumeOnWhatTheRuntimeStandsOnIsRefused(String destination) {
    refused(
        ConfigBuilder.bare()
            .mount("tmpfs", "tmpfs", "/dev")
            .mount("bind", "data", destination, "rbind"),
        "/mounts/1/destination",
        FailureKind.UNSUPPORTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/..", "../..", "."})
  void rootIsNoDestination(String destination) {
    refused(
        ConfigBuilder.bare().mount("bind", "data", destination, "rbind"),
        "/mounts/0/destination",
        FailureKind.INVALID);
  }

  @Test
  void linkInTheImageThatLeadsToProcIsRefused() throws IOException {
    Files.createSymbolicLink(rootfs.resolve("innocent"), Path.of("proc/self"));

    refused(
        ConfigBuilder.bare().mount("bind", "data", "/innocent/attr", "rbind"),
        "/mounts/0/destination",
        FailureKind.UNSUPPORTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"proc", "sys", "dev"})
  void imageWithALinkInPlaceOfAKernelDirectoryIsRefused(String name) throws IOException {
    Files.createSymbolicLink(rootfs.resolve(name), Path.of("/tmp"));

    refused(ConfigBuilder.usual(), "/root/path", FailureKind.INVALID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay", "ext4", "nfs", "ramfs", "none"})
  void typeIsRefusedByName(String type) {
    refused(ConfigBuilder.bare().mount(type, "x", "/x"), "/mounts/0/type", FailureKind.UNSUPPORTED);
  }

  @Test
  void mountWithoutTypeIsInvalid() {
    refused(ConfigBuilder.bare().mount("", "x", "/x"), "/mounts/0/type", FailureKind.INVALID);
  }

  @Test
  void missingSourceIsNamed() {
    refused(
        ConfigBuilder.bare().mount("bind", "no/such", "/x", "rbind"),
        "/mounts/0/source",
        FailureKind.NOT_FOUND);
  }

  @Test
  void bindWithoutSourceIsInvalid() {
    refused(
        ConfigBuilder.bare().mount("bind", "", "/x", "rbind"),
        "/mounts/0/source",
        FailureKind.INVALID);
  }

  @Test
  void deviceNodeAsSourceIsRefused() {
    refused(
        ConfigBuilder.bare().mount("bind", "/dev/null", "/x", "rbind"),
        "/mounts/0/source",
        FailureKind.UNSUPPORTED);
  }

  @Test
  void fileOverDirectoryAndDirectoryOverFileAreInvalid() throws IOException {
    Files.createDirectory(rootfs.resolve("directory"));
    Files.writeString(rootfs.resolve("plain"), "");

    assertThat(
            offences(
                ConfigBuilder.bare()
                    .mount("bind", "file", "/directory", "rbind")
                    .mount("bind", "data", "/plain", "rbind")
                    .mount("tmpfs", "tmpfs", "/plain")))
        .extracting(Offence::pointer)
        .containsExactly("/mounts/0/destination", "/mounts/1/destination", "/mounts/2/destination");
  }

  @Test
  void mountBelowDevBeforeDevIsInvalid() {
    refused(
        ConfigBuilder.bare().mount("tmpfs", "shm", "/dev/shm").mount("tmpfs", "tmpfs", "/dev"),
        "/mounts/0/destination",
        FailureKind.INVALID);
  }

  @ParameterizedTest
  @CsvSource({"proc,/proc", "devpts,/dev/pts", "tmpfs,/dev", "cgroup,/sys/fs/cgroup"})
  void kernelFileSystemMountedTwiceIsInvalid(String type, String destination) {
    refused(
        ConfigBuilder.bare().mount(type, type, destination).mount(type, type, destination + "/."),
        "/mounts/1/destination",
        FailureKind.INVALID);
  }

  @Test
  void writableSysIsRefused() {
    refused(
        ConfigBuilder.bare().mount("sysfs", "sysfs", "/sys", "nosuid"),
        "/mounts/0/options",
        FailureKind.UNSUPPORTED);
  }

  @Test
  void readOnlyDevIsRefused() {
    refused(
        ConfigBuilder.bare().mount("tmpfs", "tmpfs", "/dev", "ro"),
        "/mounts/0/options",
        FailureKind.UNSUPPORTED);
  }

  @Test
  void idMappedMountIsRefused() {
    refused(
        ConfigBuilder.bare().mappedMount("data", "/x"),
        "/mounts/0/uidMappings",
        FailureKind.UNSUPPORTED);
  }

  @Test
  void hostNameWithoutItsOwnNamespaceIsRefused() {
    refused(
        ConfigBuilder.bare().without(NamespaceType.UTS).hostname("x"),
        "/hostname",
        FailureKind.INVALID);
  }

  @Test
  void hostNameThatIsTooLongIsInvalid() {
    refused(ConfigBuilder.bare().hostname("x".repeat(65)), "/hostname", FailureKind.INVALID);
  }

  @Test
  void joiningANamespaceIsRefused() {
    refused(
        ConfigBuilder.bare()
            .without(NamespaceType.IPC)
            .namespace(NamespaceType.IPC, "/proc/1/ns/ipc"),
        "/linux/namespaces/4/path",
        FailureKind.UNSUPPORTED);
  }

  @ParameterizedTest
  @CsvSource({"USER", "TIME"})
  void namespaceThatIsNotMadeIsRefused(NamespaceType type) {
    refused(
        ConfigBuilder.bare().namespace(type, ""),
        "/linux/namespaces/5/type",
        FailureKind.UNSUPPORTED);
  }

  @Test
  void sharedRootAndDomainNameAreRefusedTogether() {
    assertThat(offences(ConfigBuilder.bare().propagation("rshared").domainname("d")))
        .extracting(Offence::pointer)
        .containsExactly("/domainname", "/linux/rootfsPropagation");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/proc",
        "/dev",
        "/dev/null",
        "/dev/.husk-init",
        "/proc/1/environ",
        "/proc/self/maps",
        "/proc/mounts",
        "/dev/mqueue/x"
      })
  void pathThatCannotBeProtectedIsRefused(String path) {
    ConfigBuilder config =
        ConfigBuilder.bare()
            .mount("proc", "proc", "/proc")
            .mount("mqueue", "mqueue", "/dev/mqueue");

    refused(config.masked(path), "/linux/maskedPaths/0", FailureKind.UNSUPPORTED);
  }

  @Test
  void relativeProtectedPathIsInvalid() {
    refused(ConfigBuilder.bare().readonly("etc"), "/linux/readonlyPaths/0", FailureKind.INVALID);
  }

  @Test
  void everyOffenceIsReportedAtOnce() {
    Failure failure =
        failure(
            ConfigBuilder.bare()
                .mount("bind", "data", "/a", "rbind", "suid", "shared")
                .mount("overlay", "x", "/b")
                .mount("bind", "absent", "/c", "rbind"));

    assertThat(failure.where())
        .isEqualTo("/mounts/0/options/1, /mounts/0/options/2, /mounts/1/type, /mounts/2/source");
    assertThat(failure.why()).contains("suid", "shared", "overlay", "absent");
    assertThat(failure.kind()).isEqualTo(FailureKind.INVALID);
    assertThat(failure.violations()).hasSize(4);
  }

  @Test
  void nulInAPathIsInvalid() {
    assertThat(
            offences(
                ConfigBuilder.bare()
                    .mount("bind", "data", "/a\0b", "rbind")
                    .mount("tmpfs", "t\0", "/t")
                    .masked("/x\0")))
        .extracting(Offence::pointer)
        .containsExactly("/mounts/0/destination", "/mounts/1/source", "/linux/maskedPaths/0");
  }

  @Test
  void unusableRootIsNamed() throws IOException {
    Files.createSymbolicLink(bundle.resolve("link"), rootfs);

    for (Path path :
        List.of(
            bundle.resolve("none"), bundle.resolve("file"), bundle.resolve("link"), Path.of("/"))) {
      assertThat(
              catchThrowableOfType(
                      HuskException.class,
                      () ->
                          Plans.plan(
                              ConfigBuilder.bare(),
                              bundle,
                              path,
                              Path.of("/stage"),
                              Path.of("/opt/husk-init")))
                  .failure())
          .isInstanceOf(BwrapFailure.RootfsUnusable.class)
          .satisfies(
              failure -> assertThat(failure.message()).contains("/root/path", path.toString()));
    }
  }

  @Test
  void missingCapabilitiesOfTheShimAreNamed() {
    assertThat(
            catchThrowableOfType(
                    HuskException.class,
                    () ->
                        SandboxPlanner.plan(
                            ConfigBuilder.bare().build(),
                            bundle,
                            rootfs,
                            new SandboxPlanner.Means(
                                Path.of("/stage"), Path.of("/opt/husk-init"), 0, false)))
                .failure())
        .isInstanceOf(BwrapFailure.MissingCapabilities.class)
        .satisfies(failure -> assertThat(failure.why()).contains("CAP_SYS_ADMIN", "CAP_SETUID"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CAP_SYS_ADMIN",
        "CAP_SYS_MODULE",
        "CAP_SYS_RAWIO",
        "CAP_SYS_BOOT",
        "CAP_DAC_READ_SEARCH",
        "CAP_BPF",
        "CAP_PERFMON"
      })
  void capabilitiesThatLeadOutOfTheSandboxAreForTheOperatorToAllow(String name) {
    ConfigBuilder config = ConfigBuilder.bare().bounding("CAP_CHOWN", name);
    refused(config, "/process/capabilities/bounding/1", FailureKind.UNSUPPORTED);
    assertThat(offences(config).getFirst().remedy()).contains("--privileged");
  }

  @Test
  void theHostsPidNamespaceIsForTheOperatorToAllow() {
    refused(
        ConfigBuilder.bare().without(NamespaceType.PID),
        "/linux/namespaces",
        FailureKind.UNSUPPORTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/sys/fs/cgroup", "/sys", "/proc", "/proc/1", "/"})
  void theHostsCgroupsAndProcessesAreNotHandedIn(String source) {
    refused(
        ConfigBuilder.bare().mount("bind", source, "/data", "rbind"),
        "/mounts/0/source",
        FailureKind.UNSUPPORTED);
  }

  @ParameterizedTest
  @CsvSource({"/sys,bind", "/sys,rw", "/sys/kernel,rbind", "/sys/block,bind"})
  void theHostsSysfsIsNotHandedInWritable(String source, String option) {
    refused(
        ConfigBuilder.bare().mount("bind", source, "/data", "bind", option),
        "/mounts/0/source",
        FailureKind.UNSUPPORTED);
  }
}
