package dev.husk;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.husk.failure.Failure;
import dev.husk.fixture.oci.UsesEverything;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of the packages hold for husk, and each of them is able to fail. */
class ArchitectureTest {
  private static final Map<String, Function<ArchitectureRules, ArchRule>> RULES =
      Map.of(
          "nativeMethodsOnlyInProcess", ArchitectureRules::nativeMethodsOnlyInProcess,
          "nativeAccessOnlyInProcess", ArchitectureRules::nativeAccessOnlyInProcess,
          "standardErrorOnlyThroughItsWriter", ArchitectureRules::standardErrorOnlyThroughItsWriter,
          "grpcOnlyInRpc", ArchitectureRules::grpcOnlyInRpc,
          "arrowsPointOneWay", ArchitectureRules::arrowsPointOneWay,
          "packagesAreKnown", ArchitectureRules::packagesAreKnown,
          "noCycles", ArchitectureRules::noCycles,
          "packagesAreNullMarked", ArchitectureRules::packagesAreNullMarked);

  private static final JavaClasses HUSK = classesBuiltWith(Failure.class);
  private static final JavaClasses BROKEN =
      new ClassFileImporter().importPackages("dev.husk.fixture");

  static Stream<String> rules() {
    return RULES.keySet().stream().sorted();
  }

  private static ArchRule rule(String name, String root) {
    return RULES.get(name).apply(new ArchitectureRules(root));
  }

  /** Everything in the directory or archive that a class was loaded from. */
  private static JavaClasses classesBuiltWith(Class<?> type) {
    URL location = type.getProtectionDomain().getCodeSource().getLocation();
    try {
      return new ClassFileImporter().importPath(Path.of(location.toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void huskKeeps(String name) {
    rule(name, "dev.husk").check(HUSK);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void canFail(String name) {
    assertThat(rule(name, "dev.husk.fixture").evaluate(BROKEN).hasViolation()).as(name).isTrue();
  }

  @Test
  void looksAtAllOfHusk() {
    assertThat(HUSK.contain(Failure.class)).isTrue();
    assertThat(HUSK.contain(dev.husk.oci.OciConfig.class)).isTrue();
    assertThat(HUSK.contain(ArchitectureRules.class)).isFalse();
  }

  @Test
  void accusesOnlyTheGuilty() {
    String guilty = UsesEverything.class.getName();
    for (String name : new String[] {"nativeMethodsOnlyInProcess", "grpcOnlyInRpc"}) {
      assertThat(rule(name, "dev.husk.fixture").evaluate(BROKEN).getFailureReport().getDetails())
          .isNotEmpty()
          .allSatisfy(detail -> assertThat(detail).contains(guilty));
    }
  }
}
