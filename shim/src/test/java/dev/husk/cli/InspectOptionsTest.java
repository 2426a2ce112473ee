package dev.husk.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InspectOptionsTest {
  @Test
  void optionsAndOperandsComeInAnyOrder() throws Exception {
    InspectOptions options =
        InspectOptions.parse(List.of("--json", "one", "--root=/x", "--all", "--bwrap", "/b/../c"));
    assertThat(options)
        .isEqualTo(
            new InspectOptions(
                false,
                true,
                true,
                Path.of("/x"),
                java.util.Optional.of(Path.of("/c")),
                List.of("one")));
    assertThat(InspectOptions.parse(List.of()).root()).isEqualTo(Path.of("/run/husk"));
    assertThat(InspectOptions.parse(List.of("-h")).help()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json=x", "--all=no", "--help=", "--root", "--root=", "--bwrap=", "-x"})
  void whatIsWrongIsAUsageErrorThatNamesIt(String option) {
    assertThatThrownBy(() -> InspectOptions.parse(List.of(option)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(option.split("=", 2)[0]);
  }
}
