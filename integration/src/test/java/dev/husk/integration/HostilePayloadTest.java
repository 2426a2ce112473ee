package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.v1.ExitStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A payload that attacks: nothing of it gets outside, and nothing outside is changed by it. */
@Tag("lab-too")
class HostilePayloadTest extends RealSandboxes {
  /** The file has an owner's write bit, and nothing happens when it is written. */
  private static final String HARMLESS = "/proc/timer_list";

  static final String[] ATTACKS = {
    "join",
    "raise",
    "descriptors",
    "handles",
    "kernel",
    "host",
    "peers",
    "files",
    "mount",
    "unshare",
    "fill",
  };

  private static final List<String> WAYS_OUT =
      List.of(
          "freeze-v1",
          "open-v1",
          "keyctl",
          "add_key",
          "request_key",
          "answer",
          "inject",
          "overwrite",
          "setns",
          "handle",
          "init_module",
          "kexec_load",
          "settimeofday");

  /** What the payload may do. */
  private enum Rights {
    ROOT_WITHOUT_CAPABILITIES(0, false, List.of()),
    ROOT_WITH_WRITABLE_CGROUPS(0, true, List.of()),
    USER_WITH_WRITABLE_CGROUPS(1000, true, List.of()),
    /** What Docker gives. */
    USUAL_CAPABILITIES(
        0,
        true,
        List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FSETID",
            "CAP_FOWNER",
            "CAP_MKNOD",
            "CAP_NET_RAW",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETFCAP",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_SYS_CHROOT",
            "CAP_KILL",
            "CAP_AUDIT_WRITE")),
    NETWORK_AND_TRACE(
        0, true, List.of("CAP_NET_ADMIN", "CAP_SYS_PTRACE", "CAP_SYS_NICE", "CAP_KILL"));

    private final int uid;
    private final boolean writableCgroups;
    private final List<String> capabilities;

    Rights(int uid, boolean writableCgroups, List<String> capabilities) {
      this.uid = uid;
      this.writableCgroups = writableCgroups;
      this.capabilities = capabilities;
    }

    Bundle apply(Bundle bundle) throws Exception {
      bundle.set("/process/user/uid", uid).set("/process/user/gid", uid);
      for (String set : List.of("bounding", "permitted", "effective")) {
        bundle.set("/process/capabilities/" + set, capabilities);
      }
      return writableCgroups ? Hostile.withWritableCgroups(bundle) : bundle;
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingThatItTriesLeadsOutside(Rights rights) throws Exception {
    Bundle bundle = Hostile.payload(rights.apply(bundle()), ATTACKS);
    // Root's files of procfs are this root's: those of user-mode Linux are protected as others are.
    bundle.set(
        "/linux/readonlyPaths", List.of("/proc/bus", "/proc/irq", "/proc/sys", "/proc/exitcode"));
    Path output = temp.resolve("report");
    try (Victim victim = new Victim();
        Observer observer = new Observer();
        Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create(output);
      Path cgroup = shim.cgroup();
      Map<String, String> settings = ControlFiles.of(cgroup);
      List<Long> deadmen = shim.deadmen();
      client.start();
      ExitStatus exit = client.await();

      List<Hostile.Line> report = Hostile.report(output);
      String said = Files.readString(output, StandardCharsets.ISO_8859_1);
      assertThat(exit.getCode()).as(said).isZero();
      assertThat(report.stream().filter(line -> line.kind().equals("end")))
          .extracting(Hostile.Line::name)
          .containsExactly(ATTACKS);
      // Where there is cgroup v1, a user namespace would lead to it.
      assertThat(said).contains(CgroupV2.besideV1() ? "try\tunshare\tuser\tEPERM" : "nested\tdone");
      assertThat(report.stream().filter(HostilePayloadTest::isWayOut)).isEmpty();
      assertThat(victim.unharmed()).isTrue();
      assertThat(ControlFiles.of(cgroup)).isEqualTo(settings);
      assertThat(shim.deadmen()).isEqualTo(deadmen).hasSize(1);
      assertThat(observer.escapes()).isEmpty();
      assertThat(observer.processesSeen()).isGreaterThan(3);
      client.delete(false);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  /** Whether the kernel allowed what leads outside, or can change what is there. */
  static boolean isWayOut(Hostile.Line line) {
    return line.target().startsWith("escaped")
        || (line.isState("descriptor") && !isOwnDescriptor(line.target()))
        || (line.isState("strangers") && !line.target().equals("0"))
        || (line.isState("host file") && !line.target().equals(HARMLESS))
        || WAYS_OUT.stream().anyMatch(line::succeeded);
  }

  /**
   * A file that the attack itself has open; or one of its first process', seen from a user
   * namespace below, where links are not shown: what was inherited shows in {@code /proc/self} as
   * well.
   */
  private static boolean isOwnDescriptor(String target) {
    return target.endsWith("/hostile-filler")
        || (target.startsWith("/proc/1/fd/") && target.endsWith("-> "));
  }

  /** Its own program is the payload: husk-init by the link of procfs, which leads onto the host. */
  @Test
  void husksOwnProgramIsNoPayloadAndStaysAsItIs() throws Exception {
    Path init = Husk.LAUNCHER.resolveSibling("target/dist/lib/husk-init");
    List<Object> before = unchanging(init);
    Outcome verb = Husk.run("run", bundle().args("/proc/self/exe", "init").toString());
    assertThat(verb.status()).as("%s", verb).isNotZero();
    Bundle bundle = bundle();
    Files.writeString(bundle.rootfs().resolve("bin/again"), "#!/proc/self/exe\n");
    assertThat(bundle.rootfs().resolve("bin/again").toFile().setExecutable(true)).isTrue();
    Outcome script = Husk.run("run", bundle.args("/bin/again").toString());
    assertThat(script.status()).as("%s", script).isNotZero();
    assertThat(unchanging(init)).isEqualTo(before);
  }

  private static List<Object> unchanging(Path file) throws Exception {
    return List.of(
        Files.getLastModifiedTime(file), Files.getAttribute(file, "unix:ctime"), Files.size(file));
  }

  /** Keyrings know no namespaces: the user's would be the host's. */
  @Test
  void keysAreForTrustedPayloadsAlone() throws Exception {
    Path output = temp.resolve("output");
    try (Shim shim = Shim.serve(Hostile.payload(bundle(), "kernel"))) {
      shim.client().create(output);
      shim.client().start();
      assertThat(shim.client().await().getCode()).isZero();
      shim.client().delete(false);
      shim.husk().outcome();
    }
    assertThat(Hostile.report(output))
        .filteredOn(line -> List.of("keyctl", "add_key", "request_key").contains(line.name()))
        .hasSize(4)
        .allMatch(line -> line.result().equals("ENOSYS"));
  }

  @Test
  void everyTrustedSandboxHasASessionKeyringOfItsOwn() throws Exception {
    Path one = temp.resolve("one");
    Path other = temp.resolve("other");
    for (Path output : List.of(one, other)) {
      try (Shim shim = Shim.serve(Hostile.payload(bundle(), "kernel"), "--privileged")) {
        shim.client().create(output);
        shim.client().start();
        assertThat(shim.client().await().getCode()).isZero();
        shim.client().delete(false);
        shim.husk().outcome();
      }
    }
    assertThat(value(one, "session keys")).isEqualTo("0");
    assertThat(value(other, "session keyring")).isNotEqualTo(value(one, "session keyring"));
  }

  private static String value(Path output, String state) throws Exception {
    return Hostile.report(output).stream()
        .filter(line -> line.isState(state))
        .findFirst()
        .orElseThrow()
        .target();
  }

  @Test
  void aDaemonDoesNotOutliveThePayload() throws Exception {
    Bundle bundle = Hostile.payload(bundle(), "daemon");
    try (Observer observer = new Observer();
        Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create();
      client.start();
      Eventually.is(Programs.BOUND, () -> client.pids().size() == 3, () -> "" + client.pids());
      client.kill("KILL");
      assertThat(client.await().getCode()).isEqualTo(137);
      assertThat(client.pids()).isEmpty();
      client.delete(false);
      assertThat(shim.husk().outcome().status()).isZero();
      assertThat(observer.escapes()).isEmpty();
    }
  }

  @Test
  void itsOutputCanBeClosed() throws Exception {
    assertThat(Husk.run("run", Hostile.payload(bundle(), "close-output").toString()).status())
        .isEqualTo(7);
  }
}
