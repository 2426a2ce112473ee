package dev.husk.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Tells a client beyond the bound why it is turned away: the server's HTTP/2 preface (RFC 9113,
 * section 3.4) and GOAWAY with ENHANCE_YOUR_CALM (sections 6.8 and 7), which gRPC clients report as
 * RESOURCE_EXHAUSTED.
 */
final class TurnAway {
  private static final int HEADER = 9;
  private static final byte SETTINGS = 4;
  private static final byte GOAWAY = 7;
  private static final int ENHANCE_YOUR_CALM = 11;

  private TurnAway() {}

  static void tellAndClose(SocketChannel client, int bound) throws IOException {
    try (client) {
      // The send buffer of a new connection is empty, so one write takes all and never waits.
      client.configureBlocking(false);
      client.write(frames("this shim already has " + bound + " connections"));
    }
  }

  static ByteBuffer frames(String reason) {
    byte[] text = reason.getBytes(StandardCharsets.US_ASCII);
    int payload = 8 + text.length;
    ByteBuffer frames = ByteBuffer.allocate(2 * HEADER + payload);
    header(frames, 0, SETTINGS);
    header(frames, payload, GOAWAY);
    frames.putInt(0).putInt(ENHANCE_YOUR_CALM).put(text);
    return frames.flip();
  }

  private static void header(ByteBuffer frames, int length, byte type) {
    frames.put((byte) (length >> 16)).putShort((short) length).put(type).put((byte) 0).putInt(0);
  }
}
