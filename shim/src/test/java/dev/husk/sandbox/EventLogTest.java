package dev.husk.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private final EventLog log = new EventLog("one", Clock.systemUTC());

  private EventLog.Batch after(long sequence) throws InterruptedException {
    return log.await(sequence, Duration.ofMillis(10));
  }

  @Test
  void sequenceNumbersRiseByOneFromOne() throws Exception {
    log.add(new Event.Created(1));
    log.add(new Event.Started(1));
    assertThat(after(0).events()).extracting(Event::sequence).containsExactly(1L, 2L);
    assertThat(after(1).events()).extracting(Event::sequence).containsExactly(2L);
  }

  @Test
  void aReaderThatIsTooSlowIsToldHowManyEventsItMissed() throws Exception {
    for (int i = 0; i < 300; i++) {
      log.add(new Event.Warning("w" + i));
    }
    EventLog.Batch batch = after(0);
    assertThat(batch.events()).hasSize(256);
    assertThat(batch.lost()).isEqualTo(44);
    assertThat(after(100).lost()).isZero();
  }

  @Test
  void theEndComesAfterTheLastEvent() throws Exception {
    log.add(new Event.Deleted());
    log.close();
    assertThat(after(0).events()).hasSize(1);
    assertThat(after(0).closed()).isTrue();
    assertThat(after(1).closed()).isTrue();
  }

  @Test
  void aWaitingReaderWakesForAnEvent() throws Exception {
    Thread writer = Thread.startVirtualThread(() -> log.add(new Event.Created(7)));
    assertThat(log.await(0, Duration.ofSeconds(20)).events()).hasSize(1);
    writer.join();
  }
}
