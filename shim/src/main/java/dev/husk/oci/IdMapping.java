package dev.husk.oci;

/** A range of ids of a user namespace: {@code config-linux.md#user-namespace-mappings}. */
public record IdMapping(long containerID, long hostID, long size) {}
