package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.HuskClient;
import java.util.List;
import java.util.Set;

/** {@code husk state}: one sandbox, as its shim knows it. */
final class StateCommand {
  private StateCommand() {}

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command = ClientCommand.parse("state", words, Set.of(), Set.of());
    if (command.helped(ClientHelp.STATE)) {
      return ExitCode.OK;
    }
    command.requireOperands(1, "one id");
    return command.call(HuskClient::state, SandboxText::all);
  }
}
