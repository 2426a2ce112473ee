package dev.husk.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The options of {@code doctor} and {@code tree}. */
record InspectOptions(
    boolean help,
    boolean json,
    boolean all,
    Path root,
    Optional<Path> bwrap,
    List<String> operands) {

  static InspectOptions parse(List<String> words) throws UsageException {
    Arguments arguments =
        Arguments.parse(
            words, Set.of("--help", "-h", "--json", "--all"), Set.of("--root", "--bwrap"));
    return new InspectOptions(
        arguments.has("--help") || arguments.has("-h"),
        arguments.has("--json"),
        arguments.has("--all"),
        DefaultRoot.orForLooking(arguments.path("--root")),
        arguments.path("--bwrap"),
        List.copyOf(arguments.operands()));
  }
}
