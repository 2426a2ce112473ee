package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.oci.Resources;
import dev.husk.v1.LinuxCpu;
import dev.husk.v1.LinuxMemory;
import dev.husk.v1.LinuxResources;
import org.junit.jupiter.api.Test;

class ResourcesMapperTest {
  /** What is given must be told from what is not: it is refused where it says nothing. */
  @Test
  void zeroesAndEmptyListsArriveAndAreSentOn() throws Exception {
    LinuxResources message =
        LinuxResources.newBuilder()
            .setMemory(LinuxMemory.newBuilder().setLimit(0))
            .setCpu(LinuxCpu.newBuilder().setShares(0).setCpus("").setMems(""))
            .build();
    Resources resources = ResourcesMapper.resources(message);
    assertThat(resources.memory().limit()).hasValue(0);
    assertThat(resources.cpu().shares()).hasValue(0);
    assertThat(resources.cpu().cpus()).contains("");
    assertThat(resources.cpu().mems()).contains("");
    assertThat(ResourcesMapper.message(resources)).isEqualTo(message);
  }
}
