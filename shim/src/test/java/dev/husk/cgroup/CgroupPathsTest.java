package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CgroupPathsTest {
  @Example
  void aPathIsFromTheMountOrBelowHusk() throws Exception {
    assertThat(CgroupPaths.resolve(Optional.empty(), "x")).containsExactly("husk", "x");
    assertThat(CgroupPaths.resolve(Optional.of("/a//b/"), "x")).containsExactly("a", "b");
    assertThat(CgroupPaths.resolve(Optional.of("a/b"), "x")).containsExactly("husk", "a", "b");
    assertThat(CgroupPaths.resolve(Optional.of("/caf\u00e9.1"), "x"))
        .containsExactly("caf\u00e9.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "",
        "/..",
        "/a/../b",
        "../a",
        "/a/.",
        "/.hidden",
        "/init",
        "/a/payload",
        "/a/init/b",
        "/cgroup.procs",
        "/a/memory.max",
        "/io.x",
        "/a\nb",
        "/a\u0000b",
        "/a\u007f",
        "/\ud800",
        "system.slice:husk:x"
      })
  void namesThatCannotBeOursAreRefused(String path) {
    var failure =
        Failures.expect(
            CgroupFailure.InvalidValue.class, () -> CgroupPaths.resolve(Optional.of(path), "x"));
    assertThat(failure.where()).isEqualTo("/linux/cgroupsPath");
  }

  @Example
  void lengthIsBound() throws Exception {
    assertThat(CgroupPaths.resolve(Optional.of("/" + "a".repeat(255)), "x")).hasSize(1);
    Failures.expect(
        CgroupFailure.InvalidValue.class,
        () -> CgroupPaths.resolve(Optional.of("/" + "a".repeat(256)), "x"));
    Failures.expect(
        CgroupFailure.InvalidValue.class,
        () -> CgroupPaths.resolve(Optional.of("/aaaaaaaaaaaaaaa".repeat(65)), "x"));
  }

  @Property
  void whatIsAcceptedStaysBelowTheMount(@ForAll String path) {
    try {
      for (String name : CgroupPaths.resolve(Optional.of(path), "x")) {
        assertThat(name).isNotEmpty().isNotEqualTo("..").doesNotContain("/", "\n", "\0");
      }
    } catch (dev.husk.failure.HuskException e) {
      assertThat(e.failure()).isInstanceOf(CgroupFailure.InvalidValue.class);
    }
  }
}
