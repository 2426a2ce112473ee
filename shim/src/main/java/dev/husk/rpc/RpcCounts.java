package dev.husk.rpc;

/**
 * What the server holds and has turned away.
 *
 * @param connections open now
 * @param waits Wait calls in progress
 * @param eventStreams Events calls in progress
 * @param rejectedPeers connections of other users, closed on accept
 * @param turnedAway connections beyond the bound
 */
public record RpcCounts(
    int connections, int waits, int eventStreams, long rejectedPeers, long turnedAway) {}
