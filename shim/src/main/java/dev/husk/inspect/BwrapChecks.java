package dev.husk.inspect;

import static dev.husk.inspect.Finding.Section.BWRAP;

import dev.husk.bwrap.BwrapProgram;
import dev.husk.bwrap.Weakness;
import dev.husk.failure.HuskException;
import dev.husk.process.Spawner;
import dev.husk.sandbox.Bwraps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The program that makes the sandbox. */
final class BwrapChecks {
  private BwrapChecks() {}

  static List<Finding> look(Optional<Path> program) {
    List<Finding> findings = new ArrayList<>();
    try {
      BwrapProgram bwrap = Bwraps.ask(new Spawner(), program);
      findings.add(
          Finding.yes(
                  BWRAP,
                  "program",
                  bwrap.path() + ", version " + bwrap.version(),
                  "it has every option that husk uses")
              .asEssential());
      for (Weakness weakness : bwrap.weaknesses()) {
        findings.add(
            Finding.limited(
                BWRAP,
                "without " + weakness.id(),
                weakness.effect(),
                weakness.defence(),
                "bubblewrap " + weakness.fixedIn() + " or newer"));
      }
      if (bwrap.weaknesses().isEmpty()) {
        findings.add(
            Finding.yes(BWRAP, "without holes", "none known of this version", "none to defend"));
      }
    } catch (HuskException e) {
      findings.add(
          Finding.failed(BWRAP, "program", e.failure(), "no sandbox can be run").asEssential());
    }
    return findings;
  }
}
