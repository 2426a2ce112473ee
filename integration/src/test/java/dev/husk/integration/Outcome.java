package dev.husk.integration;

/** How a command ended and what it said. */
record Outcome(int status, String output, String errors) {}
