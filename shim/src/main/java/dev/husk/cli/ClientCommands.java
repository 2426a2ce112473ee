package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.process.Stderr;
import java.util.List;

/**
 * The commands of a process that asks and ends. Apart from the others: a start of {@code run} loads
 * nothing of them.
 */
final class ClientCommands {
  private ClientCommands() {}

  /**
   * Runs a command; a refusal is status 1, since none of these has a payload's status to pass on.
   */
  static int run(String name, List<String> words) throws UsageException {
    // gRPC's client looks for TLS in its constructor, used or not; without the certificates of the
    // world that takes a hundred milliseconds less.
    System.setProperty("javax.net.ssl.trustStore", "NONE");
    try {
      return switch (name) {
        case "list", "ls" -> ListCommand.run(words);
        case "state" -> StateCommand.run(words);
        case "ps" -> PsCommand.run(words);
        case "stats" -> StatsCommand.run(words);
        case "owner" -> OwnerCommand.run(words);
        case "kill" -> KillCommand.run(words);
        case "wait" -> WaitCommand.run(words);
        case "delete" -> DeleteCommand.run(words);
        case "pause" -> PauseCommand.run(words);
        case "resume" -> ResumeCommand.run(words);
        case "update" -> UpdateCommand.run(words);
        default -> throw new UsageException("unknown command \"" + name + "\"");
      };
    } catch (HuskException e) {
      Stderr.say(String.valueOf(e.getMessage()));
      return ExitCode.REFUSED;
    }
  }
}
