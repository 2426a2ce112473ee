package dev.husk.cli;

import dev.husk.rpc.Document;
import java.util.Locale;

/** A sandbox for people, from the message {@code Sandbox}. */
final class SandboxText {
  private static final String PHASE = "PHASE_";

  private SandboxText() {}

  /** {@code running} for {@code PHASE_RUNNING}. */
  static String phase(Document sandbox) {
    String phase = sandbox.text("phase");
    return phase.startsWith(PHASE)
        ? phase.substring(PHASE.length()).toLowerCase(Locale.ROOT)
        : phase;
  }

  static String all(Document sandbox) {
    Table table = new Table().row("id", sandbox.text("id")).row("status", phase(sandbox));
    row(table, "pid", sandbox.text("pid"));
    row(table, "bundle", sandbox.text("bundle"));
    row(table, "created", sandbox.text("createdAt"));
    row(table, "started", sandbox.text("startedAt"));
    row(table, "exit", sandbox.object("exit").text("reason"));
    row(table, "ended", sandbox.object("exit").text("exitedAt"));
    row(table, "cgroup", sandbox.text("cgroup"));
    Document annotations = sandbox.object("annotations");
    for (String name : annotations.names()) {
      table.row("annotation", name + "=" + annotations.text(name));
    }
    return table + (sandbox.objects("limits").isEmpty() ? "" : "\n" + limits(sandbox));
  }

  private static void row(Table table, String name, String value) {
    if (!value.isEmpty()) {
      table.row(name, value);
    }
  }

  static String limits(Document sandbox) {
    Table table = new Table().row("LIMIT", "VALUE", "SET BY", "ENFORCED");
    for (Document limit : sandbox.objects("limits")) {
      table.row(
          limit.text("file").isEmpty() ? limit.text("property") : limit.text("file"),
          limit.text("value"),
          limit.isTrue("isDefault") ? "husk" : "config",
          limit.isTrue("enforced") ? "yes" : "no: " + limit.text("reason"));
    }
    return table.toString();
  }
}
