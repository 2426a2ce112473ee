package dev.husk.bwrap;

import java.util.ArrayList;
import java.util.List;

/**
 * A known hole of a version of bubblewrap. Distributions backport fixes without a new number, so a
 * listed hole may be closed; husk counts on none being closed.
 *
 * @param id CVE number or upstream issue
 * @param defence what husk does so that the hole is not reached
 */
public record Weakness(String id, BwrapVersion fixedIn, String effect, String defence) {
  /** The first version without a known hole. */
  static final BwrapVersion FIRST_SOUND = new BwrapVersion(0, 12, 0);

  private static final List<Weakness> KNOWN =
      List.of(
          new Weakness(
              "CVE-2026-87766",
              FIRST_SOUND,
              "symbolic links in the root filesystem lead mount destinations onto the host",
              "husk resolves every destination itself inside the root filesystem"),
          new Weakness(
              "SIGCHLD ignored",
              new BwrapVersion(0, 11, 1),
              "started with SIGCHLD ignored, bwrap waits for ever",
              "husk-init launch resets every signal before it executes bwrap"));

  static List<Weakness> of(BwrapVersion version) {
    List<Weakness> open = new ArrayList<>();
    for (Weakness weakness : KNOWN) {
      if (version.compareTo(weakness.fixedIn) < 0) {
        open.add(weakness);
      }
    }
    return List.copyOf(open);
  }
}
