package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.Interrupts;
import dev.husk.process.ProcessFailure;
import dev.husk.process.SdNotify;
import dev.husk.rpc.HuskServer;
import dev.husk.rpc.RpcLimits;
import dev.husk.sandbox.LocalShim;
import dev.husk.sandbox.SandboxId;
import dev.husk.sandbox.StateDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code husk serve}: one sandbox, driven by a manager. */
final class ServeCommand {
  /** For answers under way when the shim ends, the one that ended it included. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private ServeCommand() {}

  static int run(List<String> arguments) throws UsageException, HuskException {
    Options options = Options.parse(arguments);
    if (options.help()) {
      System.out.println(Help.SERVE);
      return ExitCode.OK;
    }
    if (!options.operands().isEmpty()) {
      throw new UsageException("serve takes no operand \"" + options.operands().getFirst() + "\"");
    }
    String id =
        SandboxId.require(
            options.id().orElseThrow(() -> new UsageException("serve needs --id ID")));
    Path bundle =
        options.bundle().orElseThrow(() -> new UsageException("serve needs --bundle DIR"));
    StateDirectory directory = StateDirectory.claim(options.root(), id);
    try {
      serve(options, id, bundle, directory);
      return ExitCode.OK;
    } finally {
      directory.release();
    }
  }

  private static void serve(Options options, String id, Path bundle, StateDirectory directory)
      throws HuskException {
    LocalShim shim = new LocalShim(ShimSetup.options(options, id, bundle), directory);
    if (options.exitWhenEmpty()) {
      shim.endWhenStopped();
    }
    endOnSignals(shim);
    Path socket = ShimSetup.socket(options, directory);
    HuskServer server =
        HuskServer.start(
            new HuskServer.Options(
                socket,
                shim,
                Optional.of(bundle),
                RpcLimits.defaults(),
                line -> System.err.println("husk: " + line)));
    try {
      sayReady(id, socket);
      Completion.await(shim.ended());
    } finally {
      notifyManager("STOPPING=1");
      server.stop(GRACE);
    }
  }

  /** SIGTERM means the end, even of a shim that cannot clear up: the reason is the exit's. */
  private static void endOnSignals(LocalShim shim) throws HuskException {
    try {
      Interrupts.handle(signal -> shim.end());
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  private static void sayReady(String id, Path socket) {
    System.out.println(ReadyLine.of(id, socket, ProcessHandle.current().pid()));
    System.out.flush();
    notifyManager("READY=1");
  }

  /** On a thread of its own: the library behind it takes longer to load than the rest of serve. */
  private static void notifyManager(String state) {
    String address = SdNotify.address();
    if (address.isEmpty()) {
      return;
    }
    Thread.ofPlatform()
        .daemon()
        .name("husk-notify")
        .start(
            () -> {
              try {
                SdNotify.send(address, state);
              } catch (IOException e) {
                System.err.println("husk: cannot tell systemd " + state + ": " + e.getMessage());
              }
            });
  }
}
