package dev.husk.sandbox;

import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.Pidfd;
import dev.husk.process.ProcFs;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Signal;
import java.util.HashSet;
import java.util.Set;

/** Sends signals to a sandbox. Safe on any thread. */
final class Signals {
  /** Passes over the tree for other signals: forks of one pass are caught by the next. */
  private static final int PASSES = 3;

  /** Milliseconds in which bwrap's monitor ends, once the payload has; it is mostly one. */
  private static final int MONITOR_GRACE = 250;

  private Signals() {}

  /**
   * Sends a signal to the payload or to every process of the sandbox. The monitor, which is outside
   * the sandbox's pid namespace, gets no other than SIGKILL: its death would end the rest before
   * their handlers have run.
   */
  static void send(Payload payload, int signal, boolean wholeTree) throws HuskException {
    if (signal == Signal.SIGKILL && wholeTree) {
      killTree(payload);
      return;
    }
    try {
      payload.pidfd().signal(signal);
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
    if (wholeTree) {
      sendToOthers(payload, signal);
    }
  }

  /**
   * By the first process of its pid namespace, with which the kernel ends all others of it, and by
   * its cgroup. The monitor, in the cgroup too, is given a moment to reap the payload: else its
   * exit status is known only when the host's init gets round to that.
   */
  static void killTree(Payload payload) throws HuskException {
    boolean ended = false;
    boolean frozen = payload.cgroup().freezing();
    try {
      payload.pidfd().signal(Signal.SIGKILL);
      if (frozen) {
        // Frozen processes die of it without another step. The monitor, which is to live, thaws
        // last: once the first process of a pid namespace has ended, so have all others.
        payload.pidfd().awaitEnd(MONITOR_GRACE);
        payload.cgroup().release();
      }
      ended = payload.monitor().pidfd().awaitEnd(MONITOR_GRACE);
    } catch (ErrnoException e) {
      // It has ended already.
    }
    // Once the monitor has ended, so has all of the namespace, and the event loop clears up: by
    // then the cgroup can be another's.
    if (!ended) {
      payload.cgroup().kill();
    }
  }

  private static void sendToOthers(Payload payload, int signal) throws HuskException {
    Set<Integer> signalled = new HashSet<>();
    signalled.add(payload.pid());
    signalled.add(payload.monitor().pid());
    for (int pass = 0; pass < PASSES; pass++) {
      boolean sent = false;
      for (int pid : payload.cgroup().pids()) {
        if (signalled.add(pid)) {
          sent = true;
          sendIfStillMember(payload, pid, signal);
        }
      }
      if (!sent) {
        return;
      }
    }
  }

  /** A pid can come to mean a stranger between listing and opening; a pidfd cannot. */
  private static void sendIfStillMember(Payload payload, int pid, int signal) {
    try (Pidfd pidfd = Pidfd.open(pid)) {
      String path = payload.cgroup().relativePath();
      if (ProcFs.cgroup(pid).startsWith(path + "/")) {
        pidfd.signal(signal);
      }
    } catch (ErrnoException e) {
      // It has ended meanwhile, which is what a signal is mostly sent for.
      return;
    }
  }
}
