package dev.husk.process;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * One platform thread that runs tasks in order and calls back when a process has ended or a file
 * has changed: the single owner of a sandbox's state. Callbacks and tasks never run at the same
 * time.
 */
public final class EventLoop implements Executor, AutoCloseable {
  private static final byte[] ONE = {1, 0, 0, 0, 0, 0, 0, 0};

  private final Fd wake;
  private final Thread thread;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<Watch> watches = new ArrayList<>();
  private boolean closed;

  /** Not a record: each is equal to itself alone, and a record's equals is made at run time. */
  private static final class Watch {
    private final Fd fd;
    private final int event;
    private final Runnable callback;

    Watch(Fd fd, int event, Runnable callback) {
      this.fd = fd;
      this.event = event;
      this.callback = callback;
    }
  }

  public EventLoop(String name) throws ErrnoException {
    int fd = Native.eventfd();
    if (fd < 0) {
      throw new ErrnoException("eventfd", name, Errno.of(-fd));
    }
    wake = Fd.own(fd);
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Runs the task on the loop's thread after those that were given before.
   *
   * @throws RejectedExecutionException once the loop is closed
   */
  @Override
  public void execute(Runnable task) {
    synchronized (tasks) {
      if (closed) {
        throw new RejectedExecutionException(thread.getName() + " has ended");
      }
      tasks.add(task);
      wakeUp();
    }
  }

  /** Calls back once, when the process has ended. On the loop's thread only. */
  public void whenEnded(Pidfd process, Runnable callback) {
    requireLoopThread();
    watches.add(new Watch(process.fd(), Native.POLLIN, callback));
  }

  /**
   * Calls back once, when the kernel notifies a change; for the next one {@link
   * NotifiedFile#rearm()} and watch again. On the loop's thread only.
   */
  public void whenChanged(NotifiedFile file, Runnable callback) {
    requireLoopThread();
    watches.add(new Watch(file.fd(), Native.POLLPRI, callback));
  }

  /** Forgets a file; to be called before it is closed. On the loop's thread only. */
  public void forget(NotifiedFile file) {
    requireLoopThread();
    watches.removeIf(watch -> watch.fd == file.fd());
  }

  /** Forgets a process; to be called before its pidfd is closed. On the loop's thread only. */
  public void forget(Pidfd process) {
    requireLoopThread();
    watches.removeIf(watch -> watch.fd == process.fd());
  }

  /** Ends the thread after the tasks that were given before. */
  @Override
  public void close() {
    synchronized (tasks) {
      if (!closed) {
        closed = true;
        wakeUp();
      }
    }
  }

  private void requireLoopThread() {
    if (!thread.equals(Thread.currentThread())) {
      throw new IllegalStateException("not on the thread of " + thread.getName());
    }
  }

  /** Under the lock of the tasks: the descriptor is closed under it too. */
  private void wakeUp() {
    Native.write(wake.number(), ONE, 0, ONE.length);
  }

  private void run() {
    while (true) {
      Runnable task;
      synchronized (tasks) {
        task = tasks.poll();
        if (task == null && closed) {
          wake.close();
          return;
        }
      }
      if (task != null) {
        guarded(task);
      } else {
        awaitReady();
      }
    }
  }

  private void awaitReady() {
    int count = watches.size();
    int[] fds = new int[count + 1];
    int[] events = new int[count + 1];
    for (int i = 0; i <= count; i++) {
      fds[i] = i == count ? wake.number() : watches.get(i).fd.number();
      events[i] = i == count ? Native.POLLIN : watches.get(i).event;
    }
    int ready = Native.poll(fds, events, -1);
    if (ready < 0) {
      throw new IllegalStateException("poll: " + Errno.of(-ready));
    }
    if (events[count] != 0) {
      Native.read(wake.number(), new byte[8], 0, 8);
    }
    List<Watch> called = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (events[i] != 0) {
        called.add(watches.get(i));
      }
    }
    for (Watch watch : called) {
      if (watches.remove(watch)) {
        guarded(watch.callback);
      }
    }
  }

  /** A task that fails must not end the loop: everything after it still has to be reaped. */
  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
      if (handler != null) {
        handler.uncaughtException(Thread.currentThread(), e);
      } else {
        Stderr.say("internal error in the event loop: " + e);
      }
    }
  }
}
