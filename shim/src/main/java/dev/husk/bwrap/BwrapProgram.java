package dev.husk.bwrap;

import dev.husk.failure.HuskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An installed bubblewrap and what it can do.
 *
 * @param path absolute
 * @param options every option that {@code --help} lists, with the dashes
 */
public record BwrapProgram(Path path, BwrapVersion version, Set<String> options) {
  /** The oldest version that husk works with. */
  public static final BwrapVersion OLDEST = new BwrapVersion(0, 8, 0);

  private static final Duration PROBE_TIME = Duration.ofSeconds(5);

  /** Distributions backport options both ways, so each one in use is asked for by name. */
  private static final List<String> NEEDED =
      List.of(
          "--args",
          "--as-pid-1",
          "--bind",
          "--cap-add",
          "--cap-drop",
          "--chdir",
          "--dev-bind",
          "--hostname",
          "--new-session",
          "--proc",
          "--remount-ro",
          "--ro-bind",
          "--unshare-pid",
          "--unshare-uts");

  public BwrapProgram {
    options = Set.copyOf(options);
  }

  /**
   * The first executable {@code bwrap} of a search path.
   *
   * @param searchPath directories separated by colons, as in PATH; relative ones are passed over
   */
  public static Path find(String searchPath) throws HuskException {
    for (String directory : searchPath.split(":", -1)) {
      if (directory.startsWith("/")) {
        Path candidate = Path.of(directory, "bwrap");
        if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
          return candidate;
        }
      }
    }
    throw new HuskException(new BwrapFailure.NotFound(searchPath.isEmpty() ? "PATH" : searchPath));
  }

  /** Runs {@code --version} and {@code --help} of that program and checks that it will do. */
  public static BwrapProgram probe(Path program, ProgramRunner runner) throws HuskException {
    if (!Files.exists(program)) {
      throw new HuskException(new BwrapFailure.NotFound(program.toString()));
    }
    if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
      throw new HuskException(
          new BwrapFailure.ProbeFailed(program, "it is not an executable file"));
    }
    String banner = ask(program, "--version", runner);
    Optional<BwrapVersion> version = versionOf(banner);
    if (version.isEmpty()) {
      throw new HuskException(
          new BwrapFailure.ProbeFailed(
              program, "--version answered `" + firstLine(banner) + "`, which has no version"));
    }
    Set<String> options = optionsOf(ask(program, "--help", runner));
    return new BwrapProgram(program, version.get(), options).checked();
  }

  /** This program, if husk can work with it. */
  BwrapProgram checked() throws HuskException {
    List<String> missing = new ArrayList<>();
    for (String option : NEEDED) {
      if (!options.contains(option)) {
        missing.add(option);
      }
    }
    if (!missing.isEmpty() || version.compareTo(OLDEST) < 0) {
      throw new HuskException(new BwrapFailure.TooOld(path, version, missing));
    }
    return this;
  }

  /** Holes that this version has, unless its distributor closed them. */
  public List<Weakness> weaknesses() {
    return Weakness.of(version);
  }

  private static String ask(Path program, String option, ProgramRunner runner)
      throws HuskException {
    ProgramRunner.Output output;
    try {
      output = runner.run(List.of(program.toString(), option), PROBE_TIME);
    } catch (IOException e) {
      throw new HuskException(
          new BwrapFailure.ProbeFailed(program, option + " failed: " + e.getMessage()), e);
    }
    if (output.timedOut()) {
      throw new HuskException(
          new BwrapFailure.ProbeFailed(
              program, option + " did not end within " + PROBE_TIME.toSeconds() + " seconds"));
    }
    if (output.status() != 0) {
      throw new HuskException(
          new BwrapFailure.ProbeFailed(
              program,
              option + " ended with status " + output.status() + ": " + firstLine(output.text())));
    }
    return output.text();
  }

  private static Optional<BwrapVersion> versionOf(String banner) {
    String prefix = "bubblewrap ";
    return banner.startsWith(prefix)
        ? BwrapVersion.parse(banner.substring(prefix.length()))
        : Optional.empty();
  }

  /** Every word that starts with two dashes, at the start of a line. */
  static Set<String> optionsOf(String help) {
    Set<String> options = new HashSet<>();
    int position = 0;
    while (position < help.length()) {
      int end = help.indexOf('\n', position);
      end = end < 0 ? help.length() : end;
      String line = help.substring(position, end).strip();
      if (line.startsWith("--")) {
        int space = line.indexOf(' ');
        options.add(space < 0 ? line : line.substring(0, space));
      }
      position = end + 1;
    }
    return options;
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    String line = end < 0 ? text : text.substring(0, end);
    return line.length() > 200 ? line.substring(0, 200) : line;
  }
}
