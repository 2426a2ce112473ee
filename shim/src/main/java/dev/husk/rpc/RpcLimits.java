package dev.husk.rpc;

import java.time.Duration;

/**
 * The server's bounds.
 *
 * @param connections open at once; further ones are turned away with RESOURCE_EXHAUSTED
 * @param longCalls Wait and Events calls at once
 * @param callsPerConnection calls of all kinds at once on one connection
 * @param answer how long an operation may take when the client sets no deadline
 * @param keepAlive quiet time after which a client has to answer a ping, so that one that has hung
 *     or stopped does not keep its connection for ever
 * @param keepAliveTimeout time for that answer
 * @param idle time without any call after which a connection is closed; clients reconnect by
 *     themselves
 */
public record RpcLimits(
    int connections,
    int longCalls,
    int callsPerConnection,
    Duration answer,
    Duration keepAlive,
    Duration keepAliveTimeout,
    Duration idle) {

  /**
   * Largest message that the server reads, in bytes: far above any request, and small enough for
   * every connection to hold an unfinished one in the shim's heap.
   */
  static final int LARGEST_MESSAGE = 32 << 10;

  public static RpcLimits defaults() {
    return new RpcLimits(
        256,
        1024,
        2048,
        Duration.ofSeconds(60),
        Duration.ofSeconds(60),
        Duration.ofSeconds(20),
        Duration.ofMinutes(30));
  }
}
