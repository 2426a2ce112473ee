package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.failure.HuskException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class InitMessageTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static InitMessage decode(String text) throws HuskException {
    return InitMessage.decode(bytes(text), text.length());
  }

  @Test
  void readsEachKind() throws HuskException {
    assertThat(decode("S")).isEqualTo(new InitMessage.Settled());
    assertThat(decode("R")).isEqualTo(new InitMessage.Ready());
    assertThat(decode("E\2\0\0\0cwd\0/work\0"))
        .isEqualTo(new InitMessage.Failed(InitMessage.CWD, Errno.ENOENT, "/work"));
    assertThat(decode("E\1\2\0\0exec\0\0"))
        .isEqualTo(new InitMessage.Failed(InitMessage.EXEC, Errno.of(0x201), ""));
  }

  @Test
  void readsNoFurtherThanTheLength() throws HuskException {
    assertThat(InitMessage.decode(bytes("Rubbish"), 1)).isEqualTo(new InitMessage.Ready());
  }

  @Test
  void refusesEveryTruncationOfAFailure() {
    String whole = "E\2\0\0\0cwd\0/work\0";
    for (int length = 0; length < whole.length(); length++) {
      String cut = whole.substring(0, length);
      assertThatThrownBy(() -> decode(cut)).isInstanceOf(HuskException.class);
    }
  }

  @Test
  void refusesWhatIsLongerThanItsKind() {
    for (String message : new String[] {"SS", "R\0", "E\2\0\0\0cwd\0/work\0x", "G"}) {
      assertThatThrownBy(() -> decode(message)).isInstanceOf(HuskException.class);
    }
    byte[] large = new byte[InitMessage.MAX_SIZE + 1];
    Arrays.fill(large, (byte) 'E');
    large[InitMessage.MAX_SIZE] = 0;
    assertThatThrownBy(() -> InitMessage.decode(large, large.length))
        .isInstanceOf(HuskException.class);
  }

  @Property
  void answersAnyBytesWithAMessageOrAFailure(@ForAll @Size(max = 64) byte[] packet) {
    try {
      assertThat(InitMessage.decode(packet, packet.length)).isNotNull();
    } catch (HuskException refusal) {
      assertThat(refusal.failure()).isInstanceOf(WireFailure.Malformed.class);
    }
  }
}
