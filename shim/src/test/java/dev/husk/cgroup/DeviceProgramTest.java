package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.oci.Resources;
import dev.husk.oci.ResourcesReader;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Device rules, by what their program answers here and to the kernel. */
class DeviceProgramTest {
  private static final Resources.DeviceRule DENY_ALL = rule("deny a -1 -1 rwm");

  /** {@code allow c 1 3 rw}; -1 is any. */
  private static Resources.DeviceRule rule(String text) {
    String[] words = text.split(" ", -1);
    return new Resources.DeviceRule(
        words[0].equals("allow"),
        Optional.of(words[1]),
        OptionalLong.of(Long.parseLong(words[2])),
        OptionalLong.of(Long.parseLong(words[3])),
        Optional.of(words[4]));
  }

  private static List<Resources.DeviceRule> rules(String text) {
    List<Resources.DeviceRule> rules = new ArrayList<>();
    for (String rule : text.split(";", -1)) {
      if (!rule.isBlank()) {
        rules.add(rule(rule.strip()));
      }
    }
    return rules;
  }

  /** What a sandbox with these rules may do: {@code c 1 3 rw}. */
  private static boolean allows(String rules, String request) {
    return allows(DeviceProgram.of(DeviceAccess.rules(rules(rules))), request);
  }

  private static boolean allows(byte[] program, String request) {
    String[] words = request.split(" ", -1);
    int access = 0;
    for (int i = 0; i < words[3].length(); i++) {
      char c = words[3].charAt(i);
      access |=
          c == 'r' ? DeviceProgram.READ : c == 'w' ? DeviceProgram.WRITE : DeviceProgram.MKNOD;
    }
    return DeviceMachine.run(
            program,
            words[0].equals("c") ? DeviceProgram.CHAR : DeviceProgram.BLOCK,
            access,
            Integer.parseInt(words[1]),
            Integer.parseInt(words[2]))
        == 1;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|c 1 3 rw|true",
        "|c 1 9 r|true",
        "|c 136 5 rw|true",
        "|c 5 2 rw|true",
        "|c 5 1 rw|false",
        "|c 1 1 r|false",
        "|b 1 3 r|false",
        "|b 8 0 r|false",
        "|c 1 3 m|true",
        "|c 10 229 m|false",
        "deny a -1 -1 rwm|c 1 5 rw|true",
        "deny a -1 -1 rwm|b 8 0 r|false",
        "allow a -1 -1 rwm|b 8 0 rwm|true",
        "allow a -1 -1 rwm; deny b -1 -1 w|b 8 0 r|true",
        "allow a -1 -1 rwm; deny b -1 -1 w|b 8 0 w|false",
        "allow a -1 -1 rwm; deny b -1 -1 w|b 8 0 rw|false",
        "allow a -1 -1 rwm; deny b -1 -1 w|c 10 1 rw|true",
        "deny a -1 -1 rwm; allow c 10 229 rw|c 10 229 rw|true",
        "deny a -1 -1 rwm; allow c 10 229 rw|c 10 229 rwm|false",
        "deny a -1 -1 rwm; allow c 10 229 rw|c 10 228 rw|false",
        "allow c 10 229 rw; deny a -1 -1 rwm|c 10 229 r|false",
        "allow c 10 229 r; allow c 10 -1 w|c 10 229 rw|true",
        "allow c 10 229 r; allow c 10 -1 w|c 10 228 rw|false",
        "deny c 1 9 rwm|c 1 9 r|false",
        "deny c 1 9 w|c 1 9 r|true",
        "deny c 1 9 w|c 1 9 w|false",
        "deny c 1 9 rwm|c 1 8 r|true",
        "deny c 1 -1 rwm|c 1 8 r|false",
        "deny c 1 -1 rwm; allow c 1 3 rw|c 1 3 rw|true",
        "deny c -1 -1 rwm|c 1 3 rw|true",
        "allow b -1 3 r|b 200 3 r|true",
        "allow b 5000 3 r|b 904 3 r|false",
        "allow c -1 -1 m|c 77 7 m|true",
        "allow c -1 -1 m|c 77 7 r|false"
      })
  void theLastRuleThatMatchesDecides(String rules, String request, boolean allowed) {
    assertThat(allows(rules == null ? "" : rules, request)).isEqualTo(allowed);
  }

  /** Against the sentence "for each way of access the last rule that matches decides". */
  @Test
  void anyRulesMeanWhatTheySay() {
    Random random = new Random(20260710);
    String[] accesses = {"r", "w", "m", "rw", "rm", "wm", "rwm"};
    for (int round = 0; round < 3_000; round++) {
      List<Resources.DeviceRule> rules = new ArrayList<>();
      int count = random.nextInt(7);
      for (int i = 0; i < count; i++) {
        rules.add(
            new Resources.DeviceRule(
                random.nextBoolean(),
                Optional.of(List.of("a", "b", "c").get(random.nextInt(3))),
                OptionalLong.of(random.nextInt(4) - 1),
                OptionalLong.of(random.nextInt(4) - 1),
                Optional.of(accesses[random.nextInt(7)])));
      }
      byte[] program = DeviceProgram.of(rules);
      for (String type : List.of("b", "c")) {
        for (int device = 0; device < 9; device++) {
          for (String access : accesses) {
            String request = type + " " + device / 3 + " " + device % 3 + " " + access;
            assertThat(allows(program, request))
                .as(rules + " " + request)
                .isEqualTo(meaning(rules, type, device / 3, device % 3, access));
          }
        }
      }
    }
  }

  private static boolean meaning(
      List<Resources.DeviceRule> rules, String type, int major, int minor, String access) {
    for (int i = 0; i < access.length(); i++) {
      char way = access.charAt(i);
      boolean allowed = false;
      for (Resources.DeviceRule rule : rules) {
        if ((rule.type().orElseThrow().equals("a") || rule.type().orElseThrow().equals(type))
            && (rule.major().orElseThrow() == -1 || rule.major().orElseThrow() == major)
            && (rule.minor().orElseThrow() == -1 || rule.minor().orElseThrow() == minor)
            && rule.access().orElseThrow().indexOf(way) >= 0) {
          allowed = rule.allow();
        }
      }
      if (!allowed) {
        return false;
      }
    }
    return true;
  }

  @Test
  void aRuleWithoutNumbersIsForAll() throws Exception {
    Resources resources = ResourcesReaderOfConfig.devices("[{\"allow\": true, \"access\": \"r\"}]");
    byte[] program = DeviceProgram.of(DeviceAccess.rules(resources.devices()));
    assertThat(allows(program, "b 8 0 r")).isTrue();
    assertThat(allows(program, "b 8 0 w")).isFalse();
  }

  /** The rules of a config, which a change of limits may not have. */
  private static final class ResourcesReaderOfConfig {
    static Resources devices(String rules) throws Exception {
      String config =
          "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"x\"}, \"linux\": {\"resources\":"
              + " {\"devices\": "
              + rules
              + "}}}";
      return dev.husk.oci.ConfigReader.parse(config.getBytes(StandardCharsets.UTF_8), "config")
          .linux()
          .resources();
    }
  }

  @Test
  void aChangeOfLimitsHasNoDeviceRules() {
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () ->
                    ResourcesReader.parse(
                        "{\"devices\": [{\"allow\": false}]}".getBytes(StandardCharsets.UTF_8),
                        "change")))
        .hasMessageContaining("/linux/resources/devices");
  }

  private static SandboxCgroup create(ModelCgroupFs fs, String rules, LimitPolicy policy)
      throws Exception {
    CgroupHost host =
        new CgroupHost(
            CgroupHost.Mode.UNIFIED, ModelCgroupFs.MOUNT, "/", "/", List.of("pids"), false, false);
    Resources r = Resources.none();
    Resources resources =
        new Resources(
            rules(rules),
            r.memory(),
            r.cpu(),
            r.blockIO(),
            List.of(),
            r.network(),
            OptionalLong.empty(),
            java.util.Map.of(),
            java.util.Map.of());
    SandboxCgroup.Spec spec =
        new SandboxCgroup.Spec(
            "x", Optional.empty(), resources, policy, RetryBudget.DEFAULT, false);
    return new SandboxCgroupMaker(fs, host, spec, new TestPacer(), fs::exit).make();
  }

  @Test
  void theProgramIsOnTheSandboxBeforeAnythingIsBelowIt() throws Exception {
    ModelCgroupFs fs = ModelCgroupFs.host("pids");
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("bpf")) {
            assertThat(fs.children(path)).isEmpty();
          }
        });
    SandboxCgroup cgroup = create(fs, "allow c 10 229 rw", LimitPolicy.STRICT);
    assertThat(cgroup.deviceControl())
        .isEqualTo(new DeviceControl(DeviceControl.Kind.BPF_PROGRAM, ""));
    byte[] program = fs.deviceFilters.get(cgroup.sandboxDir());
    assertThat(allows(java.util.Objects.requireNonNull(program), "c 10 229 rw")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|-1",
        "deny a -1 -1 rwm|-1",
        "deny b -1 -1 w|-1",
        "deny a -1 -1 rwm; allow c 1 3 rwm; allow c 5 1 rwm; allow c 136 -1 rwm; allow c -1 -1 m|-1",
        "deny a -1 -1 rwm; allow c 10 229 rw|1",
        "allow a -1 -1 rwm|0",
        "deny c 1 9 r|0",
        "deny c 1 -1 r|0",
        "allow c 1 -1 r|0",
        "deny c 136 3 r|0"
      })
  void withoutAProgramTheRulesHaveToBeWhatThePrivateDevComesTo(String text, int refused)
      throws Exception {
    String rules = text == null ? "" : text;
    ModelCgroupFs fs = ModelCgroupFs.host("pids");
    fs.filterRefusal = Optional.of(Errno.EPERM);
    if (refused < 0) {
      DeviceControl control = create(fs, rules, LimitPolicy.STRICT).deviceControl();
      assertThat(control.kind()).isEqualTo(DeviceControl.Kind.PRIVATE_DEV);
      assertThat(control.reason()).contains("EPERM").doesNotContain("not applied");
      return;
    }
    var failure =
        Failures.expect(
            CgroupFailure.DeviceRuleNotApplied.class, () -> create(fs, rules, LimitPolicy.STRICT));
    assertThat(failure.where()).isEqualTo("/linux/resources/devices/" + refused);
    assertThat(fs.tree()).isEmpty();
    DeviceControl control = create(fs, rules, LimitPolicy.BEST_EFFORT).deviceControl();
    assertThat(control.reason()).contains("not applied: /linux/resources/devices/" + refused);
  }

  private static KernelCgroups kernelWithPrograms() throws Exception {
    KernelCgroups kernel = KernelCgroups.open();
    Path probe = kernel.root().resolve("probe");
    kernel.fs().mkdir(probe);
    try {
      kernel.fs().attachDeviceFilter(probe, DeviceProgram.of(List.of(DENY_ALL)));
    } catch (ErrnoException e) {
      kernel.close();
      assumeTrue(false, "this kernel lets us have no device program: " + e.getMessage());
    }
    return kernel;
  }

  /** Exit status of a shell in a cgroup with these rules. */
  private static int run(KernelCgroups kernel, String name, String rules, String script)
      throws Exception {
    Path cgroup = kernel.root().resolve(name);
    kernel.fs().mkdir(cgroup);
    kernel.fs().attachDeviceFilter(cgroup, DeviceProgram.of(DeviceAccess.rules(rules(rules))));
    Process shell =
        new ProcessBuilder(
                "sh", "-c", "echo 0 > \"$0/cgroup.procs\" && " + script, cgroup.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(shell.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return shell.exitValue();
  }

  @Test
  void theKernelObeysTheProgram() throws Exception {
    KernelCgroups kernel = kernelWithPrograms();
    try {
      String read = "head -c 1 /dev/urandom";
      String write = "echo > /dev/urandom";
      assertThat(run(kernel, "a", "", read)).isZero();
      assertThat(run(kernel, "b", "deny a -1 -1 rwm", read + " && echo > /dev/null")).isZero();
      assertThat(run(kernel, "c", "deny c 1 9 rwm", read)).isNotZero();
      assertThat(run(kernel, "d", "deny c 1 9 w", read)).isZero();
      assertThat(run(kernel, "e", "deny c 1 9 w", write)).isNotZero();
      String kmsg = "test ! -e /dev/kmsg || true < /dev/kmsg";
      assertThat(run(kernel, "f", "", "test ! -e /dev/kmsg || ! true < /dev/kmsg")).isZero();
      assertThat(run(kernel, "g", "allow c 1 11 r", kmsg)).isZero();
      assertThat(run(kernel, "h", "allow a -1 -1 rwm; deny b 8 -1 w; deny c 7 3 m", kmsg)).isZero();
    } finally {
      kernel.close();
    }
  }

  /** The kernel's verifier is the judge of any program that rules can make. */
  @Test
  void theKernelTakesEveryProgram() throws Exception {
    KernelCgroups kernel = kernelWithPrograms();
    try {
      Random random = new Random(7);
      String[] accesses = {"r", "w", "m", "rw", "rm", "wm", "rwm"};
      for (int round = 0; round < 60; round++) {
        List<Resources.DeviceRule> rules = new ArrayList<>();
        int count = round == 0 ? 300 : random.nextInt(8);
        for (int i = 0; i < count; i++) {
          rules.add(
              new Resources.DeviceRule(
                  random.nextBoolean(),
                  Optional.of(List.of("a", "b", "c").get(random.nextInt(3))),
                  OptionalLong.of(random.nextInt(5) - 1),
                  OptionalLong.of(random.nextInt(5) - 1),
                  Optional.of(accesses[random.nextInt(7)])));
        }
        Path cgroup = kernel.root().resolve("p" + round);
        kernel.fs().mkdir(cgroup);
        kernel.fs().attachDeviceFilter(cgroup, DeviceProgram.of(rules));
        kernel.fs().rmdir(cgroup);
      }
    } finally {
      kernel.close();
    }
  }
}
