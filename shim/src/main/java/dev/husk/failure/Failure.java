package dev.husk.failure;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Why an operation was refused or failed, as data: every error of husk says what, where, why and
 * what to do about it. Each package has one sealed sub-interface whose records are its failures.
 */
public interface Failure {
  /** What was attempted, as a short clause: {@code enable controllers}. */
  String what();

  /** The place: a path, a JSON pointer, an option, an id. */
  String where();

  /**
   * The reason, with the kernel's own word for it where there is one: {@code EBUSY (Device or
   * resource busy)}.
   */
  String why();

  /** What the reader can do about it; never empty. */
  String remedy();

  /** The class of the failure, from which exit status and gRPC code follow. */
  FailureKind kind();

  /** Everything that is wrong with a config, in document order; empty for all other failures. */
  default List<Violation> violations() {
    return List.of();
  }

  /** The kernel's error number, where a system call was refused. */
  default OptionalInt errorNumber() {
    return OptionalInt.empty();
  }

  /** The step of a longer operation that failed, as a short name: {@code capset}. */
  default Optional<String> failedStep() {
    return Optional.empty();
  }

  /** One line for people: {@code what: where: why; remedy}. */
  default String message() {
    return what() + ": " + where() + ": " + why() + "; " + remedy();
  }
}
