package dev.husk.dbus;

/**
 * A value that carries its type.
 *
 * @param signature one complete type: {@code t}, {@code a(st)}
 * @param value see {@link Encoder} for the Java type that each signature takes
 */
public record Variant(String signature, Object value) {}
