package dev.husk.cli;

import dev.husk.cgroup.CgroupTreeReader;
import dev.husk.failure.HuskException;
import dev.husk.inspect.TreeJson;
import dev.husk.inspect.TreeText;
import dev.husk.inspect.Trees;
import dev.husk.process.Terminal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** {@code husk tree}: the cgroups of sandboxes, with what is in them. */
final class TreeCommand {
  /** Of each sandbox, unless asked for all. */
  private static final CgroupTreeReader.Bounds ENOUGH = new CgroupTreeReader.Bounds(64, 128, 32);

  private TreeCommand() {}

  static int run(List<String> arguments) throws UsageException, HuskException {
    InspectOptions options = InspectOptions.parse(arguments);
    if (options.help()) {
      System.out.println(Help.TREE);
      return ExitCode.OK;
    }
    if (options.operands().size() > 1 || options.bwrap().isPresent()) {
      throw new UsageException("tree takes one id at most, and no --bwrap");
    }
    Optional<String> id = options.operands().stream().findFirst();
    CgroupTreeReader.Bounds bounds = options.all() ? CgroupTreeReader.Bounds.ALL : ENOUGH;
    try {
      Trees.read(
          options.root(),
          id,
          bounds,
          options.json()
              ? new TreeJson(System.out)
              : new TreeText(System.out, Terminal.columns().orElse(Integer.MAX_VALUE)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ExitCode.OK;
  }
}
