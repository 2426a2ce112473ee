package dev.husk.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.sandbox.KnownSandbox;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListCommandTest {
  private static KnownSandbox sandbox(KnownSandbox.Shim shim) {
    return new KnownSandbox("x", Path.of("/run/husk/x"), shim, Optional.empty());
  }

  @Test
  void whetherTheShimRunsIsSaidWhereItIsKnown() {
    assertThat(ListCommand.document(sandbox(KnownSandbox.Shim.ALIVE)).toPlainJson())
        .contains("\"shimRuns\":true");
    assertThat(ListCommand.document(sandbox(KnownSandbox.Shim.DEAD)).toPlainJson())
        .contains("\"shimRuns\":false");
    assertThat(ListCommand.document(sandbox(KnownSandbox.Shim.UNKNOWN)).toPlainJson())
        .doesNotContain("shimRuns");
  }
}
