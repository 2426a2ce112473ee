package dev.husk.systemd;

/**
 * A limit as the kernel takes it.
 *
 * @param file such as {@code memory.max}
 * @param value the whole write
 */
public record ControlFile(String file, String value) {}
