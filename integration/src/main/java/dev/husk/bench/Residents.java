package dev.husk.bench;

import java.util.ArrayList;
import java.util.List;

/** Shims that stay: their answers to State and their memory. */
final class Residents {
  private static final long IDLE_MILLIS = 3000;

  /** The aim for a shim's private memory, in MiB. */
  private static final double PRIVATE = 20;

  private final Options options;
  private final Workspace work;

  Residents(Options options, Workspace work) {
    this.options = options;
    this.work = work;
  }

  void measure(Report report) throws Exception {
    one(report);
    crowd(report);
  }

  private void one(Report report) throws Exception {
    try (ShimProcess shim = ShimProcess.start(work, "bench-one", work.sleepBundle())) {
      shim.awaitReady();
      shim.connect();
      Thread.sleep(IDLE_MILLIS);
      add(report, "empty shim", Memory.of(shim.pid()));
      shim.create();
      for (Memory process : Memory.ofDescendants(shim.pid())) {
        report.add(Figure.of("created: " + process.name(), process.own(), "MiB", process.shown()));
      }
      shim.startPayload();
      Thread.sleep(IDLE_MILLIS);
      add(report, "shim with sandbox", Memory.of(shim.pid()));
      calls(shim, report);
      Thread.sleep(IDLE_MILLIS);
      add(report, "shim after the calls", Memory.of(shim.pid()));
    }
  }

  /** The first calls find code that is not compiled yet, in the shim and in the client. */
  private void calls(ShimProcess shim, Report report) {
    String n = "one connection, one at a time, n=" + options.calls();
    Series first = states(shim);
    report.add(Figure.of("State p50, first calls", first.median(), "ms", n));
    report.add(Figure.of("State p99, first calls", first.percentile(99), "ms", n));
    Series further = states(shim);
    report.add(Figure.of("State p50", further.median(), "ms", n));
    report.add(Figure.of("State p99", further.percentile(99), "ms", n).below(1));
  }

  private Series states(ShimProcess shim) {
    Series calls = new Series();
    for (int i = 0; i < options.calls(); i++) {
      long begin = System.nanoTime();
      shim.state();
      calls.add((System.nanoTime() - begin) / 1e6);
    }
    return calls;
  }

  private static void add(Report report, String what, Memory memory) {
    report.add(Figure.of(what + ", private", memory.own(), "MiB", memory.shown()).atMost(PRIVATE));
  }

  private void crowd(Report report) throws Exception {
    List<ShimProcess> shims = new ArrayList<>();
    try {
      long begin = System.nanoTime();
      for (int i = 0; i < options.crowd(); i++) {
        shims.add(ShimProcess.start(work, "bench-crowd-" + i, work.sleepBundle()));
      }
      for (ShimProcess shim : shims) {
        shim.awaitReady();
      }
      double ready = (System.nanoTime() - begin) / 1e6;
      for (ShimProcess shim : shims) {
        shim.connect();
        shim.create();
        shim.startPayload();
      }
      Thread.sleep(IDLE_MILLIS);
      Series own = new Series();
      Series pss = new Series();
      for (ShimProcess shim : shims) {
        Memory memory = Memory.of(shim.pid());
        own.add(memory.own());
        pss.add(memory.pss());
      }
      String each = shims.size() + " shims at once, each with a sandbox";
      report.add(Figure.of("crowd, until all are ready", ready, "ms", shims.size() + " at once"));
      report.add(Figure.of("crowd, mean PSS", pss.mean(), "MiB", each));
      report.add(Figure.of("crowd, mean private", own.mean(), "MiB", each).atMost(PRIVATE));
    } finally {
      for (ShimProcess shim : shims) {
        shim.close();
      }
    }
  }
}
