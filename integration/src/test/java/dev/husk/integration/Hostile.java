package dev.husk.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** The program {@code hostile} (src/test/native) as a payload, and what it says. */
final class Hostile {
  /** Built by the module's build; {@code husk.hostile} names another. */
  private static final Path PROGRAM =
      Path.of(System.getProperty("husk.hostile", "target/native/hostile")).toAbsolutePath();

  private Hostile() {}

  /** Makes it the payload, with these arguments. */
  static Bundle payload(Bundle bundle, String... arguments) throws IOException {
    Path inside = bundle.rootfs().resolve("bin/hostile");
    Files.copy(
        PROGRAM, inside, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    List<String> command = new ArrayList<>(List.of("/bin/hostile"));
    command.addAll(List.of(arguments));
    return bundle.args(command.toArray(String[]::new));
  }

  /** Lets the payload write to its cgroups, as one does that nests. */
  static Bundle withWritableCgroups(Bundle bundle) throws IOException {
    // The last of the usual mounts.
    return bundle.set("/mounts/6/options", List.of("nosuid", "noexec", "nodev", "relatime"));
  }

  /** One line of its report. */
  record Line(String kind, String name, String target, String result) {
    private static Line of(String text) {
      String[] fields = text.split("\t", -1);
      return new Line(
          fields[0],
          fields.length > 1 ? fields[1] : "",
          fields.length > 2 ? fields[2] : "",
          fields.length > 3 ? fields[3] : "");
    }

    boolean isState(String wanted) {
      return kind.equals("state") && name.equals(wanted);
    }

    boolean succeeded(String attempt) {
      return kind.equals("try") && name.equals(attempt) && result.equals("0");
    }
  }

  static List<Line> report(Path output) throws IOException {
    return Files.readString(output, StandardCharsets.ISO_8859_1).lines().map(Line::of).toList();
  }
}
