package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.husk.v1.CreateRequest;
import dev.husk.v1.ErrorDetail;
import dev.husk.v1.FailureKind;
import dev.husk.v1.Limit;
import dev.husk.v1.Violation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot work is refused with reason and remedy, and leaves nothing. */
class BadInputTest extends RealSandboxes {
  private static final String CONFIG = "config.json";

  @Test
  void noBundle() throws Exception {
    Path missing = temp.resolve("missing");

    failed(Husk.run("run", missing.toString()), 125)
        .contains(missing.toString(), "does not exist", "give the directory");
    refused(missing, Code.NOT_FOUND, FailureKind.FAILURE_KIND_NOT_FOUND);
  }

  @Test
  void noConfig() throws Exception {
    Path empty = Files.createDirectory(temp.resolve("empty"));

    failed(Husk.run("run", empty.toString()), 125)
        .contains(empty.resolve(CONFIG).toString(), "does not exist", "write a config.json");
    refused(empty, Code.NOT_FOUND, FailureKind.FAILURE_KIND_NOT_FOUND);
  }

  @Test
  void whatAConfigSaysDoesNothingToTheTerminal() throws Exception {
    String evil = "\u001b]0;x\u0007\u202e\nhusk: forged";

    Outcome outcome = Husk.run("run", bundle().args("/bin/" + evil).toString());

    assertThat(outcome.status()).as("%s", outcome).isEqualTo(127);
    assertThat(outcome.errors()).contains("<U+1b>]0;x<U+7><U+202e><U+a>husk: forged");
    assertThat(outcome.errors().lines()).hasSize(1);
  }

  @Test
  void jsonThatIsNone() throws Exception {
    Path bundle = bundle().path();
    Files.writeString(bundle.resolve(CONFIG), "{\n  \"ociVersion\": \"1.3.0\",,\n}\n");

    failed(Husk.run("run", bundle.toString()), 125).contains("line 2, column 25", "correct");
    ErrorDetail detail = refused(bundle, Code.INVALID_ARGUMENT, FailureKind.FAILURE_KIND_INVALID);
    assertThat(detail.getWhere()).contains("line 2, column 25");
  }

  @Test
  void wrongTypesAndValuesAreAllNamed() throws Exception {
    Bundle bundle = bundle().set("/process/cwd", "tmp").set("/process/user/uid", "root");
    bundle.set("/mounts/0/destination", 7).set("/linux/namespaces/0/type", "flux");

    failed(Husk.run("run", bundle.toString()), 125)
        .contains("/process/cwd", "/process/user/uid")
        .contains("/mounts/0/destination", "/linux/namespaces/0/type");
    ErrorDetail detail =
        refused(bundle.path(), Code.INVALID_ARGUMENT, FailureKind.FAILURE_KIND_INVALID);
    assertThat(detail.getViolationsList())
        .extracting(Violation::getPointer)
        .containsExactlyInAnyOrder(
            "/process/cwd",
            "/process/user/uid",
            "/mounts/0/destination",
            "/linux/namespaces/0/type");
  }

  @Test
  void aMountOptionThatNobodyKnows() throws Exception {
    Bundle bundle = bundle().set("/mounts/1/options", List.of("nosuid", "bogus"));

    failed(Husk.run("run", bundle.toString()), 125).contains("/mounts/1/options/1", "bogus");
    StatusRuntimeException error = createError(bundle.path());
    assertThat(error.getStatus().getCode()).isIn(Code.INVALID_ARGUMENT, Code.FAILED_PRECONDITION);
    assertThat(Client.detail(error).toString()).contains("/mounts/1/options/1");
  }

  @Test
  void whatHuskDoesNotApplyIsRefusedByName() throws Exception {
    Bundle bundle = bundle().set("/linux/seccomp", Bundle.object("defaultAction", "SCMP_ACT_LOG"));
    bundle.set("/linux/sysctl", Bundle.object("net.ipv4.ip_forward", "1"));

    failed(Husk.run("run", bundle.toString()), 125).contains("/linux/seccomp", "/linux/sysctl");
    ErrorDetail detail =
        refused(bundle.path(), Code.FAILED_PRECONDITION, FailureKind.FAILURE_KIND_UNSUPPORTED);
    assertThat(detail.getViolationsList())
        .extracting(Violation::getPointer)
        .containsExactlyInAnyOrder("/linux/seccomp", "/linux/sysctl");
  }

  @Test
  void noRootFileSystem() throws Exception {
    Bundle bundle = bundle().set("/root/path", "elsewhere");

    failed(Husk.run("run", bundle.toString()), 125)
        .contains("/root/path", bundle.path().resolve("elsewhere").toString(), "no such directory");
    assertThat(createError(bundle.path()).getStatus().getCode())
        .isIn(Code.NOT_FOUND, Code.FAILED_PRECONDITION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bin/nope", "nope"})
  void noExecutable(String program) throws Exception {
    Bundle bundle = bundle().args(program);

    failed(Husk.run("run", bundle.toString()), 127).contains(program, "ENOENT", "args[0]");
    ErrorDetail detail =
        refused(
            bundle.path(), Code.FAILED_PRECONDITION, FailureKind.FAILURE_KIND_EXECUTABLE_NOT_FOUND);
    assertThat(detail.getErrnoName()).isEqualTo("ENOENT");
    assertThat(detail.getStep()).isEqualTo("executable");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "/etc"})
  void anExecutableThatIsNone(String program) throws Exception {
    Bundle bundle = bundle().args(program);

    failed(Husk.run("run", bundle.toString()), 126).contains(program, "EACCES");
    refused(bundle.path(), Code.FAILED_PRECONDITION, FailureKind.FAILURE_KIND_EXECUTABLE_DENIED);
  }

  @Test
  void anExecutableOfNoKnownFormatFailsStart() throws Exception {
    Bundle bundle = bundle().args("/bin/data");
    Files.writeString(bundle.rootfs().resolve("bin/data"), "not a program");
    assertThat(bundle.rootfs().resolve("bin/data").toFile().setExecutable(true)).isTrue();

    failed(Husk.run("run", bundle.toString()), 126).contains("/bin/data", "ENOEXEC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "..", ".hidden", "a b", "ü"})
  void aBadId(String id) throws Exception {
    Bundle bundle = bundle();

    failed(Husk.run("run", "--id", id, bundle.toString()), 125)
        .contains("invalid container ID format", "use 1 to 80");
    failed(Husk.run("serve", "--id", id, "--bundle", bundle.toString()), 125)
        .contains("invalid container ID format");
  }

  @Test
  void aBadIdOverTheApi() throws Exception {
    try (Shim shim = Shim.serve(bundle())) {
      StatusRuntimeException error =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> shim.client().calls().create(CreateRequest.newBuilder().setId("a/b").build()));
      assertThat(error.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(Client.detail(error).getRemedy()).contains("1 to 80");
    }
  }

  @Test
  void anIdInUse() throws Exception {
    Bundle bundle = bundle();
    try (Shim shim = Shim.serve(bundle)) {
      failed(Husk.run("run", "--id", shim.id(), bundle.toString()), 125)
          .contains(shim.id(), "already exists", "choose another id");
      shim.client().create();
      assertThat(shim.client().state().getId()).isEqualTo(shim.id());
      shim.client().delete(false);
    }
  }

  @Test
  void aSocketPathThatIsTooLong() throws Exception {
    String socket = "/tmp/" + "x".repeat(120);

    failed(Husk.run("run", "--socket", socket, bundle().toString()), 125)
        .contains(socket, "125 bytes", "--socket");
    failed(
            Husk.run(
                "serve", "--id", freshId(), "--socket", socket, "--bundle", bundle().toString()),
            125)
        .contains("125 bytes");
  }

  @Test
  void noCgroupV2() throws Exception {
    List<String> wrapper =
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "umount \"$0\" && exec \"$@\"",
            CgroupV2.mount().toString());

    failed(Husk.run(Map.of(), wrapper, "run", bundle().toString()), 125)
        .contains("cgroup v2 is not mounted", "mount -t cgroup2");
  }

  @Test
  void noRights() throws Exception {
    Path open = Path.of(Programs.output("mktemp", "-d", "/var/tmp/husk-it-XXXXXX").strip());
    try {
      Programs.output("chmod", "777", open.toString());
      Bundle bundle = Bundle.in(open, "bundle");
      Programs.output("chmod", "755", bundle.toString());
      List<String> nobody =
          List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");

      failed(Husk.run(Map.of(), nobody, "run", "--root", open + "/state", bundle.toString()), 125)
          .contains("systemd does not run here", "run husk as root");
      Path closed = Files.createDirectory(open.resolve("closed"));
      Programs.output("chmod", "700", closed.toString());
      failed(Husk.run(Map.of(), nobody, "run", "--root", closed.toString(), bundle.toString()), 125)
          .contains(closed.toString(), "permission denied", "--root");
      try (var left = Files.list(open.resolve("state"))) {
        assertThat(left.filter(file -> !file.endsWith(".bwrap-probe"))).isEmpty();
      }
    } finally {
      Programs.removeTree(open);
    }
  }

  @Test
  void noBwrap() throws Exception {
    Bundle bundle = bundle();

    failed(Husk.run("run", "--bwrap", "/nonexistent", bundle.toString()), 125)
        .contains("/nonexistent", "install the package bubblewrap");
    failed(Husk.run(Map.of("PATH", "/nonexistent"), List.of(), "run", bundle.toString()), 125)
        .contains("bwrap", "install the package bubblewrap");
    try (Shim shim = Shim.serve(bundle, "--bwrap", "/nonexistent")) {
      StatusRuntimeException error =
          catchThrowableOfType(StatusRuntimeException.class, () -> shim.client().create());
      assertThat(error.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
    }
  }

  @Test
  void aBwrapThatIsTooOld() throws Exception {
    Path old = Files.writeString(temp.resolve("bwrap"), "#!/bin/sh\necho bubblewrap 0.4.0\n");
    assertThat(old.toFile().setExecutable(true)).isTrue();

    failed(Husk.run("run", "--bwrap", old.toString(), bundle().toString()), 125)
        .contains("0.4.0", old.toString(), "install bubblewrap 0.8.0 or later");
  }

  @Test
  void aLimitThatTheHostCannotEnforceIsRefusedUnlessTheOperatorAcceptsIt() throws Exception {
    assumeFalse(CgroupV2.has("memory"), "this host can enforce memory limits");
    Bundle bundle = bundle().set("/linux/resources/memory/limit", 64 << 20);

    failed(Husk.run("run", bundle.toString()), 125)
        .contains("/linux/resources/memory/limit", "memory", "--cgroup-limits=best-effort");
    try (Shim shim = Shim.serve(bundle)) {
      StatusRuntimeException error =
          catchThrowableOfType(StatusRuntimeException.class, () -> shim.client().create());
      assertThat(error.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
    }
    try (Shim shim = Shim.serve(bundle, "--cgroup-limits=best-effort")) {
      shim.client().create();
      Limit limit =
          shim.client().state().getLimitsList().stream()
              .filter(found -> found.getFile().equals("memory.max"))
              .findFirst()
              .orElseThrow();
      assertThat(limit.getEnforced()).isFalse();
      assertThat(limit.getReason()).isNotEmpty();
      assertThat(limit.getIsDefault()).isFalse();
      shim.client().delete(false);
    }
  }

  @Test
  void aCommandLineThatIsWrong() throws Exception {
    List<List<String>> wrong =
        List.of(
            List.of(),
            List.of("dance"),
            List.of("run"),
            List.of("run", "--nope", "x"),
            List.of("run", "a", "b"),
            List.of("run", "--id"),
            List.of("serve", "--id", "x"),
            List.of("serve", "--bundle", "x"),
            List.of("run", "--cgroup-limits=maybe", "x"));
    for (List<String> arguments : wrong) {
      Outcome outcome = Husk.run(arguments.toArray(new String[0]));
      assertThat(outcome.status()).as("%s", arguments).isEqualTo(2);
      assertThat(outcome.errors()).contains("--help");
      assertThat(outcome.output()).isEmpty();
    }
  }

  /** One message on stderr, and nothing on the payload's stream. */
  private static org.assertj.core.api.AbstractStringAssert<?> failed(Outcome outcome, int status) {
    assertThat(outcome.status()).as("%s", outcome).isEqualTo(status);
    assertThat(outcome.output()).isEmpty();
    assertThat(outcome.errors().lines()).as("%s", outcome).hasSize(1);
    return assertThat(outcome.errors()).startsWith("husk: ");
  }

  private static ErrorDetail refused(Path bundle, Code code, FailureKind kind) throws Exception {
    StatusRuntimeException error = createError(bundle);
    assertThat(error.getStatus().getCode()).as("%s", error.getMessage()).isEqualTo(code);
    ErrorDetail detail = Client.detail(error);
    assertThat(detail.getKind()).isEqualTo(kind);
    return detail;
  }

  /** What Create says; the shim must be fit for another Create afterwards, and end well. */
  private static StatusRuntimeException createError(Path bundle) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("serve", "--id", freshId(), "--bundle"));
    arguments.add(bundle.toString());
    try (Husk husk = Husk.start(arguments.toArray(new String[0]))) {
      husk.awaitOutput("\"ready\":true");
      try (Client client = Client.ofId(arguments.get(2))) {
        StatusRuntimeException error =
            catchThrowableOfType(StatusRuntimeException.class, client::create);
        assertThat(error).isNotNull();
        ErrorDetail detail = Client.detail(error);
        assertThat(List.of(detail.getWhat(), detail.getWhere(), detail.getWhy()))
            .doesNotContain("");
        assertThat(detail.getRemedy()).isNotEmpty();
        StatusRuntimeException again =
            catchThrowableOfType(StatusRuntimeException.class, client::create);
        assertThat(again.getStatus()).hasToString(error.getStatus().toString());
        husk.signal("TERM");
        assertThat(husk.outcome().status()).isZero();
        return error;
      }
    }
  }
}
