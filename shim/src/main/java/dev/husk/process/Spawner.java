package dev.husk.process;

import dev.husk.failure.HuskException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Starts processes, all from one platform thread that never ends: a parent-death signal follows the
 * thread, not the process, so a child of a pool's thread would die with that thread
 * (bubblewrap#692).
 */
public final class Spawner {
  /** Below this the failure is the exec's, in the child; see {@code EXEC_FAILED} in husk-jni.c. */
  private static final int EXEC_FAILED = -0x10000;

  /** A program on a file system that hangs, or a frozen cgroup, can hold exec for ever. */
  private static final long PATIENCE_SECONDS = 20;

  private final LinkedBlockingQueue<Order<?>> orders = new LinkedBlockingQueue<>();

  /** A call that the kernel may hold. */
  private interface Birth<T> {
    T give() throws HuskException;
  }

  private record Order<T>(Birth<T> birth, CompletableFuture<T> born) {
    void carryOut() {
      try {
        born.complete(birth.give());
      } catch (HuskException | RuntimeException | Error e) {
        born.completeExceptionally(e);
      }
    }
  }

  public Spawner() {
    Thread thread = new Thread(this::serve, "husk-spawner");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Starts a program; returns once it runs.
   *
   * @throws HuskException with a {@link ProcessFailure} naming the program and the errno
   */
  public Child spawn(SpawnRequest request) throws HuskException {
    return await("start " + request.program(), () -> clone(request), Spawner::end);
  }

  /**
   * A new cgroup namespace with that cgroup as its root, see {@link CgroupNamespace}.
   *
   * @throws HuskException with a {@link ProcessFailure}
   */
  public Fd cgroupNamespace(Path root) throws HuskException {
    return await(
        "make the cgroup namespace of " + root, () -> CgroupNamespace.rootedAt(root), Fd::close);
  }

  /**
   * Waits for what the thread brings to the world, bounded.
   *
   * @param late ends what nobody waits for any more, as soon as it is there
   */
  private <T> T await(String what, Birth<T> birth, Consumer<T> late) throws HuskException {
    CompletableFuture<T> born = new CompletableFuture<>();
    orders.add(new Order<>(birth, born));
    try {
      return born.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HuskException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      CompletableFuture<Void> _ = born.thenAccept(late);
      throw new HuskException(
          new ProcessFailure.TimedOut(what, TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS)), e);
    } catch (InterruptedException e) {
      CompletableFuture<Void> _ = born.thenAccept(late);
      Thread.currentThread().interrupt();
      throw new HuskException(new ProcessFailure.TimedOut(what, 0), e);
    }
  }

  private static void end(Child late) {
    try (Pidfd pidfd = late.pidfd()) {
      pidfd.signal(Signal.SIGKILL);
      pidfd.awaitEnd((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      late.reap();
    } catch (ErrnoException e) {
      // It has ended and is reaped: that is all that was wanted.
    }
  }

  @SuppressWarnings("InfiniteLoopStatement")
  private void serve() {
    while (true) {
      try {
        orders.take().carryOut();
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt it, and it must not end.
      }
    }
  }

  private static Child clone(SpawnRequest request) throws HuskException {
    byte[][] argv = new byte[request.argv().size()][];
    for (int i = 0; i < argv.length; i++) {
      argv[i] = Native.cString(request.argv().get(i));
    }
    int[] descriptors = new int[request.descriptors().size()];
    for (int i = 0; i < descriptors.length; i++) {
      descriptors[i] = request.descriptors().get(i).number();
    }
    int cgroup = request.cgroup().isPresent() ? request.cgroup().get().number() : -1;
    int[] born = new int[2];
    int result = Native.spawn(Native.cString(request.program()), argv, descriptors, cgroup, born);
    if (result == 0) {
      return new Child(born[0], new Pidfd(Fd.own(born[1])));
    }
    String program = request.program().toString();
    if (result <= EXEC_FAILED) {
      throw new HuskException(
          new ProcessFailure.ExecFailed(program, Errno.of(EXEC_FAILED - result)));
    }
    throw new HuskException(new ProcessFailure.CloneFailed(program, Errno.of(-result)));
  }
}
