package dev.husk.cgroup;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.process.ErrnoException;
import dev.husk.process.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A directory on the real cgroup v2 tree with processes of its own; leaves nothing behind but the
 * enabled controller in the tree's root.
 */
final class KernelCgroups {
  private final CgroupFs fs = new KernelCgroupFs();
  private final List<Process> processes = new ArrayList<>();
  private final Path root;

  private KernelCgroups(Path root) {
    this.root = root;
  }

  /** Skips the test with the reason where this host cannot run it. */
  static KernelCgroups open() throws Exception {
    assumeTrue(System.getProperty("husk.native") != null, "no native library given");
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
        "cgroups can be made by root only");
    CgroupFs fs = new KernelCgroupFs();
    Path mount = mount(fs);
    assumeTrue(
        fs.read(mount.resolve("cgroup.controllers")).contains("hugetlb"),
        "this host's cgroup v2 tree has no hugetlb controller");
    try {
      fs.write(mount.resolve("cgroup.subtree_control"), "+hugetlb");
    } catch (ErrnoException e) {
      assumeTrue(false, "this host's cgroup v2 tree is not ours to change: " + e.errno());
    }
    Path root = mount.resolve("husk-test-cgroup-" + ProcessHandle.current().pid());
    fs.mkdir(root);
    return new KernelCgroups(root);
  }

  private static Path mount(CgroupFs fs) throws ErrnoException {
    for (MountInfo.Entry mount : MountInfo.parse(fs.read(Path.of("/proc/self/mountinfo")))) {
      if (mount.fstype().equals("cgroup2") && !mount.readOnly()) {
        return Path.of(mount.mountPoint());
      }
    }
    assumeTrue(false, "this host has no writable cgroup v2 tree");
    throw new AssertionError();
  }

  CgroupFs fs() {
    return fs;
  }

  Path root() {
    return root;
  }

  /** A host whose mount point is the test's directory, and so no kernel root. */
  CgroupHost host() throws ErrnoException {
    return new CgroupHost(
        CgroupHost.Mode.HYBRID,
        root,
        "/" + root.getFileName(),
        "/" + root.getFileName(),
        Controllers.available(fs, root),
        true,
        false);
  }

  long start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    processes.add(process);
    return process.pid();
  }

  /** A shell that starts in the cgroup. */
  long startIn(Path cgroup, String script) throws IOException {
    return start(
        "sh", "-c", "echo 0 > \"$0/cgroup.procs\" && exec sh -c \"$1\"", cgroup.toString(), script);
  }

  void end(long pid) throws InterruptedException {
    for (Process process : processes) {
      if (process.pid() == pid) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    }
  }

  /** All cgroups below the test's directory. */
  List<Path> tree() throws IOException {
    try (var walk = Files.walk(root)) {
      return walk.filter(path -> Files.isDirectory(path) && !path.equals(root)).toList();
    }
  }

  void close() throws Exception {
    fs.write(root.resolve("cgroup.kill"), "1");
    for (Process process : processes) {
      process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
    }
    new CgroupTree(fs, root, pid -> {}).killAndAwaitEmpty(Duration.ofSeconds(5));
    fs.rmdirTree(root);
    if (fs.exists(root)) {
      throw new IllegalStateException("left behind: " + root);
    }
  }
}
