package dev.husk.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  @Test
  void aThirdOfThePatienceOfTheManagerOfThisProcess() {
    assertThat(Watchdog.interval(Map.of("WATCHDOG_USEC", "3000000"), 7))
        .contains(Duration.ofSeconds(1));
    assertThat(Watchdog.interval(Map.of("WATCHDOG_USEC", "3000000", "WATCHDOG_PID", "7"), 7))
        .contains(Duration.ofSeconds(1));
  }

  @Test
  void withoutAManagerOrForAnotherProcessNever() {
    assertThat(Watchdog.interval(Map.of(), 7)).isEmpty();
    assertThat(Watchdog.interval(Map.of("WATCHDOG_USEC", "3000000", "WATCHDOG_PID", "8"), 7))
        .isEmpty();
    assertThat(Watchdog.interval(Map.of("WATCHDOG_USEC", "soon"), 7)).isEmpty();
    assertThat(Watchdog.interval(Map.of("WATCHDOG_USEC", "0"), 7)).isEmpty();
  }
}
