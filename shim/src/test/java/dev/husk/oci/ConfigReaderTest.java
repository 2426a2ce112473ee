package dev.husk.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  @TempDir Path bundle;

  private static Failure failure(Path bundle) {
    try {
      return fail("accepted: " + ConfigReader.read(bundle));
    } catch (HuskException e) {
      assertThat(e.failure().remedy()).isNotBlank();
      assertThat(e.failure().where()).contains(bundle.toString());
      return e.failure();
    }
  }

  @Test
  void readsTheBundlesConfig() throws Exception {
    Files.write(bundle.resolve("config.json"), Documents.sample("good/typical.json"));
    assertThat(ConfigReader.read(bundle)).isEqualTo(Sample.typical().parsed());
  }

  @Test
  void followsALinkToAFile() throws Exception {
    Files.write(bundle.resolve("real.json"), Documents.sample("good/minimal.json"));
    Files.createSymbolicLink(bundle.resolve("config.json"), Path.of("real.json"));
    assertThat(ConfigReader.read(bundle).root().path()).isEqualTo("rootfs");
  }

  @Test
  void saysThatTheBundleIsMissing() {
    Failure failure = failure(bundle.resolve("none"));
    assertThat(failure).isInstanceOf(ConfigFailure.NoBundle.class);
    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_FOUND);
  }

  @Test
  void saysThatTheBundleIsAFile() throws IOException {
    Path file = Files.createFile(bundle.resolve("config.json"));
    assertThat(failure(file)).isInstanceOf(ConfigFailure.NotADirectory.class);
  }

  @Test
  void saysThatTheConfigIsMissing() {
    Failure failure = failure(bundle);
    assertThat(failure).isInstanceOf(ConfigFailure.NoConfig.class);
    assertThat(failure.where()).endsWith("config.json");
    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_FOUND);
  }

  @Test
  void refusesADirectoryAndAPipeWithoutReadingThem() throws Exception {
    Path file = bundle.resolve("config.json");
    Files.createDirectory(file);
    assertThat(failure(bundle)).isInstanceOf(ConfigFailure.NotAFile.class);
    Files.delete(file);
    Process mkfifo = new ProcessBuilder("mkfifo", file.toString()).start();
    assertThat(mkfifo.waitFor()).isZero();
    assertThat(failure(bundle)).isInstanceOf(ConfigFailure.NotAFile.class);
  }

  @Test
  void refusesAConfigBeyondTheBound() throws IOException {
    Files.write(bundle.resolve("config.json"), new byte[ConfigReader.MAX_BYTES + 1]);
    Failure failure = failure(bundle);
    assertThat(failure).isInstanceOf(ConfigFailure.TooBig.class);
    assertThat(failure.why()).contains("4194304");
  }

  @Test
  void passesOnWhatTheKernelSays() throws IOException {
    Files.createSymbolicLink(bundle.resolve("config.json"), Path.of("config.json"));
    Failure failure = failure(bundle);
    assertThat(failure).isInstanceOf(ConfigFailure.Unreadable.class);
    assertThat(failure.why()).isNotBlank();
  }

  @Test
  void namesTheFileInWhatItFindsThere() throws IOException {
    Files.writeString(bundle.resolve("config.json"), "{}");
    assertThat(failure(bundle).where()).isEqualTo(bundle.resolve("config.json").toString());
    Files.writeString(bundle.resolve("config.json"), "{");
    assertThat(failure(bundle).where()).contains("config.json: line 1");
  }
}
