package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.Document;
import dev.husk.sandbox.HostSandboxes;
import dev.husk.sandbox.KnownSandbox;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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
      table.row(
          sandbox.id(),
          status(sandbox),
          text(sandbox.pid()),
          sandbox.shimRuns() ? text(sandbox.shimPid()) : "dead",
          sandbox.created(),
          sandbox.bundle());
    }
    return table.toString();
  }

  /** What a dead shim wrote last is no longer true. */
  private static String status(KnownSandbox sandbox) {
    if (!sandbox.shimRuns()) {
      return sandbox.status().isEmpty() ? "dead" : "dead, was " + sandbox.status();
    }
    return sandbox.status().isEmpty() ? "none yet" : sandbox.status();
  }

  private static String text(OptionalLong number) {
    return number.isPresent() ? Long.toString(number.getAsLong()) : "-";
  }

  /** The names of the state file. */
  private static Document document(KnownSandbox sandbox) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("id", sandbox.id());
    members.put("status", sandbox.status());
    put(members, "pid", sandbox.pid());
    members.put("bundle", sandbox.bundle());
    members.put("cgroup", sandbox.cgroup());
    members.put("created", sandbox.created());
    put(members, "shimPid", sandbox.shimPid());
    members.put("shimRuns", sandbox.shimRuns());
    if (sandbox.exitCode().isPresent()) {
      put(members, "exitCode", sandbox.exitCode());
      members.put("exitReason", sandbox.exitReason());
    }
    return new Document(members);
  }

  private static void put(Map<String, Object> members, String name, OptionalLong number) {
    if (number.isPresent()) {
      members.put(name, number.getAsLong());
    }
  }
}
