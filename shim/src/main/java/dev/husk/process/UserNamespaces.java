package dev.husk.process;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether user namespaces can be made here: a child tries, and the switches tell for whom.
 *
 * @param found what was tried and what the switches say
 * @param remedy empty where nothing stands in the way
 */
public record UserNamespaces(Answer answer, String found, String remedy) {
  private static final Path SWITCHES = Path.of("/proc/sys");
  private static final String MOST = "user/max_user_namespaces";
  private static final String APPARMOR = "kernel/apparmor_restrict_unprivileged_userns";
  private static final String DEBIAN = "kernel/unprivileged_userns_clone";

  /** Who may make one. */
  public enum Answer {
    YES,
    /** Root may. */
    LIMITED,
    NO
  }

  /** Looks. */
  public static UserNamespaces look() {
    return judge(KernelProbe.refusalOfUserNamespace(), UserNamespaces::value);
  }

  /**
   * What it means.
   *
   * @param refusal of a namespace that a child of this process tried to make
   * @param switches of sysctl, by name
   */
  static UserNamespaces judge(
      Optional<Errno> refusal, Function<String, Optional<String>> switches) {
    Optional<String> most = switches.apply(MOST);
    String tried =
        (refusal.isEmpty() ? "a child made one" : "a child was refused: " + refusal.get())
            + most.map(number -> "; " + MOST + " is " + number).orElse("");
    if (switches.apply(APPARMOR).equals(Optional.of("1"))) {
      return new UserNamespaces(
          refusal.isEmpty() ? Answer.LIMITED : Answer.NO,
          tried + "; AppArmor lets unprivileged users have no rights in theirs (" + APPARMOR + ")",
          "an AppArmor profile with \"userns,\" for the program, or sysctl " + APPARMOR + "=0");
    }
    if (switches.apply(DEBIAN).equals(Optional.of("0"))) {
      return new UserNamespaces(
          refusal.isEmpty() ? Answer.LIMITED : Answer.NO,
          tried + "; " + DEBIAN + " is 0",
          "sysctl " + DEBIAN + "=1");
    }
    return refusal.isEmpty()
        ? new UserNamespaces(Answer.YES, tried, "")
        : new UserNamespaces(Answer.NO, tried, remedy(refusal.get(), most));
  }

  private static String remedy(Errno refusal, Optional<String> most) {
    if (most.equals(Optional.of("0")) || refusal.name().equals("ENOSPC")) {
      return "raise sysctl " + MOST + ", here and in the namespaces around";
    }
    return switch (refusal.name()) {
      case "EINVAL" -> "a kernel with CONFIG_USER_NS";
      case "EUSERS" -> "nest less deep";
      default ->
          "let clone3 with CLONE_NEWUSER pass in the seccomp profile around husk, and do not"
              + " start it in a chroot";
    };
  }

  private static Optional<String> value(String name) {
    try {
      return Optional.of(SysFiles.read(SWITCHES.resolve(name)).strip());
    } catch (ErrnoException e) {
      return Optional.empty();
    }
  }
}
