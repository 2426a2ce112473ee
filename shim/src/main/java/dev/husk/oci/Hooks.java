package dev.husk.oci;

import java.util.List;
import java.util.OptionalInt;

/** Lifecycle hooks by kind: {@code config.md#posix-platform-hooks}. */
public record Hooks(
    List<Hook> prestart,
    List<Hook> createRuntime,
    List<Hook> createContainer,
    List<Hook> startContainer,
    List<Hook> poststart,
    List<Hook> poststop) {

  public Hooks {
    prestart = List.copyOf(prestart);
    createRuntime = List.copyOf(createRuntime);
    createContainer = List.copyOf(createContainer);
    startContainer = List.copyOf(startContainer);
    poststart = List.copyOf(poststart);
    poststop = List.copyOf(poststop);
  }

  /** A config without hooks. */
  public static Hooks none() {
    return new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
  }

  /**
   * One program to call.
   *
   * @param timeout seconds until it counts as failed
   */
  public record Hook(String path, List<String> args, List<String> env, OptionalInt timeout) {
    public Hook {
      args = List.copyOf(args);
      env = List.copyOf(env);
    }
  }
}
