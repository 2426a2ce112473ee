package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderBoundTest {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private HeaderBoundTest frame(int type, int flags, int length) {
    bytes.write(length >> 16);
    bytes.write(length >> 8);
    bytes.write(length);
    bytes.write(type);
    bytes.write(flags);
    bytes.writeBytes(new byte[] {0, 0, 0, 3});
    // What is inside looks like frames of headers itself.
    byte[] content = new byte[length];
    java.util.Arrays.fill(content, (byte) CONTINUATION);
    bytes.writeBytes(content);
    return this;
  }

  private void check(int preface, int piece) throws IOException {
    HeaderBound bound = new HeaderBound(preface);
    byte[] all = bytes.toByteArray();
    for (int at = 0; at < all.length; at += piece) {
      bound.check(all, at, Math.min(piece, all.length - at));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 9, 1000, 1 << 20})
  void usualTrafficPassesInAnyPieces(int piece) {
    bytes.writeBytes(new byte[UnixSocket.CLIENT_PREFACE]);
    for (int i = 0; i < 100; i++) {
      frame(HEADERS, 0, 8000).frame(CONTINUATION, END_HEADERS, 8000).frame(DATA, 0, 16_000);
    }
    assertThatCode(() -> check(UnixSocket.CLIENT_PREFACE, piece)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 9, 1000, 1 << 20})
  void aBlockThatIsTooLongIsRefused(int piece) {
    frame(HEADERS, 0, 16_000);
    for (int i = 0; i < 4; i++) {
      frame(CONTINUATION, 0, 16_000);
    }
    assertThatThrownBy(() -> check(0, piece)).isInstanceOf(IOException.class);
  }

  @Test
  void aBlockOfEmptyFramesIsRefused() {
    frame(HEADERS, 0, 0);
    for (int i = 0; i < 100; i++) {
      frame(CONTINUATION, 0, 0);
    }
    assertThatThrownBy(() -> check(0, 50)).isInstanceOf(IOException.class);
  }
}
