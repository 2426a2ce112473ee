package dev.husk.process;

import dev.husk.failure.HuskException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Starts processes, all from one platform thread that never ends: a parent-death signal follows the
 * thread, not the process, so a child of a pool's thread would die with that thread
 * (bubblewrap#692).
 */
public final class Spawner {
  /** Below this the failure is the exec's, in the child; see {@code EXEC_FAILED} in husk-jni.c. */
  private static final int EXEC_FAILED = -0x10000;

  private final LinkedBlockingQueue<Order> orders = new LinkedBlockingQueue<>();

  private record Order(SpawnRequest request, CompletableFuture<Child> child) {}

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
    CompletableFuture<Child> child = new CompletableFuture<>();
    orders.add(new Order(request, child));
    try {
      return child.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HuskException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      // The child may already run: whoever asked must get it, so that it is reaped.
      Thread.currentThread().interrupt();
      return child.join();
    }
  }

  @SuppressWarnings("InfiniteLoopStatement")
  private void serve() {
    while (true) {
      Order order;
      try {
        order = orders.take();
      } catch (InterruptedException e) {
        continue;
      }
      try {
        order.child.complete(clone(order.request));
      } catch (HuskException | RuntimeException e) {
        order.child.completeExceptionally(e);
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
