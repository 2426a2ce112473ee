package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.oci.Resources;
import dev.husk.v1.Event;
import dev.husk.v1.EventsRequest;
import dev.husk.v1.EventsResponse;
import dev.husk.v1.KillRequest;
import dev.husk.v1.LinuxBlockIo;
import dev.husk.v1.LinuxCpu;
import dev.husk.v1.LinuxHugepageLimit;
import dev.husk.v1.LinuxMemory;
import dev.husk.v1.LinuxPids;
import dev.husk.v1.LinuxRdma;
import dev.husk.v1.LinuxResources;
import dev.husk.v1.LinuxThrottleDevice;
import dev.husk.v1.OwnerRequest;
import dev.husk.v1.OwnerResponse;
import dev.husk.v1.PauseRequest;
import dev.husk.v1.Phase;
import dev.husk.v1.ResumeRequest;
import dev.husk.v1.SandboxServiceGrpc.SandboxServiceBlockingStub;
import dev.husk.v1.StartRequest;
import dev.husk.v1.StateRequest;
import dev.husk.v1.UpdateRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pause, Resume, Update and Owner. */
@Timeout(60)
class VerbsTest {
  private TestServer test;
  private SandboxServiceBlockingStub client;
  private FakeSandbox sandbox;

  @BeforeEach
  void start() throws Exception {
    test = new TestServer();
    client = test.client();
    sandbox = test.createSandbox("a");
  }

  @AfterEach
  void stop() throws Exception {
    test.close();
  }

  private Phase phase() {
    return client.state(StateRequest.getDefaultInstance()).getSandbox().getPhase();
  }

  @Test
  void aRunningSandboxIsPausedAndResumed() {
    assertThatThrownBy(() -> client.pause(PauseRequest.getDefaultInstance()))
        .hasMessageContaining("FAILED_PRECONDITION")
        .hasMessageContaining("cannot pause while CREATED");
    client.start(StartRequest.getDefaultInstance());
    assertThatThrownBy(() -> client.resume(ResumeRequest.getDefaultInstance()))
        .hasMessageContaining("cannot resume while RUNNING");
    assertThat(client.pause(PauseRequest.getDefaultInstance()).getSandbox().getPhase())
        .isEqualTo(Phase.PHASE_PAUSED);
    assertThat(phase()).isEqualTo(Phase.PHASE_PAUSED);
    assertThat(client.resume(ResumeRequest.getDefaultInstance()).getSandbox().getPhase())
        .isEqualTo(Phase.PHASE_RUNNING);
    client.update(UpdateRequest.getDefaultInstance());
    List<EventsResponse> events = new ArrayList<>();
    client
        .events(EventsRequest.newBuilder().setNoFollow(true).build())
        .forEachRemaining(events::add);
    assertThat(events)
        .extracting(item -> item.getEvent().getKindCase())
        .containsExactly(
            Event.KindCase.CREATED,
            Event.KindCase.STARTED,
            Event.KindCase.PAUSED,
            Event.KindCase.RESUMED,
            Event.KindCase.UPDATED);
  }

  @Test
  void aKillSaysWhetherItWaitsForResume() {
    client.start(StartRequest.getDefaultInstance());
    client.pause(PauseRequest.getDefaultInstance());
    assertThat(client.kill(KillRequest.newBuilder().setSignal("TERM").build()).getPending())
        .isTrue();
    assertThat(phase()).isEqualTo(Phase.PHASE_PAUSED);
    assertThat(client.kill(KillRequest.newBuilder().setSignal("KILL").build()).getPending())
        .isFalse();
    assertThat(phase()).isEqualTo(Phase.PHASE_STOPPED);
  }

  @Test
  void anUpdateCarriesEveryLimitAndNothingElse() {
    LinuxResources all =
        LinuxResources.newBuilder()
            .setMemory(
                LinuxMemory.newBuilder()
                    .setLimit(64 << 20)
                    .setReservation(0)
                    .setSwap(-1)
                    .setCheckBeforeUpdate(true))
            .setCpu(
                LinuxCpu.newBuilder()
                    .setShares(512)
                    .setQuota(50_000)
                    .setPeriod(100_000)
                    .setBurst(0)
                    .setCpus("0-1")
                    .setMems("0")
                    .setIdle(1))
            .setPids(LinuxPids.newBuilder().setLimit(0))
            .setBlockIo(
                LinuxBlockIo.newBuilder()
                    .setWeight(500)
                    .addThrottleReadIopsDevice(
                        LinuxThrottleDevice.newBuilder().setMajor(8).setMinor(0).setRate(0)))
            .addHugepageLimits(
                LinuxHugepageLimit.newBuilder().setPageSize("2MB").setLimit(4L << 30))
            .putRdma("mlx4_0", LinuxRdma.newBuilder().setHcaHandles(-1).build())
            .putUnified("memory.high", "max")
            .build();
    client.update(UpdateRequest.newBuilder().setResources(all).build());
    Resources got = Objects.requireNonNull(sandbox.lastUpdate());
    assertThat(got.memory().limit()).hasValue(64 << 20);
    assertThat(got.memory().reservation()).hasValue(0);
    assertThat(got.memory().swap()).hasValue(-1);
    assertThat(got.memory().kernel()).isEmpty();
    assertThat(got.memory().checkBeforeUpdate()).contains(true);
    assertThat(got.cpu().shares()).hasValue(512);
    assertThat(got.cpu().burst()).hasValue(0);
    assertThat(got.cpu().cpus()).contains("0-1");
    assertThat(got.cpu().idle()).hasValue(1);
    assertThat(got.pidsLimit()).hasValue(0);
    assertThat(got.blockIO().throttleReadIOPSDevice())
        .containsExactly(new Resources.ThrottleDevice(8, 0, 0));
    assertThat(got.hugepageLimits()).containsExactly(new Resources.HugepageLimit("2MB", 4L << 30));
    assertThat(got.rdma())
        .containsEntry(
            "mlx4_0", new Resources.Rdma(OptionalLong.of(4294967295L), OptionalLong.empty()));
    assertThat(got.unified()).containsEntry("memory.high", "max");
    assertThat(ResourcesMapper.message(got)).isEqualTo(all);
  }

  @Test
  void anImpossibleLimitIsRefusedWithItsPointerBeforeTheSandboxIsAsked() {
    LinuxResources bad =
        LinuxResources.newBuilder()
            .setMemory(LinuxMemory.newBuilder().setLimit(-2))
            .setCpu(LinuxCpu.newBuilder().setCpus("3-1"))
            .addHugepageLimits(LinuxHugepageLimit.newBuilder().setLimit(-1))
            .build();
    assertThatThrownBy(() -> client.update(UpdateRequest.newBuilder().setResources(bad).build()))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("/linux/resources/memory/limit");
    assertThat(sandbox.lastUpdate()).isNull();
  }

  @Test
  void anOwnerIsFoundAStrangerHasNoneAndAMissingProcessIsSaidToBe() {
    OwnerResponse owner = client.owner(OwnerRequest.newBuilder().setPid(42).build());
    assertThat(owner.getFound()).isTrue();
    assertThat(owner.getId()).isEqualTo("a");
    assertThat(owner.getCgroup()).isEqualTo("payload/a/b");
    assertThat(owner.getNamespacePidsList()).containsExactly(42, 7, 1);
    assertThat(client.owner(OwnerRequest.newBuilder().setPid(43).build()))
        .isEqualTo(OwnerResponse.getDefaultInstance());
    assertThatThrownBy(() -> client.owner(OwnerRequest.newBuilder().setPid(44).build()))
        .hasMessageContaining("NOT_FOUND")
        .hasMessageContaining("process 44: there is no such process");
    assertThatThrownBy(() -> client.owner(OwnerRequest.getDefaultInstance()))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("field pid");
  }
}
