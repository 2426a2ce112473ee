package dev.husk.cli;

/** The version of this build, the same as the Maven project's. */
final class Version {
  static final String HUSK = "0.1.0";

  private Version() {}
}
