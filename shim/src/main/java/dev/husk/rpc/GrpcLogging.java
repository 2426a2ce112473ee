package dev.husk.rpc;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps gRPC from writing a stack trace for every client that hangs up. Errors of gRPC itself, such
 * as the end of the accept loop, are SEVERE and still shown.
 */
final class GrpcLogging {
  /** Held here since java.util.logging forgets loggers, and their levels, that nobody holds. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  private GrpcLogging() {}

  static void quieten() {
    GRPC.setLevel(Level.SEVERE);
  }
}
