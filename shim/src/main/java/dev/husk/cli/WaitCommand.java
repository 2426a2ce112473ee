package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.HuskClient;
import java.util.List;
import java.util.Set;

/** {@code husk wait}: waits for the end of a sandbox and prints the payload's exit status. */
final class WaitCommand {
  private WaitCommand() {}

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command = ClientCommand.parse("wait", words, Set.of(), Set.of());
    if (command.helped(ClientHelp.WAIT)) {
      return ExitCode.OK;
    }
    command.requireOperands(1, "one id");
    return command.call(HuskClient::await, exit -> exit.number("code").orElse(0L) + "\n");
  }
}
