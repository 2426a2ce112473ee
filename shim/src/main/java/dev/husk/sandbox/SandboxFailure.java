package dev.husk.sandbox;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.process.Errno;
import java.util.Locale;
import java.util.OptionalInt;

/** What the domain itself refuses. */
public sealed interface SandboxFailure extends Failure {
  /** The id breaks runc's rule, which every manager follows. */
  record BadId(String id) implements SandboxFailure {
    @Override
    public String what() {
      return "name sandbox";
    }

    @Override
    public String where() {
      return "id \"" + id + "\"";
    }

    @Override
    public String why() {
      return "invalid container ID format";
    }

    @Override
    public String remedy() {
      return "use 1 to "
          + SandboxId.LONGEST
          + " letters, digits and _ + . - (not only dots, not starting with a dot)";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /** The id belongs to a living shim. */
  record IdInUse(String id, String directory) implements SandboxFailure {
    @Override
    public String what() {
      return "claim id \"" + id + "\"";
    }

    @Override
    public String where() {
      return directory;
    }

    @Override
    public String why() {
      return "container with given ID already exists: its shim is running";
    }

    @Override
    public String remedy() {
      return "choose another id, or delete that sandbox first";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXISTS;
    }
  }

  /** No sandbox of that id in this shim. */
  record NoSuchSandbox(String id) implements SandboxFailure {
    @Override
    public String what() {
      return "find sandbox";
    }

    @Override
    public String where() {
      return id.isEmpty() ? "this shim" : "id \"" + id + "\"";
    }

    @Override
    public String why() {
      return "container does not exist";
    }

    @Override
    public String remedy() {
      return "create it first, or ask the shim that was started for it";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.NOT_FOUND;
    }
  }

  /** There is no process of that number. */
  record NoSuchProcess(long pid) implements SandboxFailure {
    @Override
    public String what() {
      return "find the owner of a process";
    }

    @Override
    public String where() {
      return "process " + pid;
    }

    @Override
    public String why() {
      return "there is no such process";
    }

    @Override
    public String remedy() {
      return "it has ended, or give its number in the pid namespace that husk runs in";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.NOT_FOUND;
    }
  }

  /** A shim serves the one id that it was started with. */
  record OtherId(String id, String own) implements SandboxFailure {
    @Override
    public String what() {
      return "create sandbox";
    }

    @Override
    public String where() {
      return "id \"" + id + "\"";
    }

    @Override
    public String why() {
      return "this shim was started for id \"" + own + "\"";
    }

    @Override
    public String remedy() {
      return "leave the id empty, or start another shim with --id " + id;
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /** The shim is about to end. */
  record Ending(String id) implements SandboxFailure {
    @Override
    public String what() {
      return "create sandbox";
    }

    @Override
    public String where() {
      return "id \"" + id + "\"";
    }

    @Override
    public String why() {
      return "this shim is ending";
    }

    @Override
    public String remedy() {
      return "start a new shim: one serves one sandbox";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** The verb does not fit the state. */
  record WrongPhase(String id, String verb, Phase phase) implements SandboxFailure {
    @Override
    public String what() {
      return verb + " sandbox";
    }

    @Override
    public String where() {
      return "id \"" + id + "\"";
    }

    @Override
    public String why() {
      return "cannot " + verb + " while " + phase.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String remedy() {
      return switch (phase) {
        case CREATING -> "wait until create has answered";
        case CREATED -> "start it, or delete it";
        case RUNNING ->
            switch (verb) {
              case "resume" -> "there is nothing to resume, it runs";
              case "delete" -> "kill it and wait for its end, or force the delete";
              default -> "it runs already: wait for its end, or kill it";
            };
        case PAUSED ->
            verb.equals("pause")
                ? "there is nothing to pause, it is frozen"
                : "resume it first, kill it, or force the delete";
        case STOPPED -> "delete it; a stopped sandbox cannot be used again";
      };
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** The config lacks what create needs. */
  record NoProcess(String bundle) implements SandboxFailure {
    @Override
    public String what() {
      return "read config";
    }

    @Override
    public String where() {
      return bundle + "/config.json#/process";
    }

    @Override
    public String why() {
      return "there is no process to run";
    }

    @Override
    public String remedy() {
      return "add process with args, cwd and user";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /** A file or directory of the shim itself could not be used. */
  record StateUnusable(String path, String reason, FailureKind kind) implements SandboxFailure {
    @Override
    public String what() {
      return "use state directory";
    }

    @Override
    public String where() {
      return path;
    }

    @Override
    public String why() {
      return reason;
    }

    @Override
    public String remedy() {
      return "give husk a directory that it may write to, and nobody else, with --root DIR";
    }
  }

  /** A standard stream of the payload could not be opened. */
  record StreamUnusable(String stream, String path, String reason, FailureKind kind)
      implements SandboxFailure {
    @Override
    public String what() {
      return "open " + stream + " of the payload";
    }

    @Override
    public String where() {
      return path;
    }

    @Override
    public String why() {
      return reason;
    }

    @Override
    public String remedy() {
      return "name a file or FIFO in an existing directory, or leave it empty for /dev/null";
    }
  }

  /** Reality after create differs from what the config asked for; everything was undone. */
  record NotAsPlanned(String id, String difference) implements SandboxFailure {
    @Override
    public String what() {
      return "verify sandbox";
    }

    @Override
    public String where() {
      return "id \"" + id + "\"";
    }

    @Override
    public String why() {
      return difference;
    }

    @Override
    public String remedy() {
      return "check that nothing else changes the root filesystem or the cgroup meanwhile";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INTERNAL;
    }
  }

  /** A property of the config that the shim applies from outside was refused by the kernel. */
  record NotApplied(String property, Errno errno) implements SandboxFailure {
    @Override
    public String what() {
      return "apply property";
    }

    @Override
    public String where() {
      return "config.json#" + property;
    }

    @Override
    public String why() {
      return errno.toString();
    }

    @Override
    public String remedy() {
      return "lowering a score or raising a limit needs CAP_SYS_RESOURCE: give it to husk, or"
          + " remove the property";
    }

    @Override
    public OptionalInt errorNumber() {
      return OptionalInt.of(errno.value());
    }

    @Override
    public FailureKind kind() {
      return FailureKind.DENIED;
    }
  }

  /** A sandbox that cannot be removed completely. */
  record Leaked(String id, String place, String reason) implements SandboxFailure {
    @Override
    public String what() {
      return "remove sandbox \"" + id + "\"";
    }

    @Override
    public String where() {
      return place;
    }

    @Override
    public String why() {
      return reason;
    }

    @Override
    public String remedy() {
      return "delete again; if that fails as well, look for a process that cannot die (state D) in"
          + " that cgroup";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.TIMEOUT;
    }
  }

  /** Shutdown was asked for while a sandbox is still there. */
  record StillThere(String id, Phase phase) implements SandboxFailure {
    @Override
    public String what() {
      return "shut down";
    }

    @Override
    public String where() {
      return "id \"" + id + "\"";
    }

    @Override
    public String why() {
      return "container still there, " + phase.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String remedy() {
      return "delete it first, or force the shutdown";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }
}
