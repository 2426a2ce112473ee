package dev.husk.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.bwrap.Resolution.Kind;
import dev.husk.bwrap.Resolution.Place;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random trees, asked both of the resolver and of the kernel in a chroot. */
class ResolverOracleTest {

  /** One entry to make; a link when there is a target. */
  record Node(String path, String target) {}

  @Property(tries = 60)
  void agreesWithTheKernel(
      @ForAll("nodes") List<Node> nodes, @ForAll("questions") List<String> questions)
      throws Exception {
    assumeTrue(Programs.isRoot(), "needs root for chroot");
    assumeTrue(Files.isExecutable(RealSandbox.BUSYBOX), "needs busybox-static");
    Path base = Files.createTempDirectory("husk-test-resolver").toRealPath();
    try {
      Path root = Files.createDirectory(base.resolve("root"));
      Files.copy(RealSandbox.BUSYBOX, root.resolve("busybox"));
      assertThat(root.resolve("busybox").toFile().setExecutable(true)).isTrue();
      for (Node node : nodes) {
        make(root, node);
      }
      List<String> kernel = askKernel(root, questions);
      DestinationResolver resolver = new DestinationResolver(root, new HostMounts());
      for (int i = 0; i < questions.size(); i++) {
        compare(root, questions.get(i), kernel.get(i), resolver.resolve(questions.get(i)));
      }
    } finally {
      delete(base);
    }
  }

  private static void compare(Path root, String question, String kernel, Resolution answer) {
    if (answer instanceof Place place) {
      assertThat(place.path()).startsWith("/").doesNotContain("/..", "/./", "//");
      if (place.host().isPresent()) {
        assertThat(place.host().get().normalize()).startsWithRaw(root);
      }
    }
    if (kernel.isEmpty()) {
      return;
    }
    assertThat(answer).as(question).isInstanceOf(Place.class);
    Place place = (Place) answer;
    assertThat(place.path()).as(question).isEqualTo(kernel);
    assertThat(place.kind()).as(question).isEqualTo(Kind.DIRECTORY);
  }

  /** Per question the directory that the kernel enters, or an empty line. */
  private static List<String> askKernel(Path root, List<String> questions) throws IOException {
    StringBuilder script = new StringBuilder();
    for (String question : questions) {
      script
          .append("(cd / && cd -P '")
          .append(question)
          .append("' 2>/errors && /busybox pwd -P || echo)\n");
    }
    ProgramRunner.Output output =
        Programs.run(
            RealSandbox.BUSYBOX.toString(),
            "chroot",
            root.toString(),
            "/busybox",
            "sh",
            "-c",
            script.toString());
    List<String> lines = output.text().lines().toList();
    assertThat(lines).as(output.text()).hasSize(questions.size());
    return lines;
  }

  private static void make(Path root, Node node) throws IOException {
    Path path = root.resolve(node.path());
    Path parent = root;
    for (Path name : root.relativize(path)) {
      Path next = parent.resolve(name);
      if (Files.isSymbolicLink(next) || Files.isRegularFile(next)) {
        return;
      }
      if (!next.equals(path) && !Files.exists(next)) {
        Files.createDirectory(next);
      }
      parent = next;
    }
    if (Files.exists(path)) {
      return;
    }
    if (node.target().isEmpty()) {
      Files.createDirectory(path);
    } else {
      Files.createSymbolicLink(path, Path.of(node.target()));
    }
  }

  @Provide
  Arbitrary<List<Node>> nodes() {
    Arbitrary<String> plain = components(Arbitraries.of("a", "b", "c"), 1, 3);
    Arbitrary<String> target =
        Combinators.combine(
                Arbitraries.of("", "/"), components(Arbitraries.of("a", "b", "c", "..", "."), 1, 5))
            .as((start, rest) -> start + rest);
    Arbitrary<String> maybe = Arbitraries.oneOf(target, Arbitraries.just(""));
    return Combinators.combine(plain, maybe).as(Node::new).list().ofMinSize(1).ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<String>> questions() {
    return components(Arbitraries.of("a", "b", "c", "..", "."), 1, 6)
        .map(path -> "/" + path)
        .list()
        .ofMinSize(5)
        .ofMaxSize(15);
  }

  private static Arbitrary<String> components(Arbitrary<String> names, int least, int most) {
    return names.list().ofMinSize(least).ofMaxSize(most).map(parts -> String.join("/", parts));
  }

  private static void delete(Path base) throws IOException {
    Files.walkFileTree(
        base,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path directory, @org.jspecify.annotations.Nullable IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
