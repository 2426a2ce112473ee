package dev.husk.oci;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** System call filter: {@code config-linux.md#seccomp}. */
public record Seccomp(
    String defaultAction,
    OptionalInt defaultErrnoRet,
    List<String> architectures,
    List<String> flags,
    Optional<String> listenerPath,
    Optional<String> listenerMetadata,
    List<Syscall> syscalls) {

  public Seccomp {
    architectures = List.copyOf(architectures);
    flags = List.copyOf(flags);
    syscalls = List.copyOf(syscalls);
  }

  /** One rule. */
  public record Syscall(List<String> names, String action, OptionalInt errnoRet, List<Arg> args) {
    public Syscall {
      names = List.copyOf(names);
      args = List.copyOf(args);
    }
  }

  /** One argument comparison; values are unsigned 64 bit. */
  public record Arg(int index, long value, long valueTwo, String op) {}
}
