package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stock client of another stack that knows no proto file. */
@Timeout(60)
class GrpcurlTest {
  private String grpcurl = "";
  private TestServer test;

  @BeforeEach
  void start() throws Exception {
    Optional<Path> found =
        Optional.ofNullable(System.getenv("HUSK_GRPCURL"))
            .map(Path::of)
            .or(() -> Programs.find("grpcurl"));
    assumeTrue(found.isPresent(), "grpcurl is neither in HUSK_GRPCURL nor on PATH nor in ~/go/bin");
    grpcurl = found.orElseThrow().toString();
    test = new TestServer();
  }

  @AfterEach
  void stop() throws Exception {
    if (test != null) {
      test.close();
    }
  }

  @Test
  void itListsTheServices() throws Exception {
    assertThat(run(List.of(), "list").output())
        .contains("husk.v1.SandboxService", "grpc.health.v1.Health");
  }

  @Test
  void itDescribesServiceAndMessages() throws Exception {
    assertThat(run(List.of(), "describe", "husk.v1.SandboxService").output())
        .contains("rpc Create ( .husk.v1.CreateRequest ) returns ( .husk.v1.CreateResponse )");
    assertThat(run(List.of(), "describe", "husk.v1.ErrorDetail").output()).contains("remedy");
  }

  @Test
  void itDrivesASandbox() throws Exception {
    assertThat(call("{\"id\":\"a\"}", "Create").output()).contains("PHASE_CREATED");
    assertThat(call("{}", "Start").output()).contains("PHASE_RUNNING");
    assertThat(call("{\"signal\":\"KILL\"}", "Kill").status()).isZero();
    assertThat(call("{}", "Wait").output()).contains("\"code\": 137");
    assertThat(call("{\"noFollow\":true}", "Events").output()).contains("\"exited\"");
    assertThat(call("{}", "Delete").status()).isZero();
  }

  @Test
  void itShowsAnErrorsDetails() throws Exception {
    Programs.Result result = call("{\"id\":\"nope\"}", "State");
    assertThat(result.status()).isNotZero();
    assertThat(result.output())
        .contains("Code: NotFound")
        .contains("do as asked: sandbox nope: there is none; ask for something else")
        .contains("type.googleapis.com/husk.v1.ErrorDetail")
        .contains("\"remedy\": \"ask for something else\"")
        .contains("\"kind\": \"FAILURE_KIND_NOT_FOUND\"");
  }

  private Programs.Result call(String data, String method) throws Exception {
    return run(List.of("-d", data), "husk.v1.SandboxService/" + method);
  }

  private Programs.Result run(List<String> options, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(grpcurl, "-plaintext", "-max-time", "10"));
    command.addAll(options);
    command.add("unix://" + test.socket);
    command.addAll(List.of(arguments));
    return Programs.run(command);
  }
}
