package dev.husk.cli;

import dev.husk.failure.HuskException;
import java.util.List;
import java.util.Set;

/** {@code husk delete}: removes a sandbox and ends its shim. */
final class DeleteCommand {
  private DeleteCommand() {}

  private static final String FORCE = "--force";

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command = ClientCommand.parse("delete", words, Set.of(FORCE, "-f"), Set.of());
    if (command.helped(ClientHelp.DELETE)) {
      return ExitCode.OK;
    }
    command.requireOperands(1, "one id");
    boolean force = command.arguments().has(FORCE) || command.arguments().has("-f");
    return command.call(client -> client.delete(force), gone -> "");
  }
}
