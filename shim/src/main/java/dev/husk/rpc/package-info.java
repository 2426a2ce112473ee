/**
 * The API {@code husk.v1} over gRPC on a unix socket: maps the domain of {@code dev.husk.sandbox}
 * to messages and failures to statuses. The only package that knows gRPC.
 */
@NullMarked
package dev.husk.rpc;

import org.jspecify.annotations.NullMarked;
