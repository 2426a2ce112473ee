package dev.husk.oci;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.Violation;
import java.util.ArrayList;
import java.util.List;

/** Why a bundle's {@code config.json} cannot be used. */
public sealed interface ConfigFailure extends Failure {

  @Override
  default String what() {
    return "read the bundle's config";
  }

  /** The bundle directory does not exist. */
  record NoBundle(String where) implements ConfigFailure {
    @Override
    public String why() {
      return "the bundle directory does not exist";
    }

    @Override
    public String remedy() {
      return "give the directory that holds config.json and the root filesystem";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.NOT_FOUND;
    }
  }

  /** The bundle path names something else than a directory. */
  record NotADirectory(String where) implements ConfigFailure {
    @Override
    public String why() {
      return "the bundle is not a directory";
    }

    @Override
    public String remedy() {
      return "give the directory that holds config.json, not the file itself";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /** The bundle has no config. */
  record NoConfig(String where) implements ConfigFailure {
    @Override
    public String why() {
      return "the file does not exist";
    }

    @Override
    public String remedy() {
      return "write a config.json into the bundle";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.NOT_FOUND;
    }
  }

  /** A directory, a pipe, a device stands where the config should be. */
  record NotAFile(String where) implements ConfigFailure {
    @Override
    public String why() {
      return "it is not a regular file";
    }

    @Override
    public String remedy() {
      return "put a regular file there";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /**
   * The config is larger than husk reads.
   *
   * @param limit in bytes
   */
  record TooBig(String where, long limit) implements ConfigFailure {
    @Override
    public String why() {
      return "it is larger than " + limit + " bytes";
    }

    @Override
    public String remedy() {
      return "make it smaller; large data belongs into the root filesystem";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /**
   * The kernel refused to read it.
   *
   * @param denied whether for lack of permission
   */
  record Unreadable(String where, String why, boolean denied) implements ConfigFailure {
    @Override
    public String remedy() {
      return denied
          ? "let the shim's user read it and search the directories above it"
          : "check the filesystem that holds the bundle";
    }

    @Override
    public FailureKind kind() {
      return denied ? FailureKind.DENIED : FailureKind.INTERNAL;
    }
  }

  /**
   * Not JSON, not UTF-8, or beyond the bounds of what is read.
   *
   * @param document the file
   * @param line from 1
   * @param column from 1, counted in bytes
   * @param why what is wrong there
   */
  record Malformed(String document, int line, int column, String why) implements ConfigFailure {
    @Override
    public String where() {
      return document + ": line " + line + ", column " + column;
    }

    @Override
    public String remedy() {
      return "correct the JSON at that place";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /**
   * Well-formed JSON that the OCI runtime-spec does not allow.
   *
   * @param where the file
   * @param offences in the order found, bounded
   * @param more whether there are others beyond the bound
   */
  record Invalid(String where, List<Offence> offences, boolean more) implements ConfigFailure {
    public Invalid {
      offences = List.copyOf(offences);
    }

    @Override
    public String why() {
      return joined(offences, more);
    }

    @Override
    public List<Violation> violations() {
      List<Violation> violations = new ArrayList<>();
      for (Offence offence : offences) {
        violations.add(new Violation(offence.pointer(), offence.message(), remedy()));
      }
      return violations;
    }

    @Override
    public String remedy() {
      return "correct what is named; OCI runtime-spec config.md and config-linux.md say what is"
          + " allowed";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /**
   * A valid config that asks for what husk does not apply.
   *
   * @param where the file
   * @param refusals what {@link Unsupported#check} found, never empty
   */
  record NotApplied(String where, List<Refusal> refusals) implements ConfigFailure {
    public NotApplied {
      refusals = List.copyOf(refusals);
    }

    @Override
    public String what() {
      return "apply the bundle's config";
    }

    @Override
    public String why() {
      if (refusals.size() == 1) {
        return refusals.getFirst().pointer() + " " + refusals.getFirst().why();
      }
      return joined(refusals, false);
    }

    @Override
    public List<Violation> violations() {
      List<Violation> violations = new ArrayList<>();
      for (Refusal refusal : refusals) {
        violations.add(new Violation(refusal.pointer(), refusal.why(), refusal.remedy()));
      }
      return violations;
    }

    @Override
    public String remedy() {
      return refusals.size() == 1
          ? refusals.getFirst().remedy()
          : "follow the remedy named with each property";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.UNSUPPORTED;
    }
  }

  private static String joined(List<?> items, boolean more) {
    StringBuilder text = new StringBuilder();
    for (Object item : items) {
      text.append(text.isEmpty() ? "" : ", ").append(item);
    }
    return text.append(more ? ", and more" : "").toString();
  }
}
