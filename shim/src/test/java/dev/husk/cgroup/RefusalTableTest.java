package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every refusal that the kernel has for a step of delegation: each is provoked, on the real kernel
 * where a test can bring it about, else on the model, and has its own failure with its own hint.
 */
class RefusalTableTest {
  private static final List<String> HUGETLB = List.of("hugetlb");
  private static final RetryBudget SHORT =
      new RetryBudget(4, Duration.ofSeconds(2), Duration.ofMillis(1));

  /** What husk does to the tree. */
  enum Step {
    MAKE_LEAF("mkdir", "init"),
    LIST("read", "cgroup.procs"),
    MOVE("write", "init/cgroup.procs"),
    ENABLE("write", "cgroup.subtree_control"),
    KILL("write", "cgroup.kill"),
    REMOVE("rmdir", "");

    private final String operation;
    private final String file;

    Step(String operation, String file) {
      this.operation = operation;
      this.file = file;
    }
  }

  /** What the kernel can answer to each step, by its source. */
  private static final Map<Step, List<String>> ANSWERS = new EnumMap<>(Step.class);

  static {
    ANSWERS.put(
        Step.MAKE_LEAF,
        List.of(
            "EEXIST", "EACCES", "EPERM", "EROFS", "EAGAIN", "ENOENT", "ENODEV", "ENOMEM",
            "ENOSPC"));
    ANSWERS.put(Step.LIST, List.of("EOPNOTSUPP", "ENOENT", "ENODEV", "EACCES", "pid 0"));
    ANSWERS.put(
        Step.MOVE,
        List.of(
            "ESRCH",
            "EINVAL kernel thread",
            "EINVAL",
            "EACCES",
            "ENOENT",
            "EBUSY",
            "EOPNOTSUPP",
            "EPERM",
            "ENOSPC",
            "ENODEV",
            "open ENOENT",
            "open EACCES",
            "zombie"));
    ANSWERS.put(
        Step.ENABLE,
        List.of(
            "EBUSY",
            "EBUSY -",
            "ENOENT",
            "EINVAL",
            "EOPNOTSUPP",
            "EACCES",
            "EPERM",
            "EROFS",
            "ENODEV",
            "ENOMEM"));
    ANSWERS.put(Step.KILL, List.of("ENOENT", "EOPNOTSUPP", "EACCES"));
    ANSWERS.put(Step.REMOVE, List.of("EBUSY", "ENOTEMPTY", "blocks"));
  }

  /** A cgroup "x" of the test's own, on the kernel. */
  private interface Scene {
    void play(KernelCgroups kernel, Path x) throws Exception;
  }

  /**
   * A line of the table.
   *
   * @param expected simple name of the failure, or what happens instead of one
   * @param hint part of the remedy
   */
  private record Row(
      Step step, String errno, String ground, String expected, String hint, Deed deed) {
    @Override
    public String toString() {
      return step + ": " + errno + ", on the " + ground + ": " + expected;
    }
  }

  private final List<Row> rows = new ArrayList<>();

  RefusalTableTest() {
    makeLeaf();
    list();
    move();
    enable();
    kill();
    remove();
  }

  private void kernel(Step step, String errno, String expected, String hint, Scene scene) {
    rows.add(new Row(step, errno, "kernel", expected, hint, () -> onTheKernel(scene)));
  }

  /** Where a test cannot bring the kernel to it. */
  private void model(Step step, String errno, String expected, String hint) {
    rows.add(
        new Row(step, errno, "model", expected, hint, () -> injected(step, errno, expected, hint)));
  }

  private void makeLeaf() {
    kernel(
        Step.MAKE_LEAF,
        "EEXIST",
        "it is used",
        "",
        (kernel, x) -> {
          kernel.fs().mkdir(x.resolve("init"));
          assertThat(delegation(kernel.fs()).delegate(x, "init", HUGETLB).rounds()).isEqualTo(1);
        });
    kernel(
        Step.MAKE_LEAF,
        "EAGAIN",
        "TooDeep",
        "raise that bound",
        (kernel, x) -> {
          kernel.fs().write(x.resolve("cgroup.max.descendants"), "0");
          var failure = expect(CgroupFailure.TooDeep.class, kernel.fs(), x);
          assertThat(failure.why()).contains(x.resolve("cgroup.max.descendants") + " (0)");
          kernel.fs().write(x.resolve("cgroup.max.descendants"), "max");
          kernel.fs().write(kernel.root().resolve("cgroup.max.depth"), "1");
          failure = expect(CgroupFailure.TooDeep.class, kernel.fs(), x);
          assertThat(failure.why()).contains(kernel.root().resolve("cgroup.max.depth") + " (1)");
          assertThat(failure.remedy()).contains("raise that bound");
        });
    kernel(
        Step.MAKE_LEAF,
        "ENOENT",
        "Vanished",
        "one of its own",
        (kernel, x) -> {
          kernel.fs().rmdir(x);
          assertThat(expect(CgroupFailure.Vanished.class, kernel.fs(), x).remedy())
              .contains("one of its own");
        });
    kernel(
        Step.MAKE_LEAF,
        "EACCES",
        "NotDelegated",
        "Delegate=yes",
        (kernel, x) ->
            elsewhere(nobody(), "delegate", x, "NotDelegated", "EACCES", "Delegate=yes"));
    kernel(
        Step.MAKE_LEAF,
        "EROFS",
        "NotDelegated",
        "writable",
        (kernel, x) ->
            elsewhere(readOnly(kernel), "delegate", x, "NotDelegated", "EROFS", "writable"));
    model(Step.MAKE_LEAF, "EPERM", "NotDelegated", "Delegate=yes");
    model(Step.MAKE_LEAF, "ENODEV", "Vanished", "one of its own");
    model(Step.MAKE_LEAF, "ENOMEM", "KernelFull", "no longer used");
    model(Step.MAKE_LEAF, "ENOSPC", "KernelFull", "no longer used");
  }

  private void list() {
    kernel(
        Step.LIST,
        "EOPNOTSUPP",
        "ThreadedSubtree",
        "-cpu -cpuset -pids",
        (kernel, x) -> {
          Path threaded = x.resolve("t");
          kernel.fs().mkdir(threaded);
          kernel.fs().write(threaded.resolve("cgroup.type"), "threaded");
          assertThat(expect(CgroupFailure.ThreadedSubtree.class, kernel.fs(), threaded).remedy())
              .contains("-cpu -cpuset -pids");
        });
    kernel(
        Step.LIST,
        "ENOENT",
        "Vanished",
        "one of its own",
        (kernel, x) -> {
          InterposedFs fs = removedBefore(kernel, x, Step.LIST);
          assertThat(expect(CgroupFailure.Vanished.class, fs, x).what()).contains("list");
        });
    kernel(
        Step.LIST,
        "pid 0",
        "ForeignProcess",
        "pid namespace",
        (kernel, x) -> {
          kernel.startIn(x, "sleep 100");
          awaitPopulated(kernel, x);
          elsewhere(
              List.of("unshare", "-m", "-p", "-f", "--mount-proc", "--kill-child"),
              "delegate",
              x,
              "ForeignProcess",
              "pid 0",
              "pid namespace");
        });
    model(Step.LIST, "ENODEV", "Vanished", "one of its own");
    model(Step.LIST, "EACCES", "NotDelegated", "Delegate=yes");
  }

  private void move() {
    kernel(
        Step.MOVE,
        "ESRCH",
        "it is forgotten",
        "",
        (kernel, x) -> {
          long pid = kernel.startIn(x, "exec sleep 100");
          awaitPopulated(kernel, x);
          InterposedFs fs =
              before(
                  kernel,
                  x,
                  Step.MOVE,
                  () -> {
                    end(kernel, pid);
                    awaitEmpty(kernel, x);
                  });
          assertThat(delegation(fs).delegate(x, "init", HUGETLB).moved()).isZero();
        });
    kernel(
        Step.MOVE,
        "EINVAL kernel thread",
        "it is skipped",
        "",
        (kernel, x) -> {
          assumeTrue(
              kernel.fs().read(Path.of("/proc/2/comm")).startsWith("kthreadd"),
              "no kernel thread is to be seen from this pid namespace");
          InterposedFs fs = new InterposedFs(kernel.fs()).lie(x.resolve("cgroup.procs"), "2\n");
          assertThat(delegation(fs).delegate(x, "init", HUGETLB).moved()).isZero();
        });
    kernel(
        Step.MOVE,
        "EACCES",
        "AncestorDenied",
        "systemd-run --user --scope",
        (kernel, x) -> {
          kernel.startIn(x, "sleep 100");
          awaitPopulated(kernel, x);
          chown(x);
          elsewhere(
              nobody(), "delegate", x, "AncestorDenied", "EACCES", "systemd-run --user --scope");
        });
    kernel(
        Step.MOVE,
        "EBUSY",
        "NotALeaf",
        "subtree_control",
        (kernel, x) -> {
          kernel.fs().write(x.resolve("cgroup.subtree_control"), "+hugetlb");
          kernel.fs().mkdir(x.resolve("init"));
          kernel.fs().write(x.resolve("init/cgroup.subtree_control"), "+hugetlb");
          InterposedFs fs = listing(kernel, x, kernel.start("sleep", "100"));
          var failure = expect(CgroupFailure.NotALeaf.class, fs, x);
          assertThat(failure.why()).contains("controllers hugetlb");
          assertThat(failure.remedy()).contains("subtree_control");
        });
    kernel(
        Step.MOVE,
        "EOPNOTSUPP",
        "ThreadedSubtree",
        "-cpu -cpuset -pids",
        (kernel, x) -> {
          kernel.fs().mkdir(x.resolve("init"));
          kernel.fs().mkdir(x.resolve("init/t"));
          kernel.fs().mkdir(x.resolve("threaded"));
          kernel.fs().write(x.resolve("threaded/cgroup.type"), "threaded");
          InterposedFs fs = listing(kernel, x, kernel.start("sleep", "100"));
          List<Integer> asked = new ArrayList<>();
          fs.before(
              (operation, path, content) -> {
                if (path.equals(x.resolve("init/cgroup.procs"))) {
                  asked.add(1);
                }
              });
          fs.lieOnce(x.resolve("init/cgroup.type"), "domain\n");
          assertThat(expect(CgroupFailure.ThreadedSubtree.class, fs, x).type())
              .isEqualTo("domain invalid");
          assertThat(asked).hasSize(1);
        });
    kernel(
        Step.MOVE,
        "open ENOENT",
        "Vanished",
        "one of its own",
        (kernel, x) -> {
          InterposedFs fs = listing(kernel, x, kernel.start("sleep", "100"));
          fs.before(
              (operation, path, content) -> {
                if (path.equals(x.resolve("init/cgroup.procs"))) {
                  kernel.fs().rmdir(x.resolve("init"));
                }
              });
          assertThat(expect(CgroupFailure.Vanished.class, fs, x).remedy())
              .contains("one of its own");
        });
    kernel(
        Step.MOVE,
        "open EACCES",
        "NotDelegated",
        "Delegate=yes",
        (kernel, x) -> {
          kernel.fs().mkdir(x.resolve("init"));
          kernel.startIn(x, "sleep 100");
          awaitPopulated(kernel, x);
          elsewhere(nobody(), "delegate", x, "NotDelegated", "EACCES", "Delegate=yes");
        });
    model(Step.MOVE, "EINVAL", "Immovable", "chrt");
    model(Step.MOVE, "ENOENT", "BehindBorder", "inside of the namespace");
    model(Step.MOVE, "EPERM", "Immovable", "chrt");
    model(Step.MOVE, "ENOSPC", "Immovable", "chrt");
    model(Step.MOVE, "ENODEV", "Vanished", "one of its own");
    rows.add(
        new Row(
            Step.MOVE,
            "zombie",
            "model",
            "it is no reason to go on",
            "",
            () -> {
              ModelCgroupFs fs = modelFs();
              fs.spawnZombie(MODEL_X);
              assertThat(delegation(fs).delegate(MODEL_X, "init", List.of("memory")).rounds())
                  .isEqualTo(1);
            }));
  }

  private void enable() {
    kernel(
        Step.ENABLE,
        "EBUSY",
        "Busy",
        "keeps starting processes",
        (kernel, x) -> {
          InterposedFs fs =
              before(
                  kernel,
                  x,
                  Step.ENABLE,
                  () -> {
                    kernel.startIn(x, "sleep 100");
                    awaitPopulated(kernel, x, "cgroup.procs");
                  });
          var failure = expect(CgroupFailure.Busy.class, fs, x);
          assertThat(failure.rounds()).isEqualTo(SHORT.maxRounds());
          assertThat(failure.remedy()).contains("keeps starting processes");
          assertThat(kernel.fs().read(x.resolve("cgroup.subtree_control"))).isBlank();
        });
    kernel(
        Step.ENABLE,
        "EBUSY -",
        "it stays on",
        "",
        (kernel, x) -> {
          kernel.fs().write(x.resolve("cgroup.subtree_control"), "+hugetlb");
          kernel.fs().mkdir(x.resolve("init"));
          kernel.fs().write(x.resolve("init/cgroup.subtree_control"), "+hugetlb");
          assertThat(delegation(kernel.fs()).enable(x, "-hugetlb", HUGETLB)).isFalse();
          assertThat(Controllers.enabled(kernel.fs(), x)).isEqualTo(HUGETLB);
        });
    kernel(
        Step.ENABLE,
        "ENOENT",
        "NotHandedDown",
        "Delegate=",
        (kernel, x) -> {
          Path below = x.resolve("below");
          kernel.fs().mkdir(below);
          var failure =
              Failures.expect(
                  CgroupFailure.NotHandedDown.class,
                  () -> delegation(kernel.fs()).enable(below, "+hugetlb", HUGETLB));
          assertThat(failure.why()).contains("+hugetlb").contains("cgroup.controllers: none");
          assertThat(failure.remedy()).contains("Delegate=");
        });
    kernel(
        Step.ENABLE,
        "EINVAL",
        "NotEnabled",
        "does not know",
        (kernel, x) -> {
          var failure =
              Failures.expect(
                  CgroupFailure.NotEnabled.class,
                  () -> delegation(kernel.fs()).enable(x, "+nonsense", List.of("nonsense")));
          assertThat(failure.remedy()).contains("does not know").contains("RT_GROUP_SCHED");
        });
    kernel(
        Step.ENABLE,
        "EOPNOTSUPP",
        "ThreadedSubtree",
        "-cpu -cpuset -pids",
        (kernel, x) -> {
          kernel.fs().mkdir(x.resolve("t"));
          kernel.fs().write(x.resolve("t/cgroup.type"), "threaded");
          var failure =
              Failures.expect(
                  CgroupFailure.ThreadedSubtree.class,
                  () -> delegation(kernel.fs()).enable(x, "+hugetlb", HUGETLB));
          assertThat(failure.type()).isEqualTo("domain threaded");
        });
    kernel(
        Step.ENABLE,
        "EACCES",
        "NotDelegated",
        "Delegate=yes",
        (kernel, x) -> {
          chown(x);
          elsewhere(nobody(), "delegate", x, "NotDelegated", "enable controllers", "Delegate=yes");
        });
    kernel(
        Step.ENABLE,
        "EROFS",
        "NotDelegated",
        "writable",
        (kernel, x) -> {
          kernel.fs().mkdir(x.resolve("init"));
          elsewhere(
              readOnly(kernel), "delegate", x, "NotDelegated", "enable controllers", "writable");
        });
    model(Step.ENABLE, "EPERM", "NotDelegated", "Delegate=yes");
    model(Step.ENABLE, "ENODEV", "Vanished", "one of its own");
    model(Step.ENABLE, "ENOMEM", "KernelFull", "no longer used");
  }

  private void kill() {
    kernel(
        Step.KILL,
        "EOPNOTSUPP",
        "process by process",
        "",
        (kernel, x) -> {
          kernel.fs().mkdir(x.resolve("t"));
          kernel.fs().write(x.resolve("t/cgroup.type"), "threaded");
          long pid = kernel.startIn(x, "exec sleep 100");
          awaitPopulated(kernel, x);
          List<Long> killed = new ArrayList<>();
          InterposedFs fs = new InterposedFs(kernel.fs());
          fs.before(
              (operation, path, content) -> {
                if (path.endsWith("cgroup.kill")) {
                  kernel.fs().write(x.resolve("t/cgroup.kill"), content);
                }
              });
          new CgroupTree(fs, x, killed::add).kill();
          assertThat(killed).containsExactly(pid);
        });
    kernel(
        Step.KILL,
        "EACCES",
        "NotDelegated",
        "Delegate=yes",
        (kernel, x) -> elsewhere(nobody(), "kill", x, "NotDelegated", "EACCES", "Delegate=yes"));
    rows.add(
        new Row(
            Step.KILL,
            "ENOENT",
            "model",
            "process by process",
            "",
            () -> {
              ModelCgroupFs fs = modelFs().withoutFile("cgroup.kill");
              long pid = fs.spawn(MODEL_X);
              new CgroupTree(fs, MODEL_X, fs::exit).kill();
              assertThat(fs.alive(pid)).isFalse();
            }));
  }

  private void remove() {
    kernel(
        Step.REMOVE,
        "EBUSY",
        "killed and removed",
        "",
        (kernel, x) -> {
          kernel.fs().mkdir(x.resolve("made-inside"));
          kernel.startIn(x.resolve("made-inside"), "sleep 100");
          awaitPopulated(kernel, x);
          assertThat(remove(kernel.fs(), x)).isInstanceOf(Removal.Removed.class);
          assertThat(kernel.fs().exists(x)).isFalse();
        });
    rows.add(
        new Row(
            Step.REMOVE,
            "ENOTEMPTY",
            "model",
            "tried again",
            "",
            () -> {
              ModelCgroupFs fs = modelFs();
              List<Integer> refused = new ArrayList<>();
              fs.before(
                  (operation, path, content) -> {
                    if (operation.equals("rmdir") && path.equals(MODEL_X) && refused.isEmpty()) {
                      refused.add(1);
                      throw new ErrnoException("rmdir", path.toString(), Errno.ENOTEMPTY);
                    }
                  });
              assertThat(remove(fs, MODEL_X)).isInstanceOf(Removal.Removed.class);
              assertThat(refused).hasSize(1);
            }));
    rows.add(
        new Row(
            Step.REMOVE,
            "blocks",
            "model",
            "reported as a leak in time",
            "",
            () -> {
              ModelCgroupFs fs = modelFs();
              InterposedFs blocking = new InterposedFs(fs);
              blocking.before(
                  (operation, path, content) -> {
                    if (operation.equals("rmdir")) {
                      sleepFor(Duration.ofSeconds(30));
                    }
                  });
              Removal removal = remove(blocking, MODEL_X, Duration.ofMillis(100));
              assertThat(removal).isInstanceOf(Removal.Leaked.class);
              assertThat(((Removal.Leaked) removal).reason()).contains("out of time while: rmdir");
            }));
  }

  @Test
  void everyAnswerOfTheKernelHasItsRow() {
    for (Step step : Step.values()) {
      TreeSet<String> covered = new TreeSet<>();
      rows.stream().filter(row -> row.step() == step).forEach(row -> covered.add(row.errno()));
      assertThat(covered).as("%s", step).containsExactlyInAnyOrderElementsOf(ANSWERS.get(step));
    }
  }

  @TestFactory
  Stream<DynamicTest> itIsProvokedAndHasItsOwnFailureAndHint() {
    return rows.stream()
        .map(row -> DynamicTest.dynamicTest(row.toString(), () -> row.deed().run()));
  }

  private static void onTheKernel(Scene scene) throws Exception {
    KernelCgroups kernel = KernelCgroups.open();
    try {
      kernel.fs().write(kernel.root().resolve("cgroup.subtree_control"), "+hugetlb");
      Path x = kernel.root().resolve("x");
      kernel.fs().mkdir(x);
      scene.play(kernel, x);
    } finally {
      kernel.close();
    }
  }

  private static final Path MODEL_X = ModelCgroupFs.MOUNT.resolve("x");

  private static ModelCgroupFs modelFs() throws ErrnoException {
    ModelCgroupFs fs = ModelCgroupFs.host("cpu", "memory", "pids");
    fs.write(ModelCgroupFs.MOUNT.resolve("cgroup.subtree_control"), "+cpu +memory +pids");
    fs.mkdir(MODEL_X);
    return fs;
  }

  private static void injected(Step step, String errno, String expected, String hint)
      throws ErrnoException {
    ModelCgroupFs fs = modelFs();
    fs.spawn(MODEL_X);
    fs.before(
        (operation, path, content) -> {
          if (operation.equals(step.operation) && path.equals(MODEL_X.resolve(step.file))) {
            throw new ErrnoException(operation, path.toString(), errnoOf(errno));
          }
        });
    var failure =
        Failures.expect(
            CgroupFailure.class,
            () ->
                new Delegation(fs, SHORT, new TestPacer())
                    .delegate(MODEL_X, "init", List.of("memory")));
    assertThat(failure.getClass().getSimpleName()).isEqualTo(expected);
    assertThat(failure.why()).contains(errno);
    assertThat(failure.remedy()).contains(hint);
  }

  private static Errno errnoOf(String name) {
    for (int value = 1; value < 134; value++) {
      if (Errno.of(value).name().equals(name)) {
        return Errno.of(value);
      }
    }
    throw new IllegalArgumentException(name);
  }

  private static Delegation delegation(CgroupFs fs) {
    return new Delegation(fs, SHORT, Pacer.SYSTEM);
  }

  private static <F extends CgroupFailure> F expect(Class<F> type, CgroupFs fs, Path x) {
    return Failures.expect(type, () -> delegation(fs).delegate(x, "init", HUGETLB));
  }

  private static Removal remove(CgroupFs fs, Path x) {
    return remove(fs, x, Duration.ofSeconds(10));
  }

  private static Removal remove(CgroupFs fs, Path x, Duration time) {
    CgroupTree tree = new CgroupTree(fs, x, ProcessKiller.SYSTEM);
    return new Remover(fs, tree, x, List.of(x), List.of(), time).await();
  }

  /** Something that a test does in between. */
  private interface Deed {
    void run() throws Exception;
  }

  private static InterposedFs before(KernelCgroups kernel, Path x, Step step, Deed deed) {
    return new InterposedFs(kernel.fs())
        .before(
            (operation, path, content) -> {
              if (operation.equals(step.operation) && path.equals(x.resolve(step.file))) {
                try {
                  deed.run();
                } catch (ErrnoException e) {
                  throw e;
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }
            });
  }

  private static InterposedFs removedBefore(KernelCgroups kernel, Path x, Step step) {
    return before(kernel, x, step, () -> kernel.fs().rmdirTree(x));
  }

  private static InterposedFs listing(KernelCgroups kernel, Path x, long pid) {
    return new InterposedFs(kernel.fs()).lie(x.resolve("cgroup.procs"), pid + "\n");
  }

  private static void end(KernelCgroups kernel, long pid) throws Exception {
    kernel.end(pid);
  }

  private static void awaitPopulated(KernelCgroups kernel, Path cgroup) throws Exception {
    Path events = cgroup.resolve("cgroup.events");
    String now = kernel.fs().read(events);
    for (int i = 0; i < 100 && !now.contains("populated 1"); i++) {
      now = kernel.fs().awaitChange(events, now, Duration.ofMillis(100));
    }
    assertThat(now).contains("populated 1");
  }

  /** The same for that very cgroup, without those below. */
  private static void awaitPopulated(KernelCgroups kernel, Path cgroup, String file)
      throws Exception {
    for (int i = 0; i < 1000 && kernel.fs().read(cgroup.resolve(file)).isBlank(); i++) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertThat(kernel.fs().read(cgroup.resolve(file))).isNotBlank();
  }

  private static void awaitEmpty(KernelCgroups kernel, Path cgroup) throws Exception {
    assertThat(new CgroupTree(kernel.fs(), cgroup, pid -> {}).awaitEmpty(Duration.ofSeconds(5)))
        .isTrue();
  }

  private static void sleepFor(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Another user, who can read whatever the build made. */
  private static List<String> nobody() {
    return List.of(
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--inh-caps=-all,+dac_read_search",
        "--ambient-caps=-all,+dac_read_search",
        "--bounding-set=-all,+dac_read_search");
  }

  private static List<String> readOnly(KernelCgroups kernel) {
    String mount = String.valueOf(kernel.root().getParent());
    return List.of(
        "unshare",
        "-m",
        "--propagation",
        "private",
        "sh",
        "-c",
        "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"",
        mount);
  }

  /** The directory alone, as a delegation that was forgotten half way. */
  private static void chown(Path x) throws Exception {
    Files.setAttribute(x, "unix:uid", 65534);
  }

  private static void elsewhere(
      List<String> wrapper, String verb, Path x, String expected, String why, String hint)
      throws Exception {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Xshare:auto");
    command.add("-Dhusk.native=" + System.getProperty("husk.native"));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(RefusedElsewhere.class.getName());
    command.add(verb);
    command.add(x.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(output).startsWith(expected + "\n").contains(why).contains(hint);
    } finally {
      process.destroyForcibly();
    }
  }
}
