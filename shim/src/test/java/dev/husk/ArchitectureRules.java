package dev.husk;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/**
 * The rules of the packages, for a given root package so that they can be tried on one that breaks
 * them. A package that does not exist yet breaks nothing; one that the table does not know does.
 */
record ArchitectureRules(String root) {

  /** Whom each package may use, apart from itself and what is not husk. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("failure", Set.of()),
          Map.entry("dbus", Set.of("process", "oci", "failure")),
          Map.entry("oci", Set.of("failure")),
          Map.entry("process", Set.of("oci", "failure")),
          Map.entry("cgroup", Set.of("process", "oci", "failure")),
          Map.entry("bwrap", Set.of("process", "oci", "failure")),
          Map.entry("systemd", Set.of("dbus", "process", "oci", "failure")),
          Map.entry("sandbox", Set.of("bwrap", "cgroup", "systemd", "process", "oci", "failure")),
          Map.entry(
              "rpc",
              Set.of("sandbox", "bwrap", "cgroup", "systemd", "process", "oci", "failure", "v1")),
          Map.entry(
              "inspect",
              Set.of("sandbox", "bwrap", "cgroup", "systemd", "process", "oci", "failure")),
          Map.entry(
              "cli",
              Set.of(
                  "inspect", "rpc", "sandbox", "bwrap", "cgroup", "systemd", "process", "oci",
                  "failure")));

  /** Only {@code process} may have native methods. */
  ArchRule nativeMethodsOnlyInProcess() {
    return methods()
        .that()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackage(root + ".process..")
        .should(
            new ArchCondition<JavaMethod>("not be native") {
              @Override
              public void check(JavaMethod method, ConditionEvents events) {
                boolean isNative = method.getModifiers().contains(JavaModifier.NATIVE);
                events.add(
                    new SimpleConditionEvent(method, !isNative, method.getFullName() + " native"));
              }
            })
        .allowEmptyShould(true);
  }

  /** Only {@code process} may reach native code through libraries of the JDK or others. */
  ArchRule nativeAccessOnlyInProcess() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(root + ".process..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.lang.foreign..", "jnr..", "com.kenai.jffi..")
        .orShould()
        .callMethod(System.class, "load", String.class)
        .orShould()
        .callMethod(System.class, "loadLibrary", String.class)
        .allowEmptyShould(true);
  }

  /**
   * Nobody writes to standard error but the one that never waits; {@code cli.Main} has made that
   * one the JDK's, too.
   */
  ArchRule standardErrorOnlyThroughItsWriter() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(root + ".cli..")
        .or()
        .doNotHaveSimpleName("Main")
        .should()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(Throwable.class, "printStackTrace")
        .allowEmptyShould(true);
  }

  /** Only {@code rpc} may know gRPC and the generated API. */
  ArchRule grpcOnlyInRpc() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(root + ".rpc..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc..", "com.google.protobuf..", "dev.husk.v1..")
        .allowEmptyShould(true);
  }

  /** Dependencies among the packages follow the arrows. */
  ArchRule arrowsPointOneWay() {
    return classes()
        .should(
            new ArchCondition<JavaClass>("follow the arrows of the packages") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                  feature(dependency.getTargetClass())
                      .filter(target -> !isAllowed(feature(type).orElse(""), target))
                      .ifPresent(
                          target ->
                              events.add(
                                  SimpleConditionEvent.violated(
                                      type, dependency.getDescription())));
                }
              }
            });
  }

  /** Every package is in the table of arrows. */
  ArchRule packagesAreKnown() {
    return classes()
        .should(
            new ArchCondition<JavaClass>("be in a package with a place among the arrows") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                boolean known = feature(type).map(ARROWS::containsKey).orElse(true);
                events.add(new SimpleConditionEvent(type, known, type.getName() + " is in none"));
              }
            });
  }

  ArchRule noCycles() {
    return slices().matching(root + ".(*)..").should().beFreeOfCycles().allowEmptyShould(true);
  }

  /** Every package promises to be free of null. */
  ArchRule packagesAreNullMarked() {
    return classes()
        .should(
            new ArchCondition<JavaClass>("be in a @NullMarked package") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                boolean marked =
                    type.getPackage()
                        .tryGetPackageInfo()
                        .map(info -> info.isAnnotatedWith(NullMarked.class))
                        .orElse(false);
                events.add(
                    new SimpleConditionEvent(type, marked, type.getPackageName() + " is not"));
              }
            });
  }

  private static boolean isAllowed(String origin, String target) {
    return origin.isEmpty()
        || origin.equals(target)
        || ARROWS.getOrDefault(origin, Set.of()).contains(target);
  }

  /** The package below the root that a class belongs to; none for the root's own classes. */
  private Optional<String> feature(JavaClass type) {
    String name = type.getBaseComponentType().getPackageName();
    if (!name.startsWith(root + ".")) {
      return Optional.empty();
    }
    String below = name.substring(root.length() + 1);
    int dot = below.indexOf('.');
    return Optional.of(dot < 0 ? below : below.substring(0, dot));
  }
}
