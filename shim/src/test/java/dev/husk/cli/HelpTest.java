package dev.husk.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
  @ParameterizedTest
  @ValueSource(strings = {"run", "serve"})
  void eachOptionStandsInTheColumnOfItsList(String command) {
    String text = command.equals("run") ? Help.RUN : Help.SERVE;
    List<String> options =
        text.lines()
            .dropWhile(line -> !line.equals("Options:"))
            .skip(1)
            .takeWhile(line -> !line.isEmpty())
            .toList();

    assertThat(options).anyMatch(line -> line.startsWith("  --id "));
    assertThat(options).anyMatch(line -> line.startsWith("  --bwrap "));
    assertThat(options).allMatch(line -> line.matches(" {2}--.*| {26}[^ ].*"));
  }
}
