package dev.husk.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class VersionTest {
  @Test
  void theProgramSaysTheVersionOfItsBuild() throws Exception {
    assertThat(Files.readString(Path.of("pom.xml")))
        .contains("<artifactId>husk</artifactId>\n    <version>" + Version.HUSK + "</version>");
  }
}
