package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What husk relies on in a cgroup file system; runs on the model and on the kernel. */
abstract class CgroupFsContract {
  abstract CgroupFs fs();

  /** An existing directory of this test alone, with the hugetlb controller. */
  abstract Path dir();

  /** A process that sleeps, in no cgroup of this test. */
  abstract long process() throws Exception;

  abstract void end(long pid) throws Exception;

  /** "ok", or the name of the errno. */
  static String outcome(ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    if (thrown == null) {
      return "ok";
    }
    assertThat(thrown).isInstanceOf(ErrnoException.class);
    return ((ErrnoException) thrown).errno().name();
  }

  private String write(Path directory, String file, String content) {
    return outcome(() -> fs().write(directory.resolve(file), content));
  }

  private String move(long pid, Path cgroup) {
    return write(cgroup, "cgroup.procs", Long.toString(pid));
  }

  private String read(Path directory, String file) throws ErrnoException {
    return fs().read(directory.resolve(file)).strip();
  }

  private Path child(String name) throws ErrnoException {
    Path child = dir().resolve(name);
    fs().mkdir(child);
    return child;
  }

  private void awaitEmpty(Path cgroup) throws Exception {
    assertThat(new CgroupTree(fs(), cgroup, pid -> {}).awaitEmpty(Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void aNewCgroupIsAnEmptyDomainWithItsParentsControllers() throws Exception {
    Path child = child("a");
    assertThat(read(child, "cgroup.type")).isEqualTo("domain");
    assertThat(read(child, "cgroup.procs")).isEmpty();
    assertThat(read(child, "cgroup.events")).isEqualTo("populated 0\nfrozen 0");
    assertThat(read(child, "cgroup.controllers")).isEmpty();
    assertThat(read(dir(), "cgroup.controllers")).contains("hugetlb");
    assertThat(fs().children(dir())).containsExactly(child);
    assertThat(fs().exists(child)).isTrue();
    assertThat(fs().exists(child.resolve("cgroup.kill"))).isTrue();
    assertThat(fs().writable(child.resolve("cgroup.procs"))).isTrue();
  }

  @Test
  void enablingADomainControllerOnAPopulatedCgroupIsBusy() throws Exception {
    long pid = process();
    assertThat(move(pid, dir())).isEqualTo("ok");
    assertThat(write(dir(), "cgroup.subtree_control", "+hugetlb")).isEqualTo("EBUSY");
    Path leaf = child("init");
    assertThat(move(pid, leaf)).isEqualTo("ok");
    assertThat(write(dir(), "cgroup.subtree_control", "+hugetlb")).isEqualTo("ok");
    assertThat(read(leaf, "cgroup.controllers")).isEqualTo("hugetlb");
  }

  @Test
  void aProcessCannotBeMovedToWhereADomainControllerIsEnabled() throws Exception {
    assertThat(write(dir(), "cgroup.subtree_control", "+hugetlb")).isEqualTo("ok");
    assertThat(move(process(), dir())).isEqualTo("EBUSY");
  }

  @Test
  void aControllerCannotBeTakenFromAChildThatHandsItDown() throws Exception {
    Path child = child("a");
    fs().write(dir().resolve("cgroup.subtree_control"), "+hugetlb");
    assertThat(write(child, "cgroup.subtree_control", "+hugetlb")).isEqualTo("ok");
    assertThat(write(dir(), "cgroup.subtree_control", "-hugetlb")).isEqualTo("EBUSY");
    assertThat(write(child, "cgroup.subtree_control", "-hugetlb")).isEqualTo("ok");
    assertThat(write(dir(), "cgroup.subtree_control", "-hugetlb")).isEqualTo("ok");
  }

  @ParameterizedTest
  @CsvSource({
    "+memory, ENOENT",
    "+nonsense, EINVAL",
    "hugetlb, EINVAL",
    "+hugetlb +memory, ENOENT",
    "+hugetlb +nonsense, EINVAL",
    "-memory, ok"
  })
  void aWriteOfControllersIsAllOrNothing(String command, String expected) throws Exception {
    fs().write(dir().resolve("cgroup.subtree_control"), "+hugetlb");
    assertThat(write(child("a"), "cgroup.subtree_control", command)).isEqualTo(expected);
    assertThat(read(dir().resolve("a"), "cgroup.subtree_control")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"x, EINVAL", "-5, EINVAL", "2, EINVAL", "4194303, ESRCH", "'', ok"})
  void whatIsNoMovableProcessIsRefused(String content, String expected) {
    assertThat(write(dir(), "cgroup.procs", content)).isEqualTo(expected);
  }

  @Test
  void oneWriteMovesOneProcess() throws Exception {
    long first = process();
    long second = process();
    assertThat(write(dir(), "cgroup.procs", first + "\n" + second)).isEqualTo("EINVAL");
    assertThat(write(dir(), "cgroup.procs", first + " " + second)).isEqualTo("EINVAL");
    assertThat(read(dir(), "cgroup.procs")).isEmpty();
    assertThat(write(dir(), "cgroup.procs", first + "\n")).isEqualTo("ok");
    assertThat(read(dir(), "cgroup.procs")).isEqualTo(Long.toString(first));
    assertThat(fs().read(Path.of("/proc", Long.toString(first), "cgroup")))
        .contains("/" + dir().getFileName() + "\n");
  }

  @Test
  void onlyAnEmptyCgroupWithoutChildrenIsRemoved() throws Exception {
    Path child = child("a");
    long pid = process();
    move(pid, child);
    assertThat(outcome(() -> fs().rmdir(child))).isEqualTo("EBUSY");
    assertThat(outcome(() -> fs().rmdir(dir()))).isEqualTo("EBUSY");
    assertThat(outcome(() -> fs().rmdirTree(child))).isEqualTo("EBUSY");
    end(pid);
    awaitEmpty(child);
    assertThat(outcome(() -> fs().rmdir(child))).isEqualTo("ok");
    assertThat(outcome(() -> fs().rmdir(child))).isEqualTo("ENOENT");
    assertThat(outcome(() -> fs().rmdirTree(child))).isEqualTo("ok");
  }

  @Test
  void aTreeIsRemovedWhateverItsNames() throws Exception {
    Path child = child("a");
    Path below = child.resolve("n".repeat(300));
    fs().mkdir(below);
    fs().mkdir(below.resolve("memory.max"));
    fs().mkdir(child.resolve("\u00e9\u6f22"));
    fs().rmdirTree(child);
    assertThat(fs().exists(child)).isFalse();
    assertThat(fs().children(dir())).isEmpty();
  }

  @Test
  void namesAndParentsAreChecked() throws Exception {
    child("a");
    assertThat(outcome(() -> fs().mkdir(dir().resolve("a")))).isEqualTo("EEXIST");
    assertThat(outcome(() -> fs().mkdir(dir().resolve("cgroup.procs")))).isEqualTo("EEXIST");
    assertThat(outcome(() -> fs().mkdir(dir().resolve("x/y")))).isEqualTo("ENOENT");
    assertThat(outcome(() -> fs().mkdir(dir().resolve("q\n")))).isEqualTo("EINVAL");
    assertThat(outcome(() -> fs().children(dir().resolve("x")))).isEqualTo("ENOENT");
    assertThat(outcome(() -> fs().read(dir().resolve("nothing")))).isEqualTo("ENOENT");
    assertThat(write(dir(), "nothing", "1")).isEqualTo("ENOENT");
    assertThat(write(dir(), "cgroup.events", "1")).isEqualTo("EINVAL");
  }

  @ParameterizedTest
  @CsvSource({"2, ERANGE", "0, ERANGE", "-1, ERANGE", "x, EINVAL", "1, ok"})
  void onlyOneKills(String content, String expected) throws Exception {
    assertThat(write(child("a"), "cgroup.kill", content)).isEqualTo(expected);
  }

  @Test
  void aKillReachesEveryLevelAndIsNotifiedWhenTheLastIsGone() throws Exception {
    Path child = child("a");
    Path grandchild = child.resolve("b");
    fs().mkdir(grandchild);
    move(process(), child);
    move(process(), grandchild);
    Path events = dir().resolve("cgroup.events");
    assertThat(read(dir(), "cgroup.events")).startsWith("populated 1");
    fs().write(dir().resolve("cgroup.kill"), "1");
    String now = fs().awaitChange(events, "populated 1\nfrozen 0\n", Duration.ofSeconds(5));
    assertThat(now).isEqualTo("populated 0\nfrozen 0\n");
  }

  private String awaitEvents(Path cgroup, String wanted) throws Exception {
    Path file = cgroup.resolve("cgroup.events");
    String now = fs().read(file);
    for (int i = 0; i < 50 && !now.contains(wanted); i++) {
      now = fs().awaitChange(file, now, Duration.ofMillis(200));
    }
    return now.strip();
  }

  @ParameterizedTest
  @CsvSource({"2, ERANGE", "-1, ERANGE", "x, EINVAL", "0, ok", "1, ok"})
  void aFreezerIsOnOrOff(String content, String expected) throws Exception {
    assertThat(write(child("a"), "cgroup.freeze", content)).isEqualTo(expected);
    assertThat(read(dir().resolve("a"), "cgroup.freeze"))
        .isEqualTo(content.equals("1") ? "1" : "0");
  }

  @Test
  void aFreezeReachesEveryLevelAndIsNotified() throws Exception {
    Path child = child("a");
    Path grandchild = child.resolve("b");
    fs().mkdir(grandchild);
    move(process(), child);
    move(process(), grandchild);
    assertThat(write(dir(), "cgroup.freeze", "1")).isEqualTo("ok");
    assertThat(awaitEvents(dir(), "frozen 1")).isEqualTo("populated 1\nfrozen 1");
    assertThat(read(grandchild, "cgroup.events")).isEqualTo("populated 1\nfrozen 1");
    assertThat(read(grandchild, "cgroup.freeze")).isEqualTo("0");
    assertThat(write(dir(), "cgroup.freeze", "0")).isEqualTo("ok");
    assertThat(awaitEvents(dir(), "frozen 0")).isEqualTo("populated 1\nfrozen 0");
    assertThat(awaitEvents(grandchild, "frozen 0")).isEqualTo("populated 1\nfrozen 0");
  }

  @Test
  void aCgroupCannotUndoTheFreezeOfOneAbove() throws Exception {
    Path child = child("a");
    move(process(), child);
    fs().write(child.resolve("cgroup.freeze"), "1");
    assertThat(awaitEvents(child, "frozen 1")).isEqualTo("populated 1\nfrozen 1");
    assertThat(read(dir(), "cgroup.events")).isEqualTo("populated 1\nfrozen 0");
    fs().write(dir().resolve("cgroup.freeze"), "1");
    assertThat(awaitEvents(dir(), "frozen 1")).isEqualTo("populated 1\nfrozen 1");
    fs().write(child.resolve("cgroup.freeze"), "0");
    assertThat(read(child, "cgroup.events")).isEqualTo("populated 1\nfrozen 1");
    assertThat(read(dir(), "cgroup.events")).isEqualTo("populated 1\nfrozen 1");

    fs().write(child.resolve("cgroup.freeze"), "1");
    fs().write(dir().resolve("cgroup.freeze"), "0");
    assertThat(awaitEvents(dir(), "frozen 0")).isEqualTo("populated 1\nfrozen 0");
    assertThat(read(child, "cgroup.events")).isEqualTo("populated 1\nfrozen 1");
  }

  @Test
  void anEmptyCgroupIsFrozenAtOnce() throws Exception {
    Path child = child("a");
    fs().write(child.resolve("cgroup.freeze"), "1");
    assertThat(read(child, "cgroup.events")).isEqualTo("populated 0\nfrozen 1");
  }

  @Test
  void aKillReachesTheFrozen() throws Exception {
    Path child = child("a");
    move(process(), child);
    fs().write(dir().resolve("cgroup.freeze"), "1");
    assertThat(awaitEvents(dir(), "frozen 1")).contains("frozen 1");
    fs().write(dir().resolve("cgroup.kill"), "1");
    assertThat(awaitEvents(dir(), "populated 0")).isEqualTo("populated 0\nfrozen 1");
  }

  @Test
  void waitingForAChangeEndsInTime() throws Exception {
    String events = fs().read(dir().resolve("cgroup.events"));
    long start = System.nanoTime();
    String now = fs().awaitChange(dir().resolve("cgroup.events"), events, Duration.ofMillis(60));
    assertThat(now).isEqualTo(events);
    assertThat(System.nanoTime() - start).isBetween(30_000_000L, 3_000_000_000L);
  }

  @ParameterizedTest
  @CsvSource({"-1, ERANGE", "x, EINVAL", "99999999999, ERANGE", "max, ok", "0, ok", "1, ok"})
  void boundsOfTheTreeAreNumbers(String value, String expected) throws Exception {
    Path child = child("a");
    assertThat(write(child, "cgroup.max.depth", value)).isEqualTo(expected);
    assertThat(write(child, "cgroup.max.descendants", value)).isEqualTo(expected);
    assertThat(read(child, "cgroup.max.depth")).isEqualTo(expected.equals("ok") ? value : "max");
  }

  @Test
  void beyondItsBoundsATreeDoesNotGrow() throws Exception {
    Path child = child("a");
    fs().write(child.resolve("cgroup.max.depth"), "1");
    fs().mkdir(child.resolve("b"));
    assertThat(outcome(() -> fs().mkdir(child.resolve("b/c")))).isEqualTo("EAGAIN");
    fs().write(child.resolve("cgroup.max.depth"), "max");
    fs().write(child.resolve("cgroup.max.descendants"), "1");
    assertThat(outcome(() -> fs().mkdir(child.resolve("b/c")))).isEqualTo("EAGAIN");
    assertThat(outcome(() -> fs().mkdir(child.resolve("c")))).isEqualTo("EAGAIN");
  }

  @Test
  void aThreadedChildMakesItsSiblingsInvalid() throws Exception {
    Path sibling = child("a");
    Path threaded = child("b");
    assertThat(write(threaded, "cgroup.type", "threaded")).isEqualTo("ok");
    assertThat(read(dir(), "cgroup.type")).isEqualTo("domain threaded");
    assertThat(read(sibling, "cgroup.type")).isEqualTo("domain invalid");
    assertThat(move(process(), sibling)).isEqualTo("EOPNOTSUPP");
    assertThat(write(dir(), "cgroup.subtree_control", "+hugetlb")).isEqualTo("EOPNOTSUPP");
    assertThat(write(threaded, "cgroup.kill", "1")).isEqualTo("EOPNOTSUPP");
    assertThat(outcome(() -> fs().read(threaded.resolve("cgroup.procs")))).isEqualTo("EOPNOTSUPP");
  }

  @ParameterizedTest
  @CsvSource({
    "4194304, ok, 4194304",
    "3145728, ok, 2097152",
    "max, ok, max",
    "-1, EINVAL, unchanged",
    "x, EINVAL, unchanged",
    "9223372036854775807, ok, max"
  })
  void sizesAreRoundedDownToTheirUnit(String value, String expected, String held) throws Exception {
    Path child = child("a");
    fs().write(dir().resolve("cgroup.subtree_control"), "+hugetlb");
    String before = read(child, "hugetlb.2MB.max");
    assertThat(write(child, "hugetlb.2MB.max", value)).isEqualTo(expected);
    assertThat(read(child, "hugetlb.2MB.max")).isEqualTo(held.equals("unchanged") ? before : held);
  }
}
