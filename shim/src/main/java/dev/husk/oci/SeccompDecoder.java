package dev.husk.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The section {@code linux.seccomp}: {@code config-linux.md#seccomp}. */
final class SeccompDecoder {
  private static final String ERRNO = "SCMP_ACT_ERRNO";
  private static final String TRACE = "SCMP_ACT_TRACE";
  private static final List<String> ACTIONS =
      List.of(
          "SCMP_ACT_KILL",
          "SCMP_ACT_KILL_PROCESS",
          "SCMP_ACT_KILL_THREAD",
          "SCMP_ACT_TRAP",
          ERRNO,
          TRACE,
          "SCMP_ACT_ALLOW",
          "SCMP_ACT_LOG",
          "SCMP_ACT_NOTIFY");
  private static final List<String> OPERATORS =
      List.of(
          "SCMP_CMP_NE",
          "SCMP_CMP_LT",
          "SCMP_CMP_LE",
          "SCMP_CMP_EQ",
          "SCMP_CMP_GE",
          "SCMP_CMP_GT",
          "SCMP_CMP_MASKED_EQ");
  private static final List<String> FLAGS =
      List.of(
          "SECCOMP_FILTER_FLAG_TSYNC",
          "SECCOMP_FILTER_FLAG_LOG",
          "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
          "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
  private static final List<String> ARCHITECTURES =
      List.of(
          "SCMP_ARCH_X86",
          "SCMP_ARCH_X86_64",
          "SCMP_ARCH_X32",
          "SCMP_ARCH_ARM",
          "SCMP_ARCH_AARCH64",
          "SCMP_ARCH_LOONGARCH64",
          "SCMP_ARCH_M68K",
          "SCMP_ARCH_MIPS",
          "SCMP_ARCH_MIPS64",
          "SCMP_ARCH_MIPS64N32",
          "SCMP_ARCH_MIPSEL",
          "SCMP_ARCH_MIPSEL64",
          "SCMP_ARCH_MIPSEL64N32",
          "SCMP_ARCH_PARISC",
          "SCMP_ARCH_PARISC64",
          "SCMP_ARCH_PPC",
          "SCMP_ARCH_PPC64",
          "SCMP_ARCH_PPC64LE",
          "SCMP_ARCH_RISCV64",
          "SCMP_ARCH_S390",
          "SCMP_ARCH_S390X",
          "SCMP_ARCH_SH",
          "SCMP_ARCH_SHEB");

  /** SECCOMP_RET_DATA: what a filter can return beside its action has 16 bits. */
  private static final int LARGEST_RETURN = 0xffff;

  /** A system call has six arguments. */
  private static final int LAST_ARGUMENT = 5;

  private SeccompDecoder() {}

  static Seccomp decode(Fields seccomp) {
    String action = Rules.requiredOneOf(seccomp, "defaultAction", ACTIONS);
    Optional<String> listener = seccomp.string("listenerPath");
    if (listener.isPresent()) {
      Rules.absolute(seccomp, "listenerPath", listener.get());
    }
    Optional<String> metadata = seccomp.string("listenerMetadata");
    if (metadata.isPresent() && listener.isEmpty()) {
      seccomp.offend("listenerMetadata", "must not be set without listenerPath");
    }
    return new Seccomp(
        action,
        errnoRet(seccomp, "defaultErrnoRet", action),
        Rules.allOf(seccomp, "architectures", ARCHITECTURES),
        Rules.allOf(seccomp, "flags", FLAGS),
        listener,
        metadata,
        syscalls(seccomp));
  }

  private static List<Seccomp.Syscall> syscalls(Fields seccomp) {
    List<Seccomp.Syscall> syscalls = new ArrayList<>();
    for (Fields syscall : seccomp.objects("syscalls")) {
      List<String> names = syscall.strings("names");
      if (names.isEmpty()) {
        syscall.offend("names", "must name at least one system call");
      }
      String action = Rules.requiredOneOf(syscall, "action", ACTIONS);
      syscalls.add(
          new Seccomp.Syscall(names, action, errnoRet(syscall, "errnoRet", action), args(syscall)));
    }
    return syscalls;
  }

  /** Only an action that returns a number may be given one: config-linux.md says MUST fail. */
  private static OptionalInt errnoRet(Fields owner, String member, String action) {
    OptionalInt value = owner.smallInteger(member, 0, LARGEST_RETURN);
    boolean returnsNothing =
        ACTIONS.contains(action) && !action.equals(ERRNO) && !action.equals(TRACE);
    if (value.isPresent() && returnsNothing) {
      owner.offend(member, "must not be set: " + Quote.of(action) + " returns no number");
    }
    return value;
  }

  private static List<Seccomp.Arg> args(Fields syscall) {
    List<Seccomp.Arg> args = new ArrayList<>();
    for (Fields arg : syscall.objects("args")) {
      args.add(
          new Seccomp.Arg(
              (int) arg.requiredInteger("index", 0, LAST_ARGUMENT),
              arg.requiredUnsigned("value"),
              arg.unsigned("valueTwo").orElse(0),
              Rules.requiredOneOf(arg, "op", OPERATORS)));
    }
    return args;
  }
}
