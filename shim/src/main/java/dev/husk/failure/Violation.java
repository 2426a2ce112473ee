package dev.husk.failure;

/**
 * One of several things that are wrong with a document; a config is checked to its end and reported
 * whole.
 *
 * @param pointer RFC 6901 JSON pointer of the offending value: {@code /process/cwd}; empty for the
 *     whole document
 * @param message what is wrong there
 * @param remedy what to do about it; never empty
 */
public record Violation(String pointer, String message, String remedy) {}
