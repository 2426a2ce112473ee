package dev.husk.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a sandbox could leave behind on the host: processes, cgroups, mounts, files. Others may use
 * the machine meanwhile: what counts is what is new at the first look and does not go away.
 */
record Leftovers(Set<String> processes, Set<String> cgroups, Set<String> mounts, Set<String> files) {
  private static final Duration BOUND = Duration.ofSeconds(15);
  private static final Path STATE = Path.of("/run/husk");

  static Leftovers now() throws IOException {
    return new Leftovers(processesNow(), cgroupsNow(), mountsNow(), filesNow());
  }

  /** Fails when something is left that was not there at that time. */
  void assertNothingSince() throws Exception {
    Set<String> left = now().since(this);
    Eventually.is(
        BOUND,
        () -> {
          left.retainAll(now().since(this));
          return left.isEmpty();
        },
        () -> "nothing left behind: " + left);
  }

  private Set<String> since(Leftovers before) {
    Set<String> differences = new TreeSet<>();
    differences.addAll(without(processes, before.processes));
    differences.addAll(without(cgroups, before.cgroups));
    differences.addAll(without(mounts, before.mounts));
    without(before.mounts, mounts).forEach(gone -> differences.add("gone: " + gone));
    differences.addAll(without(files, before.files));
    return differences;
  }

  private static Set<String> without(Set<String> all, Set<String> known) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(known);
    return rest;
  }

  private static Set<String> processesNow() {
    Set<String> found = new TreeSet<>();
    for (long pid : ProcFs.pids()) {
      String commandLine = ProcFs.commandLine(pid);
      if (ProcFs.ofSandbox(pid)
          || ProcFs.isDeadman(pid)
          || commandLine.contains(" dev.husk.cli.Main ")) {
        ProcFs.stat(pid)
            .ifPresent(
                stat ->
                    found.add(
                        "process " + pid + " since " + stat.startTime() + " (" + commandLine + ")"));
      }
    }
    return found;
  }

  private static Set<String> cgroupsNow() throws IOException {
    return tree("cgroup ", CgroupV2.mount());
  }

  private static Set<String> mountsNow() throws IOException {
    Set<String> mounts = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      mounts.add("mount " + line);
    }
    return mounts;
  }

  private static Set<String> filesNow() throws IOException {
    Set<String> files = new TreeSet<>();
    if (Files.isDirectory(STATE)) {
      try (Stream<Path> entries = Files.list(STATE)) {
        entries
            .filter(entry -> !entry.getFileName().toString().startsWith(".bwrap-probe"))
            .forEach(entry -> files.add("file " + entry));
      }
    }
    return files;
  }

  /** Every directory of a tree in which directories come and go. */
  private static Set<String> tree(String kind, Path directory) {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> entries = Files.list(directory)) {
      entries
          .filter(entry -> Files.isDirectory(entry))
          .forEach(
              entry -> {
                found.add(kind + entry);
                found.addAll(tree(kind, entry));
              });
    } catch (IOException | java.io.UncheckedIOException e) {
      return found;
    }
    return found;
  }
}
