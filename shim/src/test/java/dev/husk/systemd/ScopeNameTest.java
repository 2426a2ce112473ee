package dev.husk.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.failure.HuskException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeNameTest {
  private static final String DEFAULT = "system.slice";

  private static ScopeName of(String cgroupsPath) throws HuskException {
    return ScopeName.of(Optional.of(cgroupsPath), "id", DEFAULT);
  }

  @Test
  void withoutAPathTheIdNamesTheScope() throws Exception {
    assertThat(ScopeName.of(Optional.empty(), "web_1.2-x", DEFAULT))
        .isEqualTo(new ScopeName("husk-web_1.2-x.scope", DEFAULT));
    assertThat(ScopeName.of(Optional.empty(), "a+b", DEFAULT).unit())
        .isEqualTo("husk-a\\x2bb.scope");
  }

  @ParameterizedTest
  @CsvSource({
    "user.slice:libpod:abc, libpod-abc.scope, user.slice, /user.slice",
    ":husk:abc, husk-abc.scope, system.slice, /system.slice",
    "a-b-c.slice::abc, abc.scope, a-b-c.slice, /a.slice/a-b.slice/a-b-c.slice",
    "-.slice:x:y.scope, x-y.scope, -.slice, ''"
  })
  void aPathNamesSliceAndScope(String path, String unit, String slice, String place)
      throws Exception {
    ScopeName name = of(path);
    assertThat(name).isEqualTo(new ScopeName(unit, slice));
    assertThat(name.slicePath()).isEqualTo(place);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a/b",
        "a.slice:b:",
        "a.slice:b:c.slice",
        "a:b:c",
        "-a.slice:b:c",
        "a-.slice:b:c",
        "a--b.slice:b:c",
        "a.slice:b:c d",
        ".slice:b:c",
        "a.slice:.b:c",
        "ä.slice:b:c"
      })
  void whatIsNoneIsRefusedByName(String path) {
    assertThatThrownBy(() -> of(path))
        .isInstanceOfSatisfying(
            HuskException.class,
            e ->
                assertThat(e.failure())
                    .isInstanceOf(SystemdFailure.BadScopeName.class)
                    .extracting(Object::toString)
                    .asString()
                    .contains(path));
  }

  @Test
  void aNameLongerThanSystemdTakesIsRefused() {
    assertThatThrownBy(() -> of("a.slice:b:" + "c".repeat(300))).isInstanceOf(HuskException.class);
  }

  @Test
  void pathsOfTheTreeAreNotOfThatForm() {
    assertThat(ScopeName.isForm("/a:b:c")).isFalse();
    assertThat(ScopeName.isForm("a:b")).isFalse();
    assertThat(ScopeName.isForm("::")).isTrue();
  }
}
