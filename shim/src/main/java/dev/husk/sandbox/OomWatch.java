package dev.husk.sandbox;

import dev.husk.cgroup.SandboxCgroup;
import dev.husk.process.ErrnoException;
import dev.husk.process.EventLoop;
import dev.husk.process.NotifiedFile;
import java.util.Optional;

/**
 * Tells of the kernel's OOM killer as soon as it has killed in the sandbox. On the event loop's
 * thread only. Where P has no memory controller there is nothing to watch.
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
    try {
      NotifiedFile opened = NotifiedFile.open(cgroup.memoryEvents());
      file = Optional.of(opened);
      loop.whenChanged(opened, () -> changed(cgroup));
      look(cgroup);
    } catch (ErrnoException e) {
      // No memory controller; a look at the end finds nothing either.
      file = Optional.empty();
    }
  }

  private void changed(SandboxCgroup cgroup) {
    if (file.isEmpty()) {
      return;
    }
    try {
      file.get().rearm();
      loop.whenChanged(file.get(), () -> changed(cgroup));
    } catch (ErrnoException e) {
      // The cgroup is gone.
      end();
    }
    look(cgroup);
  }

  private void look(SandboxCgroup cgroup) {
    long kills = cgroup.oomKills();
    if (kills > told) {
      told = kills;
      events.add(new Event.Oom(kills));
    }
  }

  /** The last look, for what the kernel has not notified yet: it holds back up to 10 ms. */
  void end(SandboxCgroup cgroup) {
    if (file.isPresent()) {
      end();
      look(cgroup);
    }
  }

  private void end() {
    if (file.isPresent()) {
      loop.forget(file.get());
      file.get().close();
      file = Optional.empty();
    }
  }
}
