package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTest {
  @ParameterizedTest
  @CsvSource({
    "SIGTERM,15", "TERM,15", "15,15", "sigterm,15", "SIGKILL,9", "KILL,9", "HUP,1", "SIGSYS,31",
    "SIGUSR1,10", "USR2,12", "CHLD,17", "CLD,17", "STOP,19", "SIGIOT,6", "POLL,29", "WINCH,28",
    "SIGRTMIN,34", "RTMIN+3,37", "SIGRTMAX,64", "SIGRTMAX-1,63", "64,64", "SIGRTMIN+30,64"
  })
  void nameOrNumberIsTaken(String text, int number) {
    assertThat(Signal.parse(text)).hasValue(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "-1",
        "32",
        "33",
        "65",
        "999999999999",
        "1x",
        "SIG",
        "SIGFOO",
        "SIG15",
        "TERM ",
        "RTMIN+31",
        "RTMAX-31",
        "RTMIN+",
        "RTMIN-1",
        "RTMIN+-1",
        "\u0661"
      })
  void whatIsNoSignalIsRefused(String text) {
    assertThat(Signal.parse(text)).isEmpty();
  }

  @Property
  void everyNameLeadsBackToItsNumber(@ForAll @IntRange(min = 1, max = 64) int number) {
    if (number != 32 && number != 33) {
      assertThat(Signal.parse(Signal.name(number))).hasValue(number);
      assertThat(Signal.parse(Integer.toString(number))).hasValue(number);
    }
  }

  @Property
  void noTextBreaksTheParser(@ForAll String text) {
    Signal.parse(text).ifPresent(number -> assertThat(number).isBetween(1, 64));
  }

  @Test
  void aNumberWithoutNameIsShownAsNumber() {
    assertThat(Signal.name(32)).isEqualTo("signal 32");
    assertThat(Signal.name(99)).isEqualTo("signal 99");
  }
}
