package dev.husk.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The options of {@code doctor} and {@code tree}. */
record InspectOptions(
    boolean help,
    boolean json,
    boolean all,
    Path root,
    Optional<Path> bwrap,
    List<String> operands) {

  static InspectOptions parse(List<String> arguments) throws UsageException {
    boolean help = false;
    boolean json = false;
    boolean all = false;
    Optional<Path> root = Optional.empty();
    Optional<Path> bwrap = Optional.empty();
    List<String> operands = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
      String name = equals < 0 ? argument : argument.substring(0, equals);
      switch (name) {
        case "--help", "-h" -> help = true;
        case "--json" -> json = true;
        case "--all" -> all = true;
        case "--root", "--bwrap" -> {
          String value =
              equals >= 0
                  ? argument.substring(equals + 1)
                  : ++i < arguments.size() ? arguments.get(i) : "";
          if (name.equals("--root")) {
            root = Optional.of(path(name, value));
          } else {
            bwrap = Optional.of(path(name, value));
          }
        }
        default -> {
          if (name.startsWith("-")) {
            throw new UsageException("unknown option \"" + name + "\"");
          }
          operands.add(argument);
        }
      }
    }
    Path directory = root.isPresent() ? root.get() : help ? DefaultRoot.OF_ROOT : DefaultRoot.get();
    return new InspectOptions(help, json, all, directory, bwrap, List.copyOf(operands));
  }

  private static Path path(String name, String value) throws UsageException {
    if (value.isEmpty()) {
      throw new UsageException("option " + name + " needs a path");
    }
    try {
      return Path.of(value).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new UsageException("option " + name + ": " + e.getMessage());
    }
  }
}
