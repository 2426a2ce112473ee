package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.failure.HuskException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {
  private static final int BASE = LaunchPlan.NEWNS;

  private static LaunchPlan plan(List<StageOp> operations) {
    return new LaunchPlan(BASE | LaunchPlan.NEWNET, true, true, operations, "/b", List.of("--"));
  }

  @Test
  void isLaidOutAsTheHeaderSays() throws HuskException {
    String expected =
        """
        48534b50 01000000 99000000
        03000000 00000240
        02000000 2f6200
        01000000 02000000 2d2d00
        04000000
        01000000 02000000 2f3100 02000000 2f6100 ff030000
        02000000 02000000 2f3200 02000000 2f6300 b6010000
        03000000 02000000 2f3300 01000000 7400 02000000 2f6400
        04000000 02000000 2f3400 01000000 7300 02000000 2f6500 00000000 00 0210000000000000
        01000000 6b00
        """;
    byte[] encoded =
        plan(List.of(
                new StageOp.Mkdir("/1", "/a", 01777),
                new StageOp.Touch("/2", "/c", 0666),
                new StageOp.Symlink("/3", "t", "/d"),
                new StageOp.Mount("/4", "s", "/e", "", 0x1002, "k")))
            .encode();
    assertThat(HexFormat.of().formatHex(encoded)).isEqualTo(expected.replaceAll("\\s", ""));
  }

  @Test
  void neverTouchesTheHostsNamespaces() {
    assertRefused(LaunchPlan.NEWUTS, false);
    assertRefused(BASE | 0x10000000, false);
    assertRefused(BASE, true);
  }

  private static void assertRefused(int namespaces, boolean loopback) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LaunchPlan(namespaces, false, loopback, List.of(), "/b", List.of()));
  }

  @Test
  void namesTheOperationThatCannotBeEncoded() {
    assertUnencodable(plan(List.of(new StageOp.Mkdir("/mounts/1", "relative", 0755))), "/mounts/1");
    assertUnencodable(plan(List.of(new StageOp.Mkdir("/mounts/2", "/a", 010000))), "/mounts/2");
    assertUnencodable(
        plan(List.of(new StageOp.Mount("/mounts/3", "a\0b", "/a", "", 0, ""))), "/mounts/3");
    assertUnencodable(
        plan(Collections.nCopies(4097, new StageOp.Touch("/mounts/4", "/a", 0600))),
        "staging operations");
  }

  private static void assertUnencodable(LaunchPlan plan, String where) {
    assertThatThrownBy(plan::encode)
        .isInstanceOfSatisfying(
            HuskException.class, refusal -> assertThat(refusal.failure().where()).isEqualTo(where));
  }
}
