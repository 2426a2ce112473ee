package dev.husk.sandbox;

import java.nio.file.Path;

/**
 * What create needs beyond the config.
 *
 * @param id empty means the id that the shim was started with
 * @param bundle absolute directory with {@code config.json}
 */
public record CreateOptions(String id, Path bundle, Stdio stdio) {}
