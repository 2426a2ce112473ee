package dev.husk.integration;

import org.junit.jupiter.api.Tag;

/**
 * The storms in short, under limits on two processors, and on a kernel that reaps no child by
 * itself.
 */
@Tag("lab-qemu")
class EscapeStressQemuTest extends EscapeStressTest {
  @Override
  int rounds() {
    return Integer.getInteger("husk.stress.qemu.rounds", 40);
  }
}
