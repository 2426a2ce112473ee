package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventLoopTest {
  private EventLoop loop;

  @BeforeEach
  void open() throws Exception {
    loop = new EventLoop("test-loop");
  }

  @AfterEach
  void close() {
    loop.close();
  }

  private void runAndWait(Runnable task) throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    loop.execute(
        () -> {
          task.run();
          done.countDown();
        });
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void tasksOfManyThreadsNeverRunAtTheSameTimeAndNoneIsLost() throws Exception {
    int[] unsynchronized = new int[1];
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int j = 0; j < 5_000; j++) {
                  loop.execute(() -> unsynchronized[0]++);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    runAndWait(() -> {});
    assertThat(unsynchronized[0]).isEqualTo(40_000);
  }

  @Test
  void theEndOfAProcessIsToldOnce() throws Exception {
    AtomicInteger told = new AtomicInteger();
    CountDownLatch ended = new CountDownLatch(1);
    try (Fd nothing = Fd.readWrite(Path.of("/dev/null"))) {
      Child child =
          new Spawner()
              .spawn(
                  new SpawnRequest(
                      Path.of("/bin/sleep"),
                      List.of("sleep", "1000"),
                      List.of(nothing, nothing, nothing),
                      Optional.empty()));
      runAndWait(
          () ->
              loop.whenEnded(
                  child.pidfd(),
                  () -> {
                    told.incrementAndGet();
                    ended.countDown();
                  }));
      assertThat(told).hasValue(0);
      child.pidfd().signal(9);
      assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
      runAndWait(() -> {});
      assertThat(told).hasValue(1);
      child.reap();
    }
  }

  @Test
  void aTaskThatFailsDoesNotEndTheLoop() throws Exception {
    loop.execute(
        () -> {
          throw new IllegalStateException("on purpose");
        });
    runAndWait(() -> {});
  }

  @Test
  void aWatchFromAnotherThreadIsRefused() throws Exception {
    try (Pidfd self = Pidfd.open((int) ProcessHandle.current().pid())) {
      assertThatThrownBy(() -> loop.whenEnded(self, () -> {}))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void tasksGivenBeforeTheEndRunAndThoseAfterAreRefused() throws Exception {
    CountDownLatch before = new CountDownLatch(1);
    loop.execute(before::countDown);
    loop.close();
    assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    assertThat(before.await(20, TimeUnit.SECONDS)).as("given before the end").isTrue();
  }
}
