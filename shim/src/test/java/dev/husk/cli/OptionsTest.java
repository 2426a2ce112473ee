package dev.husk.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.cgroup.LimitPolicy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
  private static Options parse(String... arguments) throws UsageException {
    return Options.parse(List.of(arguments));
  }

  @Test
  void valuesMayFollowOrBeAttached() throws Exception {
    assertThat(parse("--id", "a", "--root=/r").id()).contains("a");
    assertThat(parse("--id", "a", "--root=/r").root()).isEqualTo(Path.of("/r"));
  }

  @Test
  void limitsAreStrictUnlessTheOperatorSaysOtherwise() throws Exception {
    assertThat(parse().limits()).isEqualTo(LimitPolicy.STRICT);
    assertThat(parse("--cgroup-limits=best-effort").limits()).isEqualTo(LimitPolicy.BEST_EFFORT);
  }

  @Test
  void everythingAfterTwoDashesIsAnOperand() throws Exception {
    assertThat(parse("--", "--id").operands()).containsExactly("--id");
  }

  @Test
  void relativePathsAreMadeAbsolute() throws Exception {
    assertThat(parse("--bundle", "x").bundle().orElseThrow()).isAbsolute();
  }

  @ParameterizedTest
  @CsvSource({
    "--id, needs a value",
    "--unknown, unknown option \"--unknown\"",
    "--cgroup-limits=some, strict or best-effort",
    "--help=yes, takes no value",
    "--root=, needs a path"
  })
  void whatIsWrongIsNamed(String argument, String message) {
    assertThatThrownBy(() -> parse(argument))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }
}
