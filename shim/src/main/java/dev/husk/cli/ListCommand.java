package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.Document;
import dev.husk.sandbox.HostSandboxes;
import dev.husk.sandbox.KnownSandbox;
import dev.husk.sandbox.StateFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code husk list}: the sandboxes of all shims of a root directory, living and dead. */
final class ListCommand {
  private ListCommand() {}

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command = ClientCommand.parse("list", words, Set.of(), Set.of());
    if (command.helped(ClientHelp.LIST)) {
      return ExitCode.OK;
    }
    command.requireOperands(0, "no operand");
    List<KnownSandbox> sandboxes = HostSandboxes.list(command.root());
    if (command.json()) {
      List<Document> all = new ArrayList<>();
      for (KnownSandbox sandbox : sandboxes) {
        all.add(document(sandbox));
      }
      System.out.println(new Document(Map.of("sandboxes", all)).toPlainJson());
    } else {
      System.out.print(table(sandboxes));
    }
    return ExitCode.OK;
  }

  private static String table(List<KnownSandbox> sandboxes) {
    Table table = new Table().row("ID", "STATUS", "PID", "SHIM", "CREATED", "BUNDLE");
    for (KnownSandbox sandbox : sandboxes) {
      StateFile state = state(sandbox);
      table.row(
          sandbox.id(),
          status(sandbox),
          number(state.pid()),
          shim(sandbox),
          state.created(),
          state.bundle());
    }
    return table.toString();
  }

  private static String shim(KnownSandbox sandbox) {
    return switch (sandbox.shim()) {
      case ALIVE -> number(state(sandbox).shimPid());
      case DEAD -> "dead";
      case UNKNOWN -> "not to be seen";
    };
  }

  private static StateFile state(KnownSandbox sandbox) {
    return sandbox.state().orElse(StateFile.NOTHING);
  }

  private static boolean isDead(KnownSandbox sandbox) {
    return sandbox.shim() == KnownSandbox.Shim.DEAD;
  }

  /** What a dead shim wrote last is no longer true. */
  private static String status(KnownSandbox sandbox) {
    String status = state(sandbox).status();
    if (isDead(sandbox)) {
      return status.isEmpty() ? "dead" : "dead, was " + status;
    }
    return status.isEmpty() ? "none yet" : status;
  }

  private static String number(long number) {
    return number == 0 ? "-" : Long.toString(number);
  }

  /** The names of the state file. */
  static Document document(KnownSandbox sandbox) {
    StateFile state = state(sandbox);
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("id", sandbox.id());
    members.put("status", state.status());
    put(members, "pid", state.pid());
    members.put("bundle", state.bundle());
    members.put("cgroup", state.cgroup());
    members.put("created", state.created());
    put(members, "shimPid", state.shimPid());
    if (sandbox.shim() != KnownSandbox.Shim.UNKNOWN) {
      members.put("shimRuns", !isDead(sandbox));
    }
    if (state.exitCode().isPresent()) {
      members.put("exitCode", state.exitCode().getAsLong());
      members.put("exitReason", state.exitReason());
    }
    return new Document(members);
  }

  private static void put(Map<String, Object> members, String name, long number) {
    if (number != 0) {
      members.put(name, number);
    }
  }
}
