package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.oci.ConfigReader;
import dev.husk.sandbox.CreateOptions;
import dev.husk.sandbox.ExitStatus;
import dev.husk.sandbox.LocalShim;
import dev.husk.sandbox.Sandbox;
import dev.husk.sandbox.StateDirectory;
import dev.husk.sandbox.Stdio;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** {@code husk run}: a sandbox's whole life in the foreground. */
final class RunCommand {
  private RunCommand() {}

  static int run(List<String> arguments) throws UsageException, HuskException {
    Options options = Options.parse(arguments);
    if (options.help()) {
      System.out.println(Help.RUN);
      return ExitCode.OK;
    }
    Path bundle = bundle(options);
    Thread.ofPlatform().daemon().name("husk-warm-up").start(ConfigReader::warmUp);
    String id = options.id().orElse("run-" + ProcessHandle.current().pid());
    // Before anything is made: a signal that ends the process would leave it behind.
    ForegroundSignals signals = new ForegroundSignals();
    signals.catchThem();
    StateDirectory directory = StateDirectory.claim(options.root(), id);
    try {
      return life(options, id, bundle, directory, signals);
    } finally {
      directory.release();
    }
  }

  private static Path bundle(Options options) throws UsageException {
    if (options.exitWhenEmpty()) {
      throw new UsageException("option --exit-when-empty belongs to serve; run always does so");
    }
    if (options.bundle().isPresent() && options.operands().isEmpty()) {
      return options.bundle().get();
    }
    if (options.bundle().isPresent() || options.operands().size() != 1) {
      throw new UsageException("run takes one bundle");
    }
    return Path.of(options.operands().getFirst()).toAbsolutePath().normalize();
  }

  private static int life(
      Options options, String id, Path bundle, StateDirectory directory, ForegroundSignals signals)
      throws HuskException {
    LocalShim shim = new LocalShim(ShimSetup.options(options, id, bundle), directory);
    ForegroundServer server =
        new ForegroundServer(ShimSetup.socket(options, directory), shim, bundle);
    server.check();
    Sandbox sandbox = Completion.await(shim.create(new CreateOptions(id, bundle, Stdio.inherit())));
    Diagnostics diagnostics = new Diagnostics(sandbox);
    try {
      diagnostics.reportLimits();
      diagnostics.report();
      OptionalInt early = signals.handTo(sandbox);
      if (early.isPresent()) {
        return ExitCode.ofSignal(early.getAsInt());
      }
      Completion.await(sandbox.start());
      server.startInBackground();
      ExitStatus exit = Completion.await(sandbox.exit());
      return exit.code();
    } finally {
      server.startNoMore();
      try {
        deleteUnlessDeleted(shim);
      } finally {
        // Not before: a client's delete that removes what there is may take longer than the grace.
        server.stop();
        diagnostics.report();
      }
    }
  }

  /** A client may have deleted it over the API already. */
  private static void deleteUnlessDeleted(LocalShim shim) throws HuskException {
    if (!shim.sandboxes().isEmpty()) {
      Completion.await(shim.shutdown(true));
    }
  }
}
