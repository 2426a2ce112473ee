package dev.husk.cli;

import dev.husk.cgroup.Enforcement;
import dev.husk.cgroup.LimitPolicy;
import dev.husk.sandbox.CgroupManager;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The options of {@code run} and {@code serve}.
 *
 * @param operands what is not an option
 */
record Options(
    boolean help,
    Optional<String> id,
    Optional<Path> bundle,
    Path root,
    Optional<Path> socket,
    LimitPolicy limits,
    CgroupManager cgroupManager,
    boolean privileged,
    Optional<Path> bwrap,
    boolean exitWhenEmpty,
    List<String> operands) {

  static Options parse(List<String> arguments) throws UsageException {
    return new Parser(arguments).parse();
  }

  /** Both {@code --name value} and {@code --name=value}; {@code --} ends the options. */
  private static final class Parser {
    private final List<String> arguments;
    private int next;
    private boolean help;
    private Optional<String> id = Optional.empty();
    private Optional<Path> bundle = Optional.empty();
    private Optional<Path> root = Optional.empty();
    private Optional<Path> socket = Optional.empty();
    private Enforcement enforcement = Enforcement.STRICT;
    private boolean defaults = true;
    private CgroupManager cgroupManager = CgroupManager.AUTO;
    private boolean privileged;
    private Optional<Path> bwrap = Optional.empty();
    private boolean exitWhenEmpty;
    private final List<String> operands = new ArrayList<>();

    Parser(List<String> arguments) {
      this.arguments = arguments;
    }

    Options parse() throws UsageException {
      boolean onlyOperands = false;
      while (next < arguments.size()) {
        String argument = arguments.get(next++);
        if (onlyOperands || argument.equals("-") || !argument.startsWith("-")) {
          operands.add(argument);
        } else if (argument.equals("--")) {
          onlyOperands = true;
        } else {
          int equals = argument.indexOf('=');
          if (equals < 0) {
            option(argument, Optional.empty());
          } else {
            option(argument.substring(0, equals), Optional.of(argument.substring(equals + 1)));
          }
        }
      }
      return new Options(
          help,
          id,
          bundle,
          help ? DefaultRoot.orForLooking(root) : DefaultRoot.or(root),
          socket,
          new LimitPolicy(defaults, enforcement),
          cgroupManager,
          privileged,
          bwrap,
          exitWhenEmpty,
          List.copyOf(operands));
    }

    private void option(String name, Optional<String> given) throws UsageException {
      switch (name) {
        case "--help", "-h" -> help = flag(name, given);
        case "--id" -> id = Optional.of(value(name, given));
        case "--bundle", "-b" -> bundle = Optional.of(path(name, given));
        case "--root" -> root = Optional.of(path(name, given));
        case "--socket" -> socket = Optional.of(path(name, given));
        case "--cgroup-limits" -> enforcement = enforcement(value(name, given));
        case "--cgroup-manager" -> cgroupManager = cgroupManager(value(name, given));
        case "--no-default-limits" -> defaults = !flag(name, given);
        case "--privileged" -> privileged = flag(name, given);
        case "--bwrap" -> bwrap = Optional.of(path(name, given));
        case "--exit-when-empty" -> exitWhenEmpty = flag(name, given);
        default -> throw new UsageException("unknown option \"" + name + "\"");
      }
    }

    private static boolean flag(String name, Optional<String> given) throws UsageException {
      if (given.isPresent()) {
        throw new UsageException("option " + name + " takes no value");
      }
      return true;
    }

    private String value(String name, Optional<String> given) throws UsageException {
      if (given.isPresent()) {
        return given.get();
      }
      if (next == arguments.size()) {
        throw new UsageException("option " + name + " needs a value");
      }
      return arguments.get(next++);
    }

    private Path path(String name, Optional<String> given) throws UsageException {
      String value = value(name, given);
      try {
        if (!value.isEmpty()) {
          return Path.of(value).toAbsolutePath().normalize();
        }
      } catch (InvalidPathException e) {
        throw new UsageException("option " + name + ": " + e.getMessage());
      }
      throw new UsageException("option " + name + " needs a path");
    }

    private static CgroupManager cgroupManager(String value) throws UsageException {
      return switch (value) {
        case "auto" -> CgroupManager.AUTO;
        case "systemd" -> CgroupManager.SYSTEMD;
        case "cgroupfs" -> CgroupManager.CGROUPFS;
        default ->
            throw new UsageException(
                "option --cgroup-manager is auto, systemd or cgroupfs, not \"" + value + "\"");
      };
    }

    private static Enforcement enforcement(String value) throws UsageException {
      return switch (value) {
        case "strict" -> Enforcement.STRICT;
        case "best-effort" -> Enforcement.BEST_EFFORT;
        default ->
            throw new UsageException(
                "option --cgroup-limits is strict or best-effort, not \"" + value + "\"");
      };
    }
  }
}
