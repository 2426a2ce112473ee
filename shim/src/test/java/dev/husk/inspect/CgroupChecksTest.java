package dev.husk.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.cgroup.Evacuation;
import dev.husk.sandbox.KnownSandbox;
import dev.husk.sandbox.StateFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CgroupChecksTest {
  private static KnownSandbox sandbox(String id, String created) {
    StateFile state =
        new StateFile(
            "running",
            1,
            "/bundle",
            "/husk/" + id,
            "1",
            created,
            2,
            OptionalLong.empty(),
            "",
            Optional.of(new Evacuation("/sys/fs/cgroup", "init", 1, 2, 3)));
    return new KnownSandbox(
        id, Path.of("/run/husk", id), KnownSandbox.Shim.ALIVE, Optional.of(state));
  }

  @Test
  void theLastEvacuationIsTheLatestWhateverTheIds() {
    KnownSandbox.Listing known =
        new KnownSandbox.Listing(
            List.of(
                sandbox("a", "2026-01-02T00:00:00.5Z"),
                sandbox("b", "2026-01-02T00:00:00Z"),
                sandbox("c", "")),
            Optional.empty());
    assertThat(CgroupChecks.lastEvacuation(known)).startsWith("; sandbox a ");
    assertThat(CgroupChecks.lastEvacuation(new KnownSandbox.Listing(List.of(), Optional.empty())))
        .isEmpty();
  }
}
