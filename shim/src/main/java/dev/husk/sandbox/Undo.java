package dev.husk.sandbox;

import dev.husk.process.Stderr;
import java.util.ArrayDeque;

/** The steps that take back what was done so far, newest first: a failed create leaves nothing. */
final class Undo {
  private final ArrayDeque<Runnable> steps = new ArrayDeque<>();

  void add(Runnable step) {
    steps.push(step);
  }

  /** Runs every step, whatever the others do. */
  void all() {
    while (!steps.isEmpty()) {
      try {
        steps.pop().run();
      } catch (RuntimeException e) {
        Stderr.say("while undoing a failed create: " + e);
      }
    }
  }
}
