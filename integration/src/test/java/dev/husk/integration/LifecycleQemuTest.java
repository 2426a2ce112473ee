package dev.husk.integration;

import org.junit.jupiter.api.Tag;

/** Exit statuses on a kernel that neither reaps a child by itself nor records how others ended. */
@Tag("lab-qemu")
class LifecycleQemuTest extends LifecycleTest {}
