package dev.husk.dbus;

import java.util.List;

/**
 * What is to be called.
 *
 * @param signature of the arguments; empty when there is none
 */
public record MethodCall(
    String destination,
    String path,
    String interfaceName,
    String member,
    String signature,
    List<?> arguments) {}
