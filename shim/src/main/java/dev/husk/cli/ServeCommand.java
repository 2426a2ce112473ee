package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.Interrupts;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Stderr;
import dev.husk.rpc.HuskServer;
import dev.husk.rpc.RpcLimits;
import dev.husk.sandbox.LocalShim;
import dev.husk.sandbox.SandboxId;
import dev.husk.sandbox.StateDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@code husk serve}: one sandbox, driven by a manager. */
final class ServeCommand {
  /** For answers under way when the shim ends, the one that ended it included. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final Duration REHEARSAL = Duration.ofSeconds(1);

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
    // Before anything is made: a signal that ends the process would leave it behind.
    CompletableFuture<Integer> askedToEnd = catchSignals();
    StateDirectory directory = StateDirectory.claim(options.root(), id);
    try {
      serve(options, id, bundle, directory, askedToEnd);
      return ExitCode.OK;
    } finally {
      directory.release();
    }
  }

  private static void serve(
      Options options,
      String id,
      Path bundle,
      StateDirectory directory,
      CompletableFuture<Integer> askedToEnd)
      throws HuskException {
    LocalShim shim = new LocalShim(ShimSetup.options(options, id, bundle), directory);
    if (options.exitWhenEmpty()) {
      shim.endWhenStopped();
    }
    CompletableFuture<Void> _ = askedToEnd.thenRun(shim::end);
    Path socket = ShimSetup.socket(options, directory);
    HuskServer server =
        HuskServer.start(
            new HuskServer.Options(
                socket, shim, Optional.of(bundle), RpcLimits.defaults(), Stderr::say));
    try {
      sayReady(id, socket);
      Watchdog.start(socket);
      Thread rehearsal = rehearse(shim, server);
      Completion.await(shim.ended());
      endOf(rehearsal);
    } finally {
      Notifier stopping = Notifier.send("STOPPING=1");
      server.stop(GRACE);
      stopping.await();
    }
  }

  /** In the time that the manager needs to connect. */
  private static Thread rehearse(LocalShim shim, HuskServer server) {
    return Thread.ofPlatform()
        .daemon()
        .name("husk-rehearsal")
        .start(() -> server.rehearse(shim.rehearse()));
  }

  /** It may just be writing down what it learned of bwrap. */
  private static void endOf(Thread rehearsal) {
    try {
      rehearsal.join(REHEARSAL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** SIGTERM means the end, even of a shim that cannot clear up: the reason is the exit's. */
  private static CompletableFuture<Integer> catchSignals() throws HuskException {
    CompletableFuture<Integer> first = new CompletableFuture<>();
    try {
      Interrupts.handle(false, first::complete);
      return first;
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  private static void sayReady(String id, Path socket) {
    ReadyLine.say(id, socket, ProcessHandle.current().pid());
    Notifier.send("READY=1");
  }
}
