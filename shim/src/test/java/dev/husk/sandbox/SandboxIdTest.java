package dev.husk.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.failure.HuskException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxIdTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "A-b_c+d.e", "0", "a..b", "-x"})
  void ordinaryNamesAreIds(String id) {
    assertThatCode(() -> SandboxId.require(id)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", ".hidden", "a/b", "a b", "a\n", "ä", "a\0b", "%2e"})
  void namesThatCouldMeanAnotherFileAreNot(String id) {
    assertThatThrownBy(() -> SandboxId.require(id))
        .isInstanceOfSatisfying(
            HuskException.class,
            e -> assertThat(e.failure()).isEqualTo(new SandboxFailure.BadId(id)));
  }

  @Property
  void anIdIsAlwaysOnePlainPathComponent(@ForAll String text) {
    try {
      String id = SandboxId.require(text);
      assertThat(id).doesNotContain("/", "\0", "\n").isNotIn("", ".", "..");
      assertThat(id.length()).isLessThanOrEqualTo(SandboxId.LONGEST);
    } catch (HuskException e) {
      assertThat(e.failure()).isInstanceOf(SandboxFailure.BadId.class);
    }
  }
}
