package dev.husk.bwrap;

import dev.husk.failure.FailureKind;

/**
 * One thing in the config that husk cannot apply exactly.
 *
 * @param pointer JSON pointer into {@code config.json}
 * @param kind INVALID, UNSUPPORTED or NOT_FOUND
 */
public record Offence(String pointer, String why, String remedy, FailureKind kind) {}
