package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.HuskClient;
import java.util.List;
import java.util.Set;

/** {@code husk resume}: lets a paused sandbox run again. */
final class ResumeCommand {
  private ResumeCommand() {}

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command = ClientCommand.parse("resume", words, Set.of(), Set.of());
    if (command.helped(ClientHelp.RESUME)) {
      return ExitCode.OK;
    }
    command.requireOperands(1, "one id");
    return command.call(HuskClient::resume, sandbox -> "");
  }
}
