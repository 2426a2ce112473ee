package dev.husk.sandbox;

import dev.husk.cgroup.Stats;
import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** One sandbox. Reads are lock-free snapshots; verbs are queued to its owner and never block. */
public interface Sandbox {
  String id();

  SandboxStatus status();

  /** Lets the payload run. Fails with PRECONDITION unless created. */
  CompletionStage<SandboxStatus> start();

  /**
   * Sends a signal. A paused sandbox takes SIGKILL at once and any other when it is resumed.
   *
   * @param signal number as in signal(7)
   * @param wholeTree to every process of the sandbox; with SIGKILL through {@code cgroup.kill}
   */
  CompletionStage<Void> kill(int signal, boolean wholeTree);

  /**
   * Freezes every process; completes when all are. Fails with PRECONDITION unless running, with
   * TIMEOUT when some do not freeze: all run on then.
   */
  CompletionStage<SandboxStatus> pause();

  /** Lets the processes run again. Fails with PRECONDITION unless paused. */
  CompletionStage<SandboxStatus> resume();

  /**
   * Changes limits; what is absent stays. To be called on a thread that may wait for the kernel:
   * memory may have to be reclaimed first.
   *
   * @throws HuskException PRECONDITION unless created, running or paused; the kernel's refusal
   */
  SandboxStatus update(Resources resources) throws HuskException;

  /**
   * Completes once the payload has ended and its cgroup is empty; stays completed after delete.
   * Cancelling the returned stage has no effect on others.
   */
  CompletionStage<ExitStatus> exit();

  /**
   * Removes everything that create made. Fails with PRECONDITION while running, unless forced: then
   * the whole tree is killed first.
   */
  CompletionStage<Void> delete(boolean force);

  /** Every process in the sandbox's cgroup subtree. */
  List<ProcessEntry> processes() throws HuskException;

  /** What the sandbox uses; to be read on a thread that may wait for the kernel. */
  Stats stats() throws HuskException;

  EventLog events();
}
