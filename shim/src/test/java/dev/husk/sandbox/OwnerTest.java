package dev.husk.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.failure.HuskException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerTest {
  private static Optional<Owner> of(String sandbox, String process) {
    return Owner.of("x", sandbox, new ProcessPlace(process, List.of(9, 1)));
  }

  @Test
  void atOrBelowTheSandboxsCgroupItIsTheOwner() {
    assertThat(of("/husk/x", "/husk/x/payload/init"))
        .contains(new Owner("x", "payload/init", List.of(9, 1)));
    assertThat(of("/husk/x", "/husk/x")).contains(new Owner("x", "", List.of(9, 1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/husk", "/husk/x2/payload", "/husk/x (deleted)", "/a/husk/x"})
  void elsewhereItIsNot(String process) {
    assertThat(of("/husk/x", process)).isEmpty();
  }

  @Test
  void aSandboxWithoutACgroupOwnsNobody() {
    assertThat(of("", "/husk/x")).isEmpty();
    assertThat(of("", "")).isEmpty();
  }

  @Test
  void aProcessThatIsNotThereIsSaidNotToBe() {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        System.getProperty("husk.native") != null, "no native library given");
    assertThatThrownBy(() -> ProcessPlace.of(4_194_303))
        .isInstanceOfSatisfying(
            HuskException.class,
            e -> assertThat(e.failure()).isEqualTo(new SandboxFailure.NoSuchProcess(4_194_303)));
  }

  @Test
  void aProcessIsWhereTheKernelSays() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        System.getProperty("husk.native") != null, "no native library given");
    int self = (int) ProcessHandle.current().pid();
    ProcessPlace place = ProcessPlace.of(self);
    assertThat(place.namespacePids()).startsWith(self);
    assertThat(place.cgroup()).startsWith("/");
  }
}
