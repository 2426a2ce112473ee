package dev.husk.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.bwrap.ExpectedMount.Access;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountCheckTest {
  private static final String GOOD =
      """
      1 0 0:1 /rootfs / ro,nosuid,nodev - ext4 /dev/sda rw
      2 1 0:2 / /proc rw,nosuid,nodev,noexec - proc proc rw
      3 2 0:3 /sys /proc/sys ro,nosuid,nodev - proc proc rw
      4 1 0:4 / /t rw,nosuid,nodev - tmpfs t rw
      5 2 0:3 /bus /proc/bus ro,nosuid,nodev - proc proc rw
      """;

  private static final SandboxPlan PLAN =
      new SandboxPlan(
          0,
          false,
          false,
          List.of(),
          List.of(),
          List.of(
              new ExpectedMount("/", Optional.empty(), Access.READ_ONLY, List.of("nosuid")),
              new ExpectedMount("/proc", Optional.of("proc"), Access.EITHER, List.of("noexec")),
              new ExpectedMount("/proc/sys", Optional.empty(), Access.READ_ONLY, List.of()),
              new ExpectedMount("/t", Optional.of("tmpfs"), Access.WRITABLE, List.of("nodev"))),
          List.of());

  @Test
  void nothingToSayWhenAllIsAsPlanned() {
    assertThat(MountCheck.verify(GOOD, PLAN)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'/ ro,nosuid,nodev','/ rw,nosuid,nodev',/ is writable",
    "'/t rw,','/t ro,',/t is read-only",
    "'/proc/sys ro,','/proc/sys rw,',/proc/sys is writable",
    "- proc proc rw,- tmpfs proc rw,/proc is of type tmpfs",
    "'nodev,noexec','nodev',/proc lacks the option noexec",
    "/ /t rw,/ /elsewhere rw,/t is not mounted",
    "/ /proc rw,/sub /proc rw,shows only /sub"
  })
  void differenceIsNamed(String planned, String found, String sentence) {
    assertThat(GOOD).contains(planned);

    assertThat(MountCheck.verify(GOOD.replace(planned, found), PLAN))
        .anyMatch(difference -> difference.contains(sentence));
  }

  @ParameterizedTest
  @CsvSource({"/proc/self", "/proc/1/attr", "/sys/kernel", "/oldroot", "/oldroot/etc", "/newroot"})
  void foreignMountIsNamed(String point) {
    assertThat(MountCheck.verify(GOOD + "9 1 0:9 / " + point + " rw - tmpfs x rw\n", PLAN))
        .singleElement()
        .asString()
        .contains(point);
  }

  @Test
  void laterMountOnTheSamePlaceCounts() {
    assertThat(MountCheck.verify(GOOD + "9 2 0:9 / /proc/sys rw,nosuid - tmpfs x rw\n", PLAN))
        .containsExactly("/proc/sys is writable instead of read-only");
  }

  @Test
  void unreadableMountinfoIsADifference() {
    assertThat(MountCheck.verify("nonsense", PLAN)).hasSize(1);
  }
}
