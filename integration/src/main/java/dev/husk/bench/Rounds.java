package dev.husk.bench;

import java.util.List;
import java.util.Optional;

/** Cold runs of all peers, and Create and Start in a shim that was started before, in turns. */
final class Rounds {
  /** A manager starts its shims ahead: what a start leaves to do is done by then. */
  private static final long SETTLE_MILLIS = 300;

  private static final int WARM_UP = 2;

  private final Options options;
  private final Workspace work;
  private final Series ready = new Series();
  private final Series create = new Series();
  private final Series start = new Series();
  private final Series both = new Series();

  Rounds(Options options, Workspace work) {
    this.options = options;
    this.work = work;
  }

  void measure(Report report) throws Exception {
    List<Peer> peers = Peer.all(options, work);
    for (Peer peer : peers) {
      peer.warmUp(work.scratch());
    }
    for (int i = 0; i < WARM_UP; i++) {
      warm("warm-" + i, false);
    }
    for (int i = 0; i < options.runs(); i++) {
      for (Peer peer : peers) {
        peer.measure(work.scratch());
      }
      warm("round-" + i, true);
    }
    report(peers, report);
  }

  private void warm(String id, boolean counts) throws Exception {
    try (ShimProcess shim = ShimProcess.start(work, "bench-" + id, work.trueBundle())) {
      double readyAfter = shim.awaitReady();
      shim.connect();
      Thread.sleep(SETTLE_MILLIS);
      long begin = System.nanoTime();
      shim.create();
      long created = System.nanoTime();
      shim.startPayload();
      long started = System.nanoTime();
      if (counts) {
        ready.add(readyAfter);
        create.add((created - begin) / 1e6);
        start.add((started - created) / 1e6);
        both.add((started - begin) / 1e6);
      }
      shim.awaitPayload();
      shim.delete();
    }
  }

  private void report(List<Peer> peers, Report report) throws Bench.Failed {
    Peer husk = peers.getFirst();
    if (husk.median().isEmpty()) {
      throw new Bench.Failed(husk.figure().name() + " " + husk.figure().note());
    }
    report.add(husk.figure().below(150));
    for (Peer peer : peers.subList(1, peers.size())) {
      report.add(peer.figure());
    }
    report.add(figure("serve until ready", ready));
    report.add(figure("warm Create", create));
    report.add(figure("warm Start", start));
    report.add(figure("warm Create+Start", both));
    Optional<Double> crun = peers.get(1).median();
    report.add(
        crun.isPresent()
            ? Figure.of("Create+Start over crun run", both.median() / crun.get(), "x", "of medians")
                .atMost(1.5)
            : Figure.absent("Create+Start over crun run", "x", "no crun, see above"));
  }

  private static Figure figure(String name, Series series) {
    return Figure.of(
        name,
        series.median(),
        "ms",
        "p90 %.1f, min %.1f, n=%d".formatted(series.percentile(90), series.min(), series.size()));
  }
}
