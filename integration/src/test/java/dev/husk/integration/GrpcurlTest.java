package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The API by hand, with the real grpcurl, which knows no proto file. */
class GrpcurlTest extends RealSandboxes {
  private String grpcurl = "";

  @BeforeEach
  void find() {
    Optional<Path> found =
        Optional.ofNullable(System.getenv("HUSK_GRPCURL"))
            .map(Path::of)
            .filter(Files::isExecutable)
            .or(() -> Programs.find("grpcurl", Path.of(System.getProperty("user.home"), "go/bin")));
    assumeTrue(found.isPresent(), "no grpcurl: not in HUSK_GRPCURL, ~/go/bin or PATH");
    grpcurl = found.orElseThrow().toString();
  }

  @Test
  void listsAndDescribes() throws Exception {
    try (Shim shim = Shim.serve(bundle())) {
      assertThat(grpcurl(shim, List.of(), "list").output())
          .contains("husk.v1.SandboxService", "grpc.health.v1.Health");
      assertThat(grpcurl(shim, List.of(), "describe", "husk.v1.SandboxService").output())
          .contains("rpc Create ( .husk.v1.CreateRequest )", "rpc Wait");
      assertThat(grpcurl(shim, List.of(), "describe", "husk.v1.KillRequest").output())
          .contains("whole_tree");
      assertThat(grpcurl(shim, List.of(), "grpc.health.v1.Health/Check").output())
          .contains("SERVING");
    }
  }

  @Test
  void drivesAWholeLife() throws Exception {
    Bundle bundle = bundle().script("trap 'exit 7' TERM; sleep 600 & wait");
    try (Shim shim = Shim.serve(bundle)) {
      assertThat(call(shim, "Info", "{}").output()).contains("\"bwrap\"", "\"controllers\"");
      assertThat(call(shim, "Create", "{}").output()).contains("PHASE_CREATED");
      assertThat(call(shim, "Start", "{}").output()).contains("PHASE_RUNNING");
      assertThat(call(shim, "List", "{}").output()).contains(shim.id());
      Eventually.is(
          Programs.BOUND,
          () -> call(shim, "Pids", "{}").output().contains("sleep"),
          () -> "the payload's child");
      assertThat(call(shim, "Kill", "{\"signal\": \"TERM\"}").status()).isZero();
      assertThat(call(shim, "Wait", "{}").output()).contains("\"code\": 7");
      assertThat(call(shim, "Events", "{\"noFollow\": true}").output())
          .contains("\"created\"", "\"started\"", "\"exited\"");
      assertThat(call(shim, "Delete", "{}").status()).isZero();
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  @Test
  void anErrorShowsCodeMessageAndDetails() throws Exception {
    try (Shim shim = Shim.serve(bundle())) {
      Outcome outcome = call(shim, "State", "{\"id\": \"nope\"}");
      assertThat(outcome.status()).isNotZero();
      assertThat(outcome.errors()).contains("Code: NotFound", "container does not exist", "remedy");
    }
  }

  private Outcome call(Shim shim, String method, String request) throws Exception {
    return grpcurl(shim, List.of("-d", request), "husk.v1.SandboxService/" + method);
  }

  private Outcome grpcurl(Shim shim, List<String> options, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(grpcurl, "-plaintext", "-max-time", "60"));
    command.addAll(options);
    command.add("unix://" + Shim.socket(shim.id()));
    command.addAll(List.of(arguments));
    return Programs.run(Map.of(), command);
  }
}
