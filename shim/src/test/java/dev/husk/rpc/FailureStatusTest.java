package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.Violation;
import dev.husk.v1.CreateRequest;
import dev.husk.v1.ErrorDetail;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class FailureStatusTest {
  private TestServer test;

  @BeforeEach
  void start() throws Exception {
    test = new TestServer();
  }

  @AfterEach
  void stop() throws Exception {
    test.close();
  }

  private record ConfigRefused(
      String why,
      FailureKind kind,
      List<Violation> violations,
      OptionalInt errorNumber,
      Optional<String> failedStep)
      implements Failure {
    @Override
    public String what() {
      return "read the config";
    }

    @Override
    public String where() {
      return "/bundle/config.json";
    }

    @Override
    public String remedy() {
      return "correct it";
    }
  }

  private static ConfigRefused plain(FailureKind kind) {
    return new ConfigRefused("it is wrong", kind, List.of(), OptionalInt.empty(), Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID,INVALID_ARGUMENT",
    "NOT_FOUND,NOT_FOUND",
    "EXISTS,ALREADY_EXISTS",
    "PRECONDITION,FAILED_PRECONDITION",
    "UNSUPPORTED,FAILED_PRECONDITION",
    "DENIED,PERMISSION_DENIED",
    "EXHAUSTED,RESOURCE_EXHAUSTED",
    "TIMEOUT,DEADLINE_EXCEEDED",
    "EXECUTABLE_NOT_FOUND,FAILED_PRECONDITION",
    "EXECUTABLE_DENIED,FAILED_PRECONDITION",
    "INTERNAL,INTERNAL"
  })
  void eachKindHasItsCode(FailureKind kind, Status.Code code) {
    assertThat(failCreate(plain(kind)).getStatus().getCode()).isEqualTo(code);
  }

  @ParameterizedTest
  @EnumSource(FailureKind.class)
  void theDetailTellsTheKindByTheSameName(FailureKind kind) throws Exception {
    assertThat(detail(failCreate(plain(kind))).getKind().name())
        .isEqualTo("FAILURE_KIND_" + kind.name());
  }

  @Test
  void everythingAFailureKnowsArrives() throws Exception {
    StatusRuntimeException error =
        failCreate(
            new ConfigRefused(
                "mount: EBUSY",
                FailureKind.INVALID,
                List.of(new Violation("/process/cwd", "not absolute", "begin it with /")),
                OptionalInt.of(16),
                Optional.of("mount")));
    assertThat(error.getStatus().getDescription())
        .isEqualTo("read the config: /bundle/config.json: mount: EBUSY; correct it");
    ErrorDetail detail = detail(error);
    assertThat(detail.getWhat()).isEqualTo("read the config");
    assertThat(detail.getWhere()).isEqualTo("/bundle/config.json");
    assertThat(detail.getWhy()).isEqualTo("mount: EBUSY");
    assertThat(detail.getRemedy()).isEqualTo("correct it");
    assertThat(detail.getErrno()).isEqualTo(16);
    assertThat(detail.getErrnoName()).isEqualTo("EBUSY");
    assertThat(detail.getStep()).isEqualTo("mount");
    assertThat(detail.getViolations(0).getPointer()).isEqualTo("/process/cwd");
    assertThat(detail.getViolations(0).getMessage()).isEqualTo("not absolute");
    assertThat(detail.getViolations(0).getRemedy()).isEqualTo("begin it with /");
    assertThat(detail.getViolationsOmitted()).isZero();
  }

  @Test
  void anErrorTooLargeForHeadersIsShortenedAndSaysSo() throws Exception {
    List<Violation> violations =
        IntStream.range(0, 500)
            .mapToObj(i -> new Violation("/mounts/" + i, "wrong ".repeat(200), "right it"))
            .toList();
    StatusRuntimeException error =
        failCreate(
            new ConfigRefused(
                "\u00fc\u20ac\uD83D\uDE00".repeat(5000),
                FailureKind.INVALID,
                violations,
                OptionalInt.empty(),
                Optional.empty()));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    ErrorDetail detail = detail(error);
    assertThat(detail.getViolationsCount()).isPositive();
    assertThat(detail.getViolationsCount() + detail.getViolationsOmitted()).isEqualTo(500);
    assertThat(detail.getViolations(0).getMessage()).endsWith("...");
    assertThat(detail.getWhy()).endsWith("...");
  }

  @Test
  void anUnexpectedExceptionIsInternalAndItsStackStaysInTheLog() throws Exception {
    test.shim.breakCreate(new IllegalStateException("broken inside"));
    StatusRuntimeException error = create();
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(error.getStatus().getDescription())
        .contains("IllegalStateException: broken inside")
        .doesNotContain("FailureStatusTest");
    assertThat(detail(error).toString()).doesNotContain("FailureStatusTest");
    assertThat(test.log).anySatisfy(line -> assertThat(line).contains("FailureStatusTest.java"));
  }

  @Property(tries = 300)
  void shortenedTextFitsAndIsAPrefix(
      @ForAll String text, @ForAll @IntRange(min = 3, max = 60) int n) {
    String shortened = StatusMapper.shorten(text, n);
    assertThat(shortened.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(n);
    if (!shortened.equals(text)) {
      assertThat(text).startsWith(shortened.substring(0, shortened.length() - 3));
    }
  }

  private StatusRuntimeException failCreate(Failure failure) {
    test.shim.failCreate(failure);
    return create();
  }

  private StatusRuntimeException create() {
    return Objects.requireNonNull(
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> test.client().create(CreateRequest.getDefaultInstance())));
  }

  private static ErrorDetail detail(StatusRuntimeException error)
      throws InvalidProtocolBufferException {
    com.google.rpc.Status status = Objects.requireNonNull(StatusProto.fromThrowable(error));
    assertThat(status.getDetailsCount()).isEqualTo(1);
    return status.getDetails(0).unpack(ErrorDetail.class);
  }
}
