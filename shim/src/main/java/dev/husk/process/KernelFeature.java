package dev.husk.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A feature of the kernel, found by trying and never by a version number.
 *
 * @param name stable: {@code clone3-into-cgroup}
 * @param found what the kernel said
 * @param effect what follows for a sandbox
 * @param remedy what gives it; empty when it is there
 */
public record KernelFeature(
    String name, boolean available, String found, String effect, String remedy) {

  /** All that husk makes use of; the first is the only one that no sandbox can do without. */
  public static List<KernelFeature> probe() {
    List<KernelFeature> features = new ArrayList<>();
    for (KernelProbe.CloneFlag flag : KernelProbe.CloneFlag.values()) {
      features.add(cloneFlag(flag));
    }
    features.add(pidfdExit());
    features.add(devicePrograms());
    return List.copyOf(features);
  }

  /** The name of the feature that a flag is. */
  public static String name(KernelProbe.CloneFlag flag) {
    return "clone3-" + flag.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static KernelFeature cloneFlag(KernelProbe.CloneFlag flag) {
    boolean known = KernelProbe.knows(flag);
    return new KernelFeature(
        name(flag),
        known,
        known ? "known to this kernel" : "not known to this kernel, or refused by seccomp",
        effect(flag, known),
        known ? "" : remedy(flag));
  }

  private static String effect(KernelProbe.CloneFlag flag, boolean known) {
    return switch (flag) {
      case INTO_CGROUP ->
          known ? "processes are born inside the sandbox's cgroup" : "no sandbox can be made";
      case AUTOREAP ->
          known ? "children can end without being waited for" : "children are waited for by husk";
      case NO_NEW_PRIVS ->
          known ? "no_new_privs can be set at birth" : "no_new_privs is set before the exec";
      case PIDFD_AUTOKILL ->
          known
              ? "the kernel itself can end a sandbox whose shim dies"
              : "a process beside the shim (the deadman) ends a sandbox whose shim dies";
    };
  }

  private static String remedy(KernelProbe.CloneFlag flag) {
    return flag == KernelProbe.CloneFlag.INTO_CGROUP
        ? "run Linux 5.7 or newer, and let clone3 pass in the seccomp profile around husk"
        : "none is needed; Linux 7.1 has it";
  }

  private static KernelFeature pidfdExit() {
    boolean known = KernelProbe.tellsExitByPidfd();
    return new KernelFeature(
        "pidfd-info-exit",
        known,
        known ? "a pidfd told the status of an ended child" : "a pidfd told no exit status",
        known
            ? "exit statuses are the kernel's own"
            : "exit statuses are bwrap's summary: 128 + N may be a signal or a status",
        known ? "" : "Linux 6.15 has it");
  }

  private static KernelFeature devicePrograms() {
    Optional<Errno> refusal = KernelProbe.refusalOfDeviceProgram();
    String effect =
        refusal.isEmpty()
            ? "device rules can be enforced by the kernel"
            : "the sandbox's private /dev is what keeps devices away";
    return new KernelFeature(
        "cgroup-device-programs",
        refusal.isEmpty(),
        refusal.isEmpty() ? "a BPF program for devices was loaded" : "bpf: " + refusal.get(),
        effect,
        refusal.isEmpty()
            ? ""
            : refusal.get().equals(Errno.EPERM)
                ? "give husk CAP_SYS_ADMIN (or CAP_BPF and CAP_NET_ADMIN)"
                : "a kernel with CONFIG_CGROUP_BPF");
  }
}
