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
    boolean help = arguments.has("--help") || arguments.has("-h");
    Optional<Path> root = arguments.path("--root");
    return new InspectOptions(
        help,
        arguments.has("--json"),
        arguments.has("--all"),
        root.isPresent() ? root.get() : help ? DefaultRoot.OF_ROOT : DefaultRoot.get(),
        arguments.path("--bwrap"),
        List.copyOf(arguments.operands()));
  }
}
