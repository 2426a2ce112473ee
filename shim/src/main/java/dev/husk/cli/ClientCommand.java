package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.rpc.Document;
import dev.husk.rpc.HuskClient;
import dev.husk.sandbox.SandboxId;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What the commands that ask about sandboxes, or ask their shims, have in common. */
final class ClientCommand {
  private static final String ROOT = "--root";
  private static final String SOCKET = "--socket";
  private static final String JSON = "--json";
  private static final String HELP = "--help";

  private final String name;
  private final Arguments arguments;

  private ClientCommand(String name, Arguments arguments) {
    this.name = name;
    this.arguments = arguments;
  }

  /**
   * Parses the command line of a command.
   *
   * @param flags options of its own without a value
   * @param valued options of its own with one
   */
  static ClientCommand parse(String name, List<String> words, Set<String> flags, Set<String> valued)
      throws UsageException {
    Set<String> allFlags = new HashSet<>(flags);
    allFlags.addAll(Set.of(JSON, HELP, "-h"));
    Set<String> allValued = new HashSet<>(valued);
    allValued.addAll(Set.of(ROOT, SOCKET));
    return new ClientCommand(name, Arguments.parse(words, allFlags, allValued));
  }

  /** A call of a shim. */
  interface Call {
    Document of(HuskClient client) throws HuskException;
  }

  /** Whether the help is wanted; it is shown then. */
  boolean helped(String help) {
    boolean wanted = arguments.has(HELP) || arguments.has("-h");
    if (wanted) {
      System.out.println(help);
    }
    return wanted;
  }

  Arguments arguments() {
    return arguments;
  }

  /** The directory of all ids. */
  Path root() throws UsageException {
    return DefaultRoot.or(arguments.path(ROOT));
  }

  void requireOperands(int count, String what) throws UsageException {
    if (arguments.operands().size() != count) {
      throw new UsageException(name + " takes " + what);
    }
  }

  boolean json() {
    return arguments.has(JSON);
  }

  /**
   * Calls the shim of the sandbox that the first operand names and shows the answer.
   *
   * @param text the answer for people; with an empty one nothing is printed
   */
  int call(Call call, Function<Document, String> text) throws UsageException, HuskException {
    String id = SandboxId.require(arguments.operands().get(0));
    Optional<Path> given = arguments.path(SOCKET);
    Path socket = given.isPresent() ? given.get() : root().resolve(id).resolve("shim.sock");
    try (HuskClient client = HuskClient.connect(id, socket)) {
      show(call.of(client), text);
      return ExitCode.OK;
    }
  }

  /** Prints an answer as JSON or as text. */
  void show(Document answer, Function<Document, String> text) {
    String shown = json() ? answer.toJson() + "\n" : text.apply(answer);
    System.out.print(shown);
  }
}
