package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandHelpTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "list", "state", "ps", "stats", "owner", "kill", "wait", "delete", "pause", "resume",
        "update"
      })
  void everyCommandHasHelpAndRefusesWhatItDoesNotKnow(String command) throws Exception {
    Outcome help = Husk.run(command, "--help");
    assertThat(help.status()).as("%s", help).isZero();
    assertThat(help.output()).startsWith("Usage: husk " + command + " ");
    Outcome unknown = Husk.run(command, "--nonsense");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.errors()).contains("unknown option \"--nonsense\"");
  }
}
