package dev.husk.rpc;

import java.io.IOException;

/**
 * Bounds the headers of HTTP/2 (RFC 9113, section 4.3): a block of them has no length of its own,
 * and goes on through CONTINUATION frames for as long as the peer likes; gRPC looks at the size
 * only when it has all of it in memory.
 */
final class HeaderBound {
  /** In bytes, before they are decompressed; gRPC's own bound for what they become is 8 KiB. */
  static final int LARGEST_BLOCK = 64 << 10;

  private static final int MOST_FRAMES = 64;

  private static final int FRAME_HEADER = 9;
  private static final int HEADERS = 1;
  private static final int PUSH_PROMISE = 5;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;

  private final byte[] header = new byte[FRAME_HEADER];
  private int known;
  private int skip;
  private int block;
  private int frames;

  /**
   * @param preface bytes in front of the first frame
   */
  HeaderBound(int preface) {
    skip = preface;
  }

  /**
   * Looks at what was received.
   *
   * @throws IOException when a block is too large
   */
  void check(byte[] buffer, int offset, int length) throws IOException {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      if (skip > 0) {
        int step = Math.min(skip, end - at);
        skip -= step;
        at += step;
      } else {
        header[known++] = buffer[at++];
        if (known == FRAME_HEADER) {
          known = 0;
          frame();
        }
      }
    }
  }

  private void frame() throws IOException {
    skip = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
    int type = header[3];
    if (type == HEADERS || type == PUSH_PROMISE) {
      block = 0;
      frames = 0;
    } else if (type != CONTINUATION) {
      return;
    }
    block += skip;
    frames++;
    boolean more = (header[4] & END_HEADERS) == 0;
    if (block > LARGEST_BLOCK || (more && frames == MOST_FRAMES)) {
      throw new IOException("the peer sends headers of more than " + LARGEST_BLOCK + " bytes");
    }
  }
}
