package dev.husk.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.process.EventLoop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OomWatchTest {
  @TempDir Path temp;
  private final EventLog events = new EventLog("x", Clock.systemUTC());
  private final EventLoop loop = newLoop();
  private final OomWatch watch = new OomWatch(loop, events);

  private static EventLoop newLoop() {
    try {
      return new EventLoop("test-loop");
    } catch (dev.husk.process.ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() {
    loop.close();
  }

  private void onLoop(Runnable task) throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    loop.execute(
        () -> {
          task.run();
          done.countDown();
        });
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
  }

  private List<Event.Kind> told() throws Exception {
    return events.await(0, Duration.ZERO).events().stream().map(Event::kind).toList();
  }

  @Test
  void withoutAMemoryControllerThereIsNothingToTell() throws Exception {
    onLoop(() -> watch.watch(temp.resolve("memory.events"), () -> 0));
    onLoop(() -> watch.end(() -> 0));
    assertThat(told()).isEmpty();
  }

  @Test
  void aFileThatCannotBeWatchedIsToldAndLookedAtInTheEnd() throws Exception {
    Path file = Files.createFile(temp.resolve("no-directory"));
    onLoop(() -> watch.watch(file.resolve("memory.events"), () -> 0));
    onLoop(() -> watch.end(() -> 1));
    assertThat(told()).hasSize(2);
    assertThat(told().getFirst())
        .isInstanceOfSatisfying(
            Event.Warning.class, warning -> assertThat(warning.message()).contains("ENOTDIR"));
    assertThat(told().getLast()).isEqualTo(new Event.Oom(1));
  }
}
