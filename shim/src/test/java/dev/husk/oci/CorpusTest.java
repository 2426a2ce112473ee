package dev.husk.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.failure.HuskException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each good sample is read; each bad one offends at exactly the pointers of its expect file. */
class CorpusTest {

  static List<Path> good() {
    return samples("/oci/good");
  }

  static List<Path> bad() {
    return samples("/oci/bad");
  }

  private static List<Path> samples(String directory) {
    URL url = Objects.requireNonNull(CorpusTest.class.getResource(directory));
    try (Stream<Path> files = Files.list(Path.of(url.toURI()))) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("good")
  void readsGoodSamples(Path sample) throws IOException, HuskException {
    assertThat(ConfigReader.parse(Files.readAllBytes(sample), sample.toString())).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("bad")
  void refusesBadSamples(Path sample) throws IOException {
    Path expect = Path.of(sample.toString().replace(".json", ".expect"));
    assertThat(new Sample(Documents.json(Files.readAllBytes(sample))).offences())
        .extracting(Offence::pointer)
        .containsExactlyInAnyOrderElementsOf(Files.readAllLines(expect));
  }

  @Test
  void whatManagersUsuallyAskForIsApplied() {
    for (String name : List.of("typical", "container-manager")) {
      new Sample(Documents.json(Documents.sample("good/" + name + ".json"))).isApplied();
    }
  }
}
