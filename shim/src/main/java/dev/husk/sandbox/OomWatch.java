package dev.husk.sandbox;

import dev.husk.cgroup.SandboxCgroup;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import dev.husk.process.EventLoop;
import dev.husk.process.NotifiedFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Tells of the kernel's OOM killer as soon as it has killed in the sandbox, and at the end in any
 * case. On the event loop's thread only. Where P has no memory controller there is nothing to
 * watch.
 */
final class OomWatch {
  private final EventLoop loop;
  private final EventLog events;
  private Optional<NotifiedFile> file = Optional.empty();
  private long told;

  OomWatch(EventLoop loop, EventLog events) {
    this.loop = loop;
    this.events = events;
  }

  void watch(SandboxCgroup cgroup) {
    watch(cgroup.memoryEvents(), cgroup::oomKills);
  }

  /**
   * The same by its parts.
   *
   * @param notified the file that changes
   * @param kills how many there have been
   */
  void watch(Path notified, LongSupplier kills) {
    try {
      NotifiedFile opened = NotifiedFile.open(notified);
      file = Optional.of(opened);
      loop.whenChanged(opened, () -> changed(kills));
    } catch (ErrnoException e) {
      unwatched(e);
    }
    look(kills);
  }

  private void changed(LongSupplier kills) {
    if (file.isEmpty()) {
      return;
    }
    try {
      file.get().rearm();
      loop.whenChanged(file.get(), () -> changed(kills));
    } catch (ErrnoException e) {
      close();
      unwatched(e);
    }
    look(kills);
  }

  private void unwatched(ErrnoException e) {
    boolean nothingThere = e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.ENODEV);
    if (!nothingThere) {
      events.add(
          new Event.Warning(
              "what runs out of memory is told at the end only: cannot watch for it: "
                  + e.getMessage()));
    }
  }

  private void look(LongSupplier kills) {
    long now = kills.getAsLong();
    if (now > told) {
      told = now;
      events.add(new Event.Oom(now));
    }
  }

  /** The last look, for what the kernel has not notified yet: it holds back up to 10 ms. */
  void end(SandboxCgroup cgroup) {
    end(cgroup::oomKills);
  }

  void end(LongSupplier kills) {
    close();
    look(kills);
  }

  private void close() {
    if (file.isPresent()) {
      loop.forget(file.get());
      file.get().close();
      file = Optional.empty();
    }
  }
}
