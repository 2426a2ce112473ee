package dev.husk.inspect;

import dev.husk.failure.Failure;

/**
 * One line of the doctor's.
 *
 * @param section that it belongs to
 * @param name stable within its section: {@code clone3-into-cgroup}
 * @param essential no sandbox can be run unless the verdict is better than no
 * @param found what was found, and where
 * @param effect what follows for sandboxes
 * @param remedy what to do about it; empty where there is nothing to do
 */
public record Finding(
    Section section,
    String name,
    Verdict verdict,
    boolean essential,
    String found,
    String effect,
    String remedy) {

  /** Whether the host has what the line is about. */
  public enum Verdict {
    YES,
    LIMITED,
    NO
  }

  /** The groups of lines, in order. */
  public enum Section {
    KERNEL("Kernel"),
    CGROUPS("Control groups"),
    LIMITS("Limits (linux.resources)"),
    BWRAP("Bubblewrap"),
    RIGHTS("Own rights"),
    SYSTEMD("systemd"),
    STATE("State");

    private final String title;

    Section(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  static Finding yes(Section section, String name, String found, String effect) {
    return new Finding(section, name, Verdict.YES, false, found, effect, "");
  }

  static Finding limited(Section section, String name, String found, String effect, String remedy) {
    return new Finding(section, name, Verdict.LIMITED, false, found, effect, remedy);
  }

  static Finding no(Section section, String name, String found, String effect, String remedy) {
    return new Finding(section, name, Verdict.NO, false, found, effect, remedy);
  }

  static Finding failed(Section section, String name, Failure failure, String effect) {
    return no(
        section,
        name,
        failure.what() + ": " + failure.where() + ": " + failure.why(),
        effect,
        failure.remedy());
  }

  /** The same line, as one that every sandbox depends on. */
  Finding asEssential() {
    return new Finding(section, name, verdict, true, found, effect, remedy);
  }

  boolean prevents() {
    return essential && verdict == Verdict.NO;
  }
}
