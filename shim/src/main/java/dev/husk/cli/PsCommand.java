package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.Document;
import dev.husk.rpc.HuskClient;
import java.util.List;
import java.util.Set;

/** {@code husk ps}: the processes of a sandbox. */
final class PsCommand {
  private PsCommand() {}

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command = ClientCommand.parse("ps", words, Set.of(), Set.of());
    if (command.helped(ClientHelp.PS)) {
      return ExitCode.OK;
    }
    command.requireOperands(1, "one id");
    return command.call(HuskClient::processes, PsCommand::table);
  }

  private static String table(Document answer) {
    Table table = new Table().row("PID", "INSIDE", "CGROUP", "COMMAND");
    for (Document process : answer.objects("processes")) {
      table.row(
          process.text("pid"),
          process.has("namespacePid") ? process.text("namespacePid") : "-",
          process.text("cgroup"),
          process.text("command"));
    }
    return table.toString();
  }
}
