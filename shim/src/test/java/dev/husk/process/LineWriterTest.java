package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LineWriterTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final CountDownLatch stuck = new CountDownLatch(1);
  private final CountDownLatch read = new CountDownLatch(1);

  /** A full pipe until somebody reads. */
  private final OutputStream pipe =
      new OutputStream() {
        @Override
        public void write(int b) {
          throw new UnsupportedOperationException("lines are written whole");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          stuck.countDown();
          try {
            read.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          written.write(bytes, offset, length);
        }
      };

  private final LineWriter writer = new LineWriter("test-writer", pipe);

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsSaidIsWrittenInOrder() {
    read.countDown();
    for (int i = 0; i < 100; i++) {
      writer.say("line " + i);
    }
    writer.flush(LONG);

    assertThat(text().lines()).hasSize(100).startsWith("line 0", "line 1").endsWith("line 99");
  }

  @Test
  void nobodyWaitsForAReaderAndWhatDoesNotFitIsCounted() throws Exception {
    writer.say("first");
    stuck.await();
    int fit = LineWriter.MOST_WAITING / 1024;
    for (int i = 0; i < fit + 7; i++) {
      writer.say("x".repeat(1024));
    }
    writer.flush(Duration.ofMillis(50));
    assertThat(text()).isEmpty();

    read.countDown();
    writer.flush(LONG);

    assertThat(text().lines())
        .hasSize(1 + fit + 1)
        .startsWith("first")
        .endsWith("husk: 7 lines were left out here");
  }

  @Test
  void whatSteersATerminalIsSpeltOutAndALineIsOneLine() {
    read.countDown();
    writer.say("a\u001b[2Jb\nhusk: forged\u202e");
    writer.flush(LONG);

    assertThat(text()).isEqualTo("a<U+1b>[2Jb<U+a>husk: forged<U+202e>\n");
  }

  @Test
  void aLineThatIsTooLongIsCut() {
    read.countDown();
    writer.say("x".repeat(LineWriter.MOST_WAITING * 2));
    writer.flush(LONG);

    assertThat(text()).hasSize(LineWriter.LONGEST_LINE + 1).endsWith("x…\n");
  }

  @Test
  void aWriteThatFailsIsCountedAndLaterLinesAreTriedAgain() {
    LineWriter unlucky =
        new LineWriter(
            "test-writer",
            new OutputStream() {
              private boolean failed;

              @Override
              public void write(int b) {
                throw new UnsupportedOperationException("lines are written whole");
              }

              @Override
              public void write(byte[] bytes, int offset, int length) throws IOException {
                if (!failed) {
                  failed = true;
                  throw new IOException("Resource temporarily unavailable");
                }
                written.write(bytes, offset, length);
              }
            });
    unlucky.say("lost");
    unlucky.flush(LONG);
    unlucky.say("kept");
    unlucky.flush(LONG);

    assertThat(text()).isEqualTo("husk: 1 line was left out here\nkept\n");
  }

  @Test
  void whatIsPrintedToItsStreamIsSaidLineByLine() {
    read.countDown();
    PrintStream stream = new PrintStream(writer.stream(), true, StandardCharsets.UTF_8);
    stream.println("é\tone");
    new IllegalStateException("two\u001b").printStackTrace(stream);
    writer.flush(LONG);

    assertThat(text().lines())
        .startsWith("é    one", "java.lang.IllegalStateException: two<U+1b>")
        .element(2)
        .asString()
        .startsWith("    at ");
  }
}
