package dev.husk.sandbox;

import dev.husk.failure.HuskException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** One sandbox. Reads are lock-free snapshots; verbs are queued to its owner and never block. */
public interface Sandbox {
  String id();

  SandboxStatus status();

  /** Lets the payload run. Fails with PRECONDITION unless created. */
  CompletionStage<SandboxStatus> start();

  /**
   * Sends a signal.
   *
   * @param signal number as in signal(7)
   * @param wholeTree to every process of the sandbox; with SIGKILL through {@code cgroup.kill}
   */
  CompletionStage<Void> kill(int signal, boolean wholeTree);

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

  EventLog events();
}
