package dev.husk.dbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageTest {
  private static final String NESTED = "sba(sv)a(sa(sv))";

  private static MethodCall call(String signature, Object... arguments) {
    return new MethodCall("a.b", "/c", "d.e", "F", signature, List.of(arguments));
  }

  private static Message readBack(byte[] bytes) throws ProtocolException {
    byte[] fixed = java.util.Arrays.copyOf(bytes, Message.FIXED);
    assertThat(Message.length(fixed)).isEqualTo(bytes.length);
    return Message.parse(bytes);
  }

  @Test
  void whatIsSentIsReadBack() throws Exception {
    List<Object> properties =
        List.of(
            List.of("Slice", new Variant("s", "a.slice")),
            List.of("MemoryMax", new Variant("t", -1L)),
            List.of("Delegate", new Variant("b", true)),
            List.of("PIDs", new Variant("au", List.of(4_000_000_000L))),
            List.of("AllowedCPUs", new Variant("ay", new byte[] {3, (byte) 0x80})),
            List.of("IOReadBandwidthMax", new Variant("a(st)", List.of(List.of("/dev/x", 7L)))),
            List.of("None", new Variant("a(st)", List.of())));
    Message message = readBack(Message.call(9, call(NESTED, "unit", true, properties, List.of())));
    assertThat(message.type()).isEqualTo(Message.CALL);
    assertThat(message.text(Message.MEMBER)).isEqualTo("F");
    assertThat(message.body().subList(0, 2)).containsExactly("unit", true);
    List<?> read = (List<?>) message.body().get(2);
    assertThat(read).hasSize(properties.size());
    assertThat(read.get(1)).isEqualTo(List.of("MemoryMax", new Variant("t", -1L)));
    assertThat(read.get(3)).isEqualTo(List.of("PIDs", new Variant("au", List.of(4_000_000_000L))));
    assertThat(read.get(4))
        .isEqualTo(List.of("AllowedCPUs", new Variant("ay", List.of(3L, 0x80L))));
    assertThat(read.get(5))
        .isEqualTo(
            List.of("IOReadBandwidthMax", new Variant("a(st)", List.of(List.of("/dev/x", 7L)))));
    assertThat(read.get(6)).isEqualTo(List.of("None", new Variant("a(st)", List.of())));
    assertThat(message.body().get(3)).isEqualTo(List.of());
  }

  @Test
  void aCallIsWhatTheSpecificationSays() {
    byte[] bytes = Message.call(1, call("s", "x"));
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            // little-endian, call, no flags, version 1; body of 6; serial 1; fields of 71 bytes
            "6c010001"
                + "06000000"
                + "01000000"
                + "47000000"
                // each field begins at a multiple of 8: path, interface, member, destination
                + "01016f00"
                + "020000002f6300"
                + "0000000000"
                + "02017300"
                + "03000000642e6500"
                + "00000000"
                + "03017300"
                + "010000004600"
                + "000000000000"
                + "06017300"
                + "03000000612e6200"
                + "00000000"
                // signature, and the body
                + "08016700"
                + "017300"
                + "00"
                + "010000007800");
  }

  @Test
  void bigEndianAnswersAreUnderstood() throws Exception {
    byte[] bytes =
        HexFormat.of()
            .parseHex(
                "42020001"
                    + "00000008"
                    + "00000002"
                    + "0000000f"
                    + "05017500"
                    + "00000007"
                    + "08016700"
                    + "017500"
                    + "00"
                    + "0000002a");
    // One field less than the length says would be refused.
    assertThatThrownBy(() -> Message.parse(java.util.Arrays.copyOf(bytes, bytes.length - 4)))
        .isInstanceOf(ProtocolException.class);
    byte[] whole = java.util.Arrays.copyOf(bytes, bytes.length);
    whole[7] = 4;
    Message message = readBack(whole);
    assertThat(message.answers(7)).isTrue();
    assertThat(message.body()).containsExactly(42L);
  }

  @Test
  void whatIsNoMessageIsRefused() {
    assertThatThrownBy(() -> Message.length(new byte[Message.FIXED]))
        .isInstanceOf(ProtocolException.class);
    byte[] huge = new byte[Message.FIXED];
    huge[0] = 'l';
    huge[7] = 0x7f;
    assertThatThrownBy(() -> Message.length(huge)).isInstanceOf(ProtocolException.class);
  }

  @Test
  void aBottomlessSignatureIsRefused() {
    assertThatThrownBy(() -> Signature.split("a".repeat(100) + "y"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Signature.split("(s")).isInstanceOf(IllegalArgumentException.class);
  }
}
