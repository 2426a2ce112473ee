package dev.husk.sandbox;

import dev.husk.failure.HuskException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What a shim process offers, without any transport. Stages fail with {@link HuskException}; no
 * method blocks.
 */
public interface Shim {
  /** Version and what this host can do. */
  ShimInfo info() throws HuskException;

  /** All sandboxes of this process, deleted ones excluded. */
  List<Sandbox> sandboxes();

  /**
   * The sandbox of that id.
   *
   * @param id empty means the only sandbox there is
   * @throws HuskException NOT_FOUND
   */
  Sandbox sandbox(String id) throws HuskException;

  /**
   * The sandbox of this shim that a process belongs to; empty for a stranger. May wait for the
   * kernel.
   *
   * @param pid of a process or thread, in the shim's pid namespace
   * @throws HuskException NOT_FOUND when there is no such process
   */
  Optional<Owner> owner(int pid) throws HuskException;

  /** Creates; completes when the payload waits for {@link Sandbox#start}. */
  CompletionStage<Sandbox> create(CreateOptions options);

  /**
   * Asks the process to end.
   *
   * @param force also when a sandbox is still there: it is killed and deleted
   * @return completes once everything is gone and just before the process ends
   */
  CompletionStage<Void> shutdown(boolean force);
}
