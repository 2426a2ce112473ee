package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.HuskClient;
import java.util.List;
import java.util.Set;

/** {@code husk pause}: freezes a sandbox. */
final class PauseCommand {
  private PauseCommand() {}

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command = ClientCommand.parse("pause", words, Set.of(), Set.of());
    if (command.helped(ClientHelp.PAUSE)) {
      return ExitCode.OK;
    }
    command.requireOperands(1, "one id");
    return command.call(HuskClient::pause, sandbox -> "");
  }
}
