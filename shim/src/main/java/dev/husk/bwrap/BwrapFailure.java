package dev.husk.bwrap;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.Violation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What can go wrong between a config and bubblewrap's arguments. */
public sealed interface BwrapFailure extends Failure {

  /** No bwrap where it was looked for. */
  record NotFound(String searched) implements BwrapFailure {
    @Override
    public String what() {
      return "find bubblewrap";
    }

    @Override
    public String where() {
      return searched;
    }

    @Override
    public String why() {
      return "no executable file named bwrap";
    }

    @Override
    public String remedy() {
      return "install the package bubblewrap, or name the program's path";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** bwrap is there and cannot be executed, crashes, hangs, or says something unexpected. */
  record ProbeFailed(Path program, String why) implements BwrapFailure {
    @Override
    public String what() {
      return "ask bubblewrap for its version and options";
    }

    @Override
    public String where() {
      return program.toString();
    }

    @Override
    public String remedy() {
      return "run `" + program + " --version` by hand and reinstall the package bubblewrap";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /**
   * This bwrap lacks what husk needs.
   *
   * @param missing options that its {@code --help} does not list; empty when only the version is
   *     too low
   */
  record TooOld(Path program, BwrapVersion version, List<String> missing) implements BwrapFailure {
    public TooOld {
      missing = List.copyOf(missing);
    }

    @Override
    public String what() {
      return "use bubblewrap " + version;
    }

    @Override
    public String where() {
      return program.toString();
    }

    @Override
    public String why() {
      return missing.isEmpty()
          ? "older than " + BwrapProgram.OLDEST + ", the oldest version that husk works with"
          : "it has no " + String.join(", ", missing);
    }

    @Override
    public String remedy() {
      return "install bubblewrap "
          + BwrapProgram.OLDEST
          + " or later, best "
          + Weakness.FIRST_SOUND
          + " or later";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** Parts of the config that cannot be applied exactly; never empty, in the config's order. */
  record ConfigRefused(List<Offence> offences) implements BwrapFailure {
    public ConfigRefused {
      offences = List.copyOf(offences);
    }

    @Override
    public String what() {
      return "plan the sandbox";
    }

    @Override
    public String where() {
      StringBuilder all = new StringBuilder();
      for (Offence offence : offences) {
        all.append(all.isEmpty() ? "" : ", ").append(offence.pointer());
      }
      return all.toString();
    }

    @Override
    public String why() {
      return join(true);
    }

    @Override
    public String remedy() {
      return join(false);
    }

    private String join(boolean reasons) {
      if (offences.size() == 1) {
        return reasons ? offences.getFirst().why() : offences.getFirst().remedy();
      }
      StringBuilder all = new StringBuilder();
      for (Offence offence : offences) {
        all.append(all.isEmpty() ? "" : "; ")
            .append(offence.pointer())
            .append(": ")
            .append(reasons ? offence.why() : offence.remedy());
      }
      return all.toString();
    }

    @Override
    public List<Violation> violations() {
      List<Violation> all = new ArrayList<>(offences.size());
      for (Offence offence : offences) {
        all.add(new Violation(offence.pointer(), offence.why(), offence.remedy()));
      }
      return all;
    }

    /** The kind of all offences when it is one, else INVALID. */
    @Override
    public FailureKind kind() {
      FailureKind first = offences.getFirst().kind();
      for (Offence offence : offences) {
        if (offence.kind() != first) {
          return FailureKind.INVALID;
        }
      }
      return first;
    }
  }

  /** {@code root.path} does not lead to a usable directory. */
  record RootfsUnusable(String path, String why, FailureKind kind) implements BwrapFailure {
    @Override
    public String what() {
      return "use the root filesystem of /root/path";
    }

    @Override
    public String where() {
      return path;
    }

    @Override
    public String remedy() {
      return "let root.path name the directory that holds the unpacked image";
    }
  }

  /** husk itself lacks capabilities without which no sandbox can be made. */
  record MissingCapabilities(List<String> names) implements BwrapFailure {
    public MissingCapabilities {
      names = List.copyOf(names);
    }

    @Override
    public String what() {
      return "set up the payload's identity";
    }

    @Override
    public String where() {
      return "capabilities of the shim";
    }

    @Override
    public String why() {
      return "missing " + String.join(", ", names);
    }

    @Override
    public String remedy() {
      return "run husk as root with these capabilities in its bounding set";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.DENIED;
    }
  }

  /** A file that planning needs could not be read. */
  record Unreadable(Path file, String why) implements BwrapFailure {
    @Override
    public String what() {
      return "plan the sandbox";
    }

    @Override
    public String where() {
      return file.toString();
    }

    @Override
    public String remedy() {
      return "make the file readable for husk";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INTERNAL;
    }
  }
}
