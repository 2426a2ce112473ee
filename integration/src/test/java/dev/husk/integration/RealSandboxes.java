package dev.husk.integration;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that run real sandboxes and leave nothing behind, each of them. */
abstract class RealSandboxes {
  private static final AtomicInteger COUNTER = new AtomicInteger();

  @TempDir Path temp;
  private Leftovers before;

  @BeforeEach
  void lookBefore() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "not root");
    before = Leftovers.now();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    if (before != null) {
      before.assertNothingSince();
    }
  }

  /** An id that no other test uses. */
  static String freshId() {
    return "it-" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();
  }

  Bundle bundle() throws Exception {
    return Bundle.in(temp, "bundle-" + COUNTER.incrementAndGet());
  }
}
