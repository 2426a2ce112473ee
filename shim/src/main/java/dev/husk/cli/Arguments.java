package dev.husk.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The command line of a client command: {@code --name value} and {@code --name=value}, options and
 * operands in any order; {@code --} ends the options.
 */
final class Arguments {
  private final Map<String, List<String>> options = new HashMap<>();
  private final List<String> operands = new ArrayList<>();

  private Arguments() {}

  /**
   * Parses.
   *
   * @param flags options without a value
   * @param valued options with one
   */
  static Arguments parse(List<String> words, Set<String> flags, Set<String> valued)
      throws UsageException {
    Arguments arguments = new Arguments();
    boolean onlyOperands = false;
    for (int next = 0; next < words.size(); next++) {
      String word = words.get(next);
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      if (onlyOperands || !word.startsWith("-") || word.equals("-")) {
        arguments.operands.add(word);
      } else if (word.equals("--")) {
        onlyOperands = true;
      } else if (flags.contains(name)) {
        if (equals >= 0) {
          throw new UsageException("option " + name + " takes no value");
        }
        arguments.add(name, "");
      } else if (valued.contains(name)) {
        if (equals < 0 && next + 1 == words.size()) {
          throw new UsageException("option " + name + " needs a value");
        }
        arguments.add(name, equals < 0 ? words.get(++next) : word.substring(equals + 1));
      } else {
        throw new UsageException("unknown option \"" + name + "\"");
      }
    }
    return arguments;
  }

  private void add(String name, String value) {
    options.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
  }

  boolean has(String name) {
    return options.containsKey(name);
  }

  /** The last value given. */
  Optional<String> value(String name) {
    List<String> values = values(name);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
  }

  /** All values, in order. */
  List<String> values(String name) {
    return options.getOrDefault(name, List.of());
  }

  /** The value as a path, absolute. */
  Optional<Path> path(String name) throws UsageException {
    Optional<String> value = value(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      if (!value.get().isEmpty()) {
        return Optional.of(Path.of(value.get()).toAbsolutePath().normalize());
      }
    } catch (InvalidPathException e) {
      throw new UsageException("option " + name + ": " + e.getMessage());
    }
    throw new UsageException("option " + name + " needs a path");
  }

  List<String> operands() {
    return operands;
  }
}
