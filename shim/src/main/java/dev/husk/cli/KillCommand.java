package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.Document;
import java.util.List;
import java.util.Set;

/** {@code husk kill}: sends a signal to a sandbox. */
final class KillCommand {
  private KillCommand() {}

  private static final String ALL = "--all";

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command = ClientCommand.parse("kill", words, Set.of(ALL), Set.of());
    if (command.helped(ClientHelp.KILL)) {
      return ExitCode.OK;
    }
    List<String> operands = command.arguments().operands();
    if (operands.isEmpty() || operands.size() > 2) {
      throw new UsageException("kill takes an id and a signal");
    }
    String signal = operands.size() == 2 ? operands.get(1) : "";
    return command.call(
        client -> client.kill(signal, command.arguments().has(ALL)), KillCommand::text);
  }

  private static String text(Document answer) {
    return answer.isTrue("pending")
        ? "pending: the sandbox is paused and takes the signal when it is resumed\n"
        : "";
  }
}
