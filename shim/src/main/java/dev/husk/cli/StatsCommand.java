package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.HuskClient;
import java.util.List;
import java.util.Set;

/** {@code husk stats}: what a sandbox uses. */
final class StatsCommand {
  private StatsCommand() {}

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command = ClientCommand.parse("stats", words, Set.of(), Set.of());
    if (command.helped(ClientHelp.STATS)) {
      return ExitCode.OK;
    }
    command.requireOperands(1, "one id");
    return command.call(HuskClient::stats, StatsText::all);
  }
}
