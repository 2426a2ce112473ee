package dev.husk.cgroup;

/** How a removal ended. */
public sealed interface Removal {
  /** Nothing is left. */
  record Removed() implements Removal {}

  /**
   * Something is left, and is to be reported.
   *
   * @param path of P
   * @param reason for people
   */
  record Leaked(String path, String reason) implements Removal {}
}
