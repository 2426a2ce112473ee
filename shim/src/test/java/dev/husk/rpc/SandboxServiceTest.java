package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.sandbox.CreateOptions;
import dev.husk.sandbox.Stdio;
import dev.husk.v1.CgroupMode;
import dev.husk.v1.CreateRequest;
import dev.husk.v1.DeleteRequest;
import dev.husk.v1.InfoRequest;
import dev.husk.v1.KillRequest;
import dev.husk.v1.ListRequest;
import dev.husk.v1.Phase;
import dev.husk.v1.PidsRequest;
import dev.husk.v1.Sandbox;
import dev.husk.v1.SandboxServiceGrpc.SandboxServiceBlockingStub;
import dev.husk.v1.ShimInfo;
import dev.husk.v1.ShutdownRequest;
import dev.husk.v1.StartRequest;
import dev.husk.v1.StateRequest;
import dev.husk.v1.StdioStream;
import dev.husk.v1.WaitRequest;
import dev.husk.v1.WaitResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SandboxServiceTest {
  private TestServer test;
  private SandboxServiceBlockingStub client;

  @BeforeEach
  void start() throws Exception {
    test = new TestServer();
    client = test.client();
  }

  @AfterEach
  void stop() throws Exception {
    test.close();
  }

  @Test
  void infoTellsShimAndHost() {
    ShimInfo info = client.info(InfoRequest.getDefaultInstance()).getInfo();
    assertThat(info.getVersion()).isEqualTo("0.1.0");
    assertThat(info.getPid()).isEqualTo(4711);
    assertThat(info.getOciVersionMin()).isEqualTo("1.0.0");
    assertThat(info.getOciVersionMax()).isEqualTo("1.3.0");
    assertThat(info.getKernel()).isEqualTo("6.18.0");
    assertThat(info.getCgroup().getMode()).isEqualTo(CgroupMode.CGROUP_MODE_HYBRID);
    assertThat(info.getCgroup().getMount()).isEqualTo("/sys/fs/cgroup/unified");
    assertThat(info.getCgroup().getControllersList()).containsExactly("hugetlb");
    assertThat(info.getBwrap().getPath()).isEqualTo("/usr/bin/bwrap");
    assertThat(info.getBwrap().getVersion()).isEqualTo("bubblewrap 0.8.0");
    assertThat(info.getFeatures(0).getName()).isEqualTo("clone3-into-cgroup");
    assertThat(info.getFeatures(0).getAvailable()).isTrue();
    assertThat(info.getFeatures(0).getDetail()).isEqualTo("tried");
  }

  @Test
  void anEmptyCreateTakesOwnIdOwnBundleAndNoStreams() {
    Sandbox sandbox = client.create(CreateRequest.getDefaultInstance()).getSandbox();
    assertThat(sandbox.getId()).isEqualTo(FakeShim.OWN_ID);
    assertThat(sandbox.getBundle()).isEqualTo(TestServer.BUNDLE.toString());
    assertThat(sandbox.getPhase()).isEqualTo(Phase.PHASE_CREATED);
    assertThat(options().stdio()).isEqualTo(Stdio.none());
  }

  @Test
  void createCarriesBundleAndStreams() {
    client.create(
        CreateRequest.newBuilder()
            .setId("other")
            .setBundle("/bundles/other")
            .setStdio(
                dev.husk.v1.Stdio.newBuilder()
                    .setStdin(StdioStream.newBuilder().setInherit(true))
                    .setStdout(StdioStream.newBuilder().setPath("/logs/out"))
                    .setStderr(StdioStream.newBuilder().setInherit(false)))
            .build());
    assertThat(options())
        .isEqualTo(
            new CreateOptions(
                "other",
                Path.of("/bundles/other"),
                new Stdio(
                    new Stdio.Inherit(), new Stdio.File(Path.of("/logs/out")), new Stdio.Null())));
  }

  @Test
  void relativePathsAreRefusedByTheirField() {
    CreateRequest bundle = CreateRequest.newBuilder().setBundle("here").build();
    assertThatThrownBy(() -> client.create(bundle))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("field bundle")
        .hasMessageContaining("\"here\"");
    CreateRequest stream =
        CreateRequest.newBuilder()
            .setStdio(
                dev.husk.v1.Stdio.newBuilder().setStderr(StdioStream.newBuilder().setPath("a\0b")))
            .build();
    assertThatThrownBy(() -> client.create(stream))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("field stdio.stderr.path");
    assertThat(test.shim.lastOptions()).isNull();
  }

  @Test
  void aSandboxLivesFromCreateToDelete() {
    client.create(CreateRequest.getDefaultInstance());
    Sandbox running = client.start(StartRequest.getDefaultInstance()).getSandbox();
    assertThat(running.getPhase()).isEqualTo(Phase.PHASE_RUNNING);
    assertThat(running.getPid()).isEqualTo(1234);
    assertThat(running.hasStartedAt()).isTrue();
    assertThat(running.hasExit()).isFalse();

    client.kill(KillRequest.newBuilder().setSignal("SIGKILL").build());
    WaitResponse wait = client.wait(WaitRequest.getDefaultInstance());
    assertThat(wait.getExit().getCode()).isEqualTo(137);
    assertThat(wait.getExit().getSignal()).isEqualTo(9);
    assertThat(wait.getExit().getExact()).isTrue();
    assertThat(wait.getExit().getReason()).isEqualTo("killed");

    Sandbox stopped = client.state(StateRequest.getDefaultInstance()).getSandbox();
    assertThat(stopped.getPhase()).isEqualTo(Phase.PHASE_STOPPED);
    assertThat(stopped.getPid()).isZero();
    assertThat(stopped.getExit()).isEqualTo(wait.getExit());

    client.delete(DeleteRequest.getDefaultInstance());
    assertThat(client.list(ListRequest.getDefaultInstance()).getSandboxesList()).isEmpty();
    assertCode(Status.Code.NOT_FOUND, () -> client.state(StateRequest.getDefaultInstance()));
  }

  @Test
  void stateShowsEverything() throws Exception {
    test.createSandbox("a");
    Sandbox sandbox = client.state(StateRequest.newBuilder().setId("a").build()).getSandbox();
    assertThat(sandbox.getOciVersion()).isEqualTo("1.2.0");
    assertThat(sandbox.getAnnotationsMap()).containsEntry("org.example.key", "value");
    assertThat(sandbox.getCreatedAt().getSeconds()).isEqualTo(1767225600);
    assertThat(sandbox.getCreatedAt().getNanos()).isEqualTo(500_000_000);
    assertThat(sandbox.hasStartedAt()).isFalse();
    assertThat(sandbox.getCgroup()).isEqualTo("/husk/a");
    assertThat(sandbox.getLimits(0).getProperty()).isEqualTo("pids.limit");
    assertThat(sandbox.getLimits(0).getFile()).isEqualTo("pids.max");
    assertThat(sandbox.getLimits(0).getValue()).isEqualTo("1024");
    assertThat(sandbox.getLimits(0).getIsDefault()).isTrue();
    assertThat(sandbox.getLimits(0).getEnforced()).isFalse();
    assertThat(sandbox.getLimits(0).getReason()).isEqualTo("no pids controller");
  }

  @Test
  void listShowsAll() throws Exception {
    test.createSandbox("a");
    test.createSandbox("b");
    assertThat(client.list(ListRequest.getDefaultInstance()).getSandboxesList())
        .extracting(Sandbox::getId)
        .containsExactly("a", "b");
    assertCode(
        Status.Code.FAILED_PRECONDITION, () -> client.state(StateRequest.getDefaultInstance()));
  }

  @Test
  void killTakesNameNumberAndNothing() throws Exception {
    FakeSandbox byName = test.createSandbox("a");
    client.kill(KillRequest.newBuilder().setId("a").setSignal("usr1").setWholeTree(true).build());
    assertThat(byName.lastSignal()).isEqualTo(10);
    assertThat(byName.lastWholeTree()).isTrue();
    FakeSandbox byNumber = test.createSandbox("b");
    client.kill(KillRequest.newBuilder().setId("b").setSignal("9").build());
    assertThat(byNumber.lastSignal()).isEqualTo(9);
    assertThat(byNumber.lastWholeTree()).isFalse();
    FakeSandbox byDefault = test.createSandbox("c");
    client.kill(KillRequest.newBuilder().setId("c").build());
    assertThat(byDefault.lastSignal()).isEqualTo(15);
  }

  @Test
  void killRefusesWhatIsNoSignal() throws Exception {
    FakeSandbox sandbox = test.createSandbox("a");
    assertThatThrownBy(() -> client.kill(KillRequest.newBuilder().setSignal("SIGNOPE").build()))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("SIGNOPE");
    assertThat(sandbox.lastSignal()).isZero();
  }

  @Test
  void pidsShowsMonitorAndPayload() throws Exception {
    test.createSandbox("a");
    var processes = client.pids(PidsRequest.getDefaultInstance()).getProcessesList();
    assertThat(processes).hasSize(2);
    assertThat(processes.get(1).getPid()).isEqualTo(1234);
    assertThat(processes.get(1).getNamespacePid()).isEqualTo(1);
    assertThat(processes.get(1).getCgroup()).isEqualTo("payload/init");
    assertThat(processes.get(1).getCommand()).isEqualTo("sh");
  }

  @Test
  void deleteAndShutdownNeedForceWhileASandboxRuns() throws Exception {
    test.createSandbox("a");
    client.start(StartRequest.getDefaultInstance());
    assertCode(
        Status.Code.FAILED_PRECONDITION, () -> client.delete(DeleteRequest.getDefaultInstance()));
    assertCode(
        Status.Code.FAILED_PRECONDITION,
        () -> client.shutdown(ShutdownRequest.getDefaultInstance()));
    assertThat(test.shim.ended()).isFalse();
    client.delete(DeleteRequest.newBuilder().setForce(true).build());
    client.shutdown(ShutdownRequest.getDefaultInstance());
    assertThat(test.shim.ended()).isTrue();
  }

  @Test
  void shutdownWithForceDeletesFirst() throws Exception {
    test.createSandbox("a");
    client.shutdown(ShutdownRequest.newBuilder().setForce(true).build());
    assertThat(test.shim.sandboxes()).isEmpty();
  }

  private CreateOptions options() {
    return Objects.requireNonNull(test.shim.lastOptions());
  }

  private static void assertCode(Status.Code code, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }
}
