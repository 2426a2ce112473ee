package dev.husk.systemd;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;

/** What systemd refuses, or what keeps husk from asking it. */
public sealed interface SystemdFailure extends Failure {
  /** Another unit has the name, or what a predecessor left does not go away. */
  record UnitExists(String unit, String why) implements SystemdFailure {
    @Override
    public String what() {
      return "start a scope for the sandbox";
    }

    @Override
    public String where() {
      return unit;
    }

    @Override
    public String remedy() {
      return "choose another id or linux.cgroupsPath, or stop that unit: systemctl stop " + unit;
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXISTS;
    }
  }

  /** The path is not what systemd could make a unit of. */
  record BadScopeName(String given, String why) implements SystemdFailure {
    @Override
    public String what() {
      return "name the sandbox's scope";
    }

    @Override
    public String where() {
      return "/linux/cgroupsPath \"" + given + "\"";
    }

    @Override
    public String remedy() {
      return "give slice:prefix:name such as system.slice:husk:web, leave it out, or use"
          + " --cgroup-manager=cgroupfs with a path in the cgroup tree";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /** No systemd here, or none that could be asked. */
  record NoManager(String where, String why, String remedy) implements SystemdFailure {
    @Override
    public String what() {
      return "ask systemd for a scope";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** polkit, or the bus, does not let this user do it. */
  record Denied(String call, String unit, String why) implements SystemdFailure {
    @Override
    public String what() {
      return "ask systemd for " + call;
    }

    @Override
    public String where() {
      return unit;
    }

    @Override
    public String remedy() {
      return "be root, ask your own user manager (XDG_RUNTIME_DIR and DBUS_SESSION_BUS_ADDRESS set),"
          + " or let a polkit rule allow org.freedesktop.systemd1.manage-units";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.DENIED;
    }
  }

  /** The answer was an error, or the job ended otherwise than done. */
  record Refused(String call, String unit, String why) implements SystemdFailure {
    @Override
    public String what() {
      return "ask systemd for " + call;
    }

    @Override
    public String where() {
      return unit;
    }

    @Override
    public String remedy() {
      return "see systemctl status " + unit + " and the journal for what systemd says";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** systemd or its bus did not answer in time, or hung up. */
  record NoAnswer(String call, String unit, String why) implements SystemdFailure {
    @Override
    public String what() {
      return "wait for systemd's answer to " + call;
    }

    @Override
    public String where() {
      return unit;
    }

    @Override
    public String remedy() {
      return "see whether systemd and the message bus are well (systemctl is-system-running), and try"
          + " again";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.TIMEOUT;
    }
  }

  /** A share among siblings; a sandbox has none in its scope, and the scope no such property. */
  record NoProperty(String file, String unit) implements SystemdFailure {
    @Override
    public String what() {
      return "limit the sandbox's scope";
    }

    @Override
    public String where() {
      return unit;
    }

    @Override
    public String why() {
      return "systemd has no property for " + file + ", which has no effect below a scope";
    }

    @Override
    public String remedy() {
      return file.equals("cpu.weight.nice")
          ? "give linux.resources.cpu.shares, or cpu.weight"
          : "leave it out, or use --cgroup-manager=cgroupfs";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** The process that was to keep the scope has ended. */
  record KeeperGone(String unit, String why) implements SystemdFailure {
    @Override
    public String what() {
      return "start a scope for the sandbox";
    }

    @Override
    public String where() {
      return unit;
    }

    @Override
    public String remedy() {
      return "see whether something kills husk's processes, and try again";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INTERNAL;
    }
  }
}
