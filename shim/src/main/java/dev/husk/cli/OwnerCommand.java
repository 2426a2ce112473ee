package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.Document;
import dev.husk.sandbox.HostSandboxes;
import dev.husk.sandbox.Owner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code husk owner}: the sandbox that a process of the host belongs to. */
final class OwnerCommand {
  private OwnerCommand() {}

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command = ClientCommand.parse("owner", words, Set.of(), Set.of());
    if (command.helped(ClientHelp.OWNER)) {
      return ExitCode.OK;
    }
    command.requireOperands(1, "one process id");
    Optional<Owner> owner =
        HostSandboxes.owner(command.root(), pid(command.arguments().operands().get(0)));
    command.show(document(owner), OwnerCommand::text);
    return ExitCode.OK;
  }

  private static int pid(String text) throws UsageException {
    long pid = text.matches("[0-9]{1,10}") ? Long.parseLong(text) : 0;
    if (pid < 1 || pid > Integer.MAX_VALUE) {
      throw new UsageException("owner takes a process id, not \"" + text + "\"");
    }
    return (int) pid;
  }

  /** In the form of the message {@code OwnerResponse}. */
  private static Document document(Optional<Owner> owner) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("found", owner.isPresent());
    if (owner.isPresent()) {
      members.put("id", owner.get().id());
      members.put("cgroup", owner.get().cgroup());
      members.put("namespacePids", owner.get().namespacePids());
    }
    return new Document(members);
  }

  private static String text(Document owner) {
    if (!owner.isTrue("found")) {
      return "none\n";
    }
    return new Table()
        .row("ID", "CGROUP", "PIDS INWARDS")
        .row(
            owner.text("id"),
            owner.text("cgroup").isEmpty() ? "." : owner.text("cgroup"),
            String.join(" ", owner.texts("namespacePids")))
        .toString();
  }
}
