package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.process.OwnExit;
import dev.husk.process.Stderr;
import dev.husk.rpc.HuskServer;
import dev.husk.rpc.RpcLimits;
import dev.husk.sandbox.Shim;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The API of a foreground sandbox, started behind its back: the payload does not wait for the
 * server, nor does its end. A payload that ends soon never has one: loading it would take the
 * processor from the payload.
 */
final class ForegroundServer {
  private static final long START_AFTER_MILLIS = 100;
  private static final Duration GRACE = Duration.ofMillis(200);

  private final HuskServer.Options options;
  private final CountDownLatch ending = new CountDownLatch(1);
  private Optional<HuskServer.Listening> socket = Optional.empty();
  private Optional<HuskServer> server = Optional.empty();

  ForegroundServer(Path socket, Shim shim, Path bundle) {
    options =
        new HuskServer.Options(
            socket, shim, Optional.of(bundle), RpcLimits.defaults(), Stderr::say);
  }

  /** Refuses at once what could not be served later. */
  void check() throws HuskException {
    HuskServer.check(options.socket());
  }

  /** Not while the archive is recorded: each class in it costs every start, the shortest too. */
  void startInBackground() {
    if (OwnExit.isRecording()) {
      return;
    }
    Thread.ofPlatform().daemon().name("husk-server").start(this::start);
  }

  private void start() {
    try {
      if (ending.await(START_AFTER_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
      HuskServer.Listening listening;
      synchronized (this) {
        if (ending.getCount() == 0) {
          return;
        }
        listening = HuskServer.listen(options);
        socket = Optional.of(listening);
      }
      HuskServer started = listening.serve();
      synchronized (this) {
        server = Optional.of(started);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (HuskException e) {
      Stderr.say("the API is not served: " + e.getMessage());
    }
  }

  /** A server that does not listen yet never will. */
  void startNoMore() {
    synchronized (this) {
      ending.countDown();
    }
  }

  /** Stops a server that somebody uses; of another only the socket's file has to go. */
  void stop() {
    Optional<HuskServer> running;
    synchronized (this) {
      ending.countDown();
      running = server;
      socket.ifPresent(HuskServer.Listening::unlink);
    }
    if (running.isPresent() && running.get().counts().connections() > 0) {
      running.get().stop(GRACE);
    }
  }
}
