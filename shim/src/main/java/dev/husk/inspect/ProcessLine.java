package dev.husk.inspect;

/**
 * A process in a tree.
 *
 * @param pid in the reader's pid namespace; 0 for one outside of it
 * @param namespacePid in its innermost pid namespace; 0 when that is the reader's
 * @param command first 15 characters of the program's name, as the process itself chose it
 */
public record ProcessLine(long pid, int namespacePid, String command) {}
