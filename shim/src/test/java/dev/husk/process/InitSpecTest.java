package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.failure.HuskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class InitSpecTest {
  /** Header, numbers, one group, one limit, cwd, the path to hide. */
  private static final int START_OF_ARGS = 12 + 16 + 40 + 8 + 24 + 6 + 7;

  private static InitSpec spec(long uid, List<String> args, String cwd) {
    return new InitSpec(
        uid,
        2,
        List.of(5L),
        false,
        OptionalInt.of(022),
        new CapabilitySets(1, 2, 3, 4, -1),
        true,
        new InitSpec.Forbidden(true, true),
        List.of(new Rlimit(7, 16, Rlimit.INFINITY)),
        cwd,
        args,
        List.of("A=b"),
        Optional.of("/h"));
  }

  @Test
  void isLaidOutAsTheHeaderSays() throws HuskException {
    String expected =
        """
        48534b53 01000000 8f000000
        0f000000 01000000 02000000 12000000
        0100000000000000 0200000000000000 0300000000000000 0400000000000000 ffffffffffffffff
        01000000 05000000
        01000000 07000000 1000000000000000 ffffffffffffffff
        01000000 2f00
        02000000 2f6800
        02000000 02000000 736800 02000000 c3bc00
        01000000 03000000 413d6200
        """;
    assertThat(HexFormat.of().formatHex(spec(1, List.of("sh", "ü"), "/").encode()))
        .isEqualTo(expected.replaceAll("\\s", ""));
  }

  @Test
  void refusesWhatTheKernelWouldTakeForUnchanged() {
    assertRefused(spec(0xffffffffL, List.of("sh"), "/"), "/process/user/uid");
    assertRefused(spec(-1, List.of("sh"), "/"), "/process/user/uid");
  }

  @Test
  void refusesWhatCannotBeAString() {
    assertRefused(spec(0, List.of("sh", "a\0b"), "/"), "/process/args/1");
    assertRefused(spec(0, List.of(), "/"), "/process/args");
    assertRefused(spec(0, List.of("sh"), "tmp"), "/process/cwd");
  }

  @Test
  void refusesMoreThanTheBound() {
    String megabyte = "x".repeat(1 << 20);
    assertRefused(
        spec(
            0,
            List.of(
                "sh", megabyte, megabyte, megabyte, megabyte, megabyte, megabyte, megabyte,
                megabyte),
            "/"),
        "/process/args/8");
  }

  @Property(tries = 200)
  void saysItsOwnSizeAndEndsWithTheLastString(
      @ForAll @LongRange(max = 0xfffffffeL) long uid,
      @ForAll @NotEmpty @Size(max = 20)
          List<@StringLength(max = 40) @CharRange(from = '\1', to = '\ud7ff') String> args)
      throws HuskException {
    ByteBuffer bytes =
        ByteBuffer.wrap(spec(uid, args, "/").encode()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.getInt(8)).isEqualTo(bytes.capacity());
    assertThat(Integer.toUnsignedLong(bytes.getInt(16))).isEqualTo(uid);
    bytes.position(START_OF_ARGS);
    assertThat(bytes.getInt()).isEqualTo(args.size());
    for (String arg : args) {
      byte[] text = new byte[bytes.getInt()];
      bytes.get(text);
      assertThat(new String(text, StandardCharsets.UTF_8)).isEqualTo(arg);
      assertThat(bytes.get()).isZero();
    }
  }

  private static void assertRefused(InitSpec spec, String where) {
    assertThatThrownBy(spec::encode)
        .isInstanceOfSatisfying(
            HuskException.class,
            refusal -> {
              assertThat(refusal.failure().where()).isEqualTo(where);
              assertThat(refusal.failure().remedy()).isNotEmpty();
            });
  }
}
