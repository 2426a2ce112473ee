package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.v1.OwnerRequest;
import dev.husk.v1.OwnerResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which sandbox a process of the host belongs to: by the API and by the command. */
@Tag("lab-too")
class OwnerTest extends RealSandboxes {
  private static final int NO_PROCESS = 4_194_303;

  private static OwnerResponse owner(Shim shim, long pid) {
    return shim.client().calls().owner(OwnerRequest.newBuilder().setPid((int) pid).build());
  }

  private static Outcome command(long pid) throws Exception {
    return Husk.run("owner", "--json", Long.toString(pid));
  }

  @Test
  void processesOfEveryCgroupAndNamespaceAreFoundAndStrangersAreNot() throws Exception {
    // A pid namespace of the payload's own makes a third level.
    Bundle nesting = bundle().script("unshare -p -f sh -c 'sleep 600 & wait' & wait");
    for (String set : List.of("bounding", "permitted", "effective")) {
      nesting.set("/process/capabilities/" + set, List.of("CAP_SYS_ADMIN"));
    }
    try (Shim shim = Shim.serve(nesting, "--privileged");
        Shim other = Shim.serve(bundle().args("/bin/sleep", "600"))) {
      shim.client().create();
      shim.client().start();
      other.client().create();
      other.client().start();
      long payload = shim.client().state().getPid();
      OwnerResponse owner = owner(shim, payload);
      assertThat(owner.getFound()).isTrue();
      assertThat(owner.getId()).isEqualTo(shim.id());
      assertThat(owner.getCgroup()).isEqualTo("payload/init");
      assertThat(owner.getNamespacePidsList()).containsExactly((int) payload, 1);

      Eventually.is(Programs.BOUND, () -> innermost(shim) > 0, () -> "a nested pid namespace");
      long inner = innermost(shim);
      Path own = Files.createDirectories(shim.cgroup().resolve("payload/own/deep"));
      Files.writeString(own.resolve("cgroup.procs"), Long.toString(inner));
      OwnerResponse nested = owner(shim, inner);
      assertThat(nested.getId()).isEqualTo(shim.id());
      assertThat(nested.getCgroup()).isEqualTo("payload/own/deep");
      assertThat(nested.getNamespacePidsList()).hasSize(3).startsWith((int) inner);
      assertThat(command(inner).output())
          .isEqualTo(
              "{\"found\":true,\"id\":\""
                  + shim.id()
                  + "\",\"cgroup\":\"payload/own/deep\",\"namespacePids\":"
                  + nested.getNamespacePidsList().toString().replace(" ", "")
                  + "}\n");

      long strange = other.client().state().getPid();
      assertThat(owner(shim, strange)).isEqualTo(OwnerResponse.getDefaultInstance());
      assertThat(command(strange).output()).contains(other.id());
      for (long stranger : new long[] {1, ProcessHandle.current().pid(), shim.husk().pid()}) {
        assertThat(owner(shim, stranger)).isEqualTo(OwnerResponse.getDefaultInstance());
        assertThat(command(stranger).output()).isEqualTo("{\"found\":false}\n");
      }
    }
  }

  private static long innermost(Shim shim) {
    for (dev.husk.v1.Process process : shim.client().pids()) {
      if (owner(shim, process.getPid()).getNamespacePidsCount() == 3
          && process.getCommand().equals("sleep")) {
        return process.getPid();
      }
    }
    return 0;
  }

  @Test
  void aProcessThatIsNotThereIsSaidNotToBe() throws Exception {
    try (Shim shim = Shim.serve(bundle().args("/bin/sleep", "600"))) {
      shim.client().create();
      assertThatThrownBy(() -> owner(shim, NO_PROCESS))
          .hasMessageContaining("NOT_FOUND")
          .hasMessageContaining("there is no such process");
      Outcome outcome = command(NO_PROCESS);
      assertThat(outcome.status()).isEqualTo(1);
      assertThat(outcome.errors()).contains("there is no such process");
      // The processes of one that is created belong to it already.
      assertThat(owner(shim, shim.client().state().getPid()).getId()).isEqualTo(shim.id());
    }
  }
}
