package dev.husk.oci;

import java.util.ArrayList;
import java.util.List;

/** The section {@code hooks}: {@code config.md#posix-platform-hooks}. */
final class HooksDecoder {
  private HooksDecoder() {}

  static Hooks decode(Fields hooks) {
    return new Hooks(
        list(hooks, "prestart"),
        list(hooks, "createRuntime"),
        list(hooks, "createContainer"),
        list(hooks, "startContainer"),
        list(hooks, "poststart"),
        list(hooks, "poststop"));
  }

  private static List<Hooks.Hook> list(Fields hooks, String kind) {
    List<Hooks.Hook> list = new ArrayList<>();
    for (Fields hook : hooks.objects(kind)) {
      String path = hook.requiredString("path");
      Rules.absolute(hook, "path", path);
      list.add(
          new Hooks.Hook(
              path,
              hook.strings("args"),
              Rules.env(hook),
              hook.smallInteger("timeout", 1, Integer.MAX_VALUE)));
    }
    return list;
  }
}
