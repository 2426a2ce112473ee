package dev.husk.inspect;

import dev.husk.cgroup.CgroupFs;
import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.CgroupTreeReader;
import dev.husk.cgroup.CgroupView;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.ProcFs;
import dev.husk.sandbox.KnownSandbox;
import dev.husk.sandbox.SandboxFailure;
import dev.husk.sandbox.StateFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the trees of the sandboxes of a host from state files and cgroupfs; asks no shim. */
public final class Trees {
  private final CgroupTreeReader.Bounds bounds;
  private final TreeSink sink;

  private Trees(CgroupTreeReader.Bounds bounds, TreeSink sink) {
    this.bounds = bounds;
    this.sink = sink;
  }

  /**
   * Reads.
   *
   * @param root the state directories of all ids
   * @param id of the only sandbox to be shown
   * @throws HuskException {@link SandboxFailure.NoSuchSandbox}, and when there is no cgroup v2
   */
  public static void read(
      Path root, Optional<String> id, CgroupTreeReader.Bounds bounds, TreeSink sink)
      throws HuskException, IOException {
    CgroupFs fs = new KernelCgroupFs();
    CgroupHost host = CgroupHost.locate(fs);
    KnownSandbox.Listing known = KnownSandbox.list(root);
    List<KnownSandbox> wanted = new ArrayList<>();
    for (KnownSandbox sandbox : known.sandboxes()) {
      if (id.isEmpty() || id.get().equals(sandbox.id())) {
        wanted.add(sandbox);
      }
    }
    List<Path> others = new ArrayList<>();
    for (Path other : StateChecks.others(fs, host, known)) {
      if (id.isEmpty() || id.get().equals(String.valueOf(other.getFileName()))) {
        others.add(other);
      }
    }
    if (id.isPresent() && wanted.isEmpty() && others.isEmpty()) {
      throw new HuskException(new SandboxFailure.NoSuchSandbox(id.get()));
    }
    new Trees(bounds, sink).show(host, wanted, others, known.problem());
  }

  private void show(
      CgroupHost host, List<KnownSandbox> known, List<Path> others, Optional<String> problem)
      throws IOException {
    sink.begin();
    for (KnownSandbox sandbox : known) {
      Optional<Path> directory = StateChecks.directory(host, sandbox);
      show(line(sandbox, directory), directory);
    }
    for (Path other : others) {
      show(line(other), Optional.of(other));
    }
    sink.end(problem);
  }

  private static SandboxLine line(KnownSandbox sandbox, Optional<Path> directory) {
    StateFile state = sandbox.state().orElse(StateFile.NOTHING);
    return new SandboxLine(
        sandbox.id(),
        switch (sandbox.shim()) {
          case ALIVE -> SandboxLine.Keeper.ALIVE;
          case DEAD -> SandboxLine.Keeper.DEAD;
          case UNKNOWN -> SandboxLine.Keeper.UNKNOWN;
        },
        state.shimPid(),
        state.status(),
        state.pid(),
        state.bundle(),
        directory.map(Path::toString).orElse(""),
        directory.isPresent() ? Optional.empty() : Optional.of(missing(sandbox, state)));
  }

  private static String missing(KnownSandbox sandbox, StateFile state) {
    if (sandbox.state().isEmpty()) {
      return "no state file can be read in " + sandbox.directory();
    }
    return state.cgroup().isEmpty()
        ? "its cgroup is not made yet"
        : "its cgroup " + state.cgroup() + " is gone, or not to be seen from here";
  }

  private static SandboxLine line(Path other) {
    return new SandboxLine(
        String.valueOf(other.getFileName()),
        SandboxLine.Keeper.NONE,
        0,
        "",
        0,
        "",
        other.toString(),
        Optional.empty());
  }

  private void show(SandboxLine line, Optional<Path> directory) throws IOException {
    sink.sandbox(line);
    Optional<CgroupTreeReader.Totals> totals = Optional.empty();
    if (directory.isPresent()) {
      try {
        totals = Optional.of(CgroupTreeReader.read(directory.get(), bounds, new Filler()));
      } catch (FileSystemException e) {
        totals = Optional.empty(); // it was removed this very moment
      }
    }
    sink.endSandbox(totals);
  }

  /** Adds to each cgroup what procfs knows of its processes. */
  private final class Filler implements CgroupTreeReader.Visitor {
    @Override
    public void enter(CgroupView cgroup, boolean last) throws IOException {
      List<ProcessLine> processes = new ArrayList<>(cgroup.pids().size());
      for (long pid : cgroup.pids()) {
        look(pid).ifPresent(processes::add);
      }
      sink.enter(cgroup, processes, last);
    }

    @Override
    public void leave(CgroupView cgroup) throws IOException {
      sink.leave(cgroup);
    }

    /** Its name only: a command line is read under a lock that a process can hold for ever. */
    private static Optional<ProcessLine> look(long pid) {
      if (pid == 0) {
        return Optional.of(new ProcessLine(0, 0, "outside of this pid namespace"));
      }
      try {
        int inner = ProcFs.innermostPid((int) pid);
        return Optional.of(
            new ProcessLine(pid, inner == pid ? 0 : inner, ProcFs.command((int) pid)));
      } catch (ErrnoException e) {
        return Optional.empty(); // it has ended meanwhile
      }
    }
  }
}
