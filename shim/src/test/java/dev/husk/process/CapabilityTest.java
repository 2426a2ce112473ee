package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class CapabilityTest {
  @Test
  void hasTheKernelsNumbers() {
    assertThat(Capability.number("CAP_CHOWN")).hasValue(0);
    assertThat(Capability.number("CAP_SETPCAP")).hasValue(8);
    assertThat(Capability.number("CAP_SYS_ADMIN")).hasValue(21);
    assertThat(Capability.number("CAP_SETFCAP")).hasValue(31);
    assertThat(Capability.number("CAP_CHECKPOINT_RESTORE")).hasValue(40);
    assertThat(Capability.number("CHOWN")).isEmpty();
    assertThat(Capability.name(41)).isEqualTo("capability 41");
  }

  @Test
  void turnsNamesIntoASetAndBack() {
    List<String> names = List.of("CAP_KILL", "CAP_BPF");
    assertThat(Capability.mask(names)).isEqualTo(1L << 5 | 1L << 39);
    assertThat(Capability.names(Capability.mask(names))).isEqualTo(names);
  }

  @Test
  void restrictsTheFiveSets() {
    CapabilitySets sets = new CapabilitySets(1, 2, 4, 8, 16);
    assertThat(sets.intersect(9)).isEqualTo(new CapabilitySets(1, 0, 0, 8, 0));
  }

  @Test
  void knowsTheResourcesOfRlimits() {
    assertThat(Rlimit.resource("RLIMIT_CPU")).hasValue(0);
    assertThat(Rlimit.resource("RLIMIT_NOFILE")).hasValue(7);
    assertThat(Rlimit.resource("RLIMIT_RTTIME")).hasValue(15);
    assertThat(Rlimit.resource("NOFILE")).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> new Rlimit(16, 0, 0));
  }
}
