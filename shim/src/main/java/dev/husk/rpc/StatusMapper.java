package dev.husk.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.Violation;
import dev.husk.process.Errno;
import dev.husk.v1.ErrorDetail;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.util.List;

/** A failure as a gRPC status with an {@link ErrorDetail}. */
final class StatusMapper {
  /** Bytes; its text may take three times as many on the wire (percent-encoding). */
  private static final int LONGEST_MESSAGE = 700;

  private static final int LONGEST_TEXT = 350;

  /**
   * Bytes of the detail. With base64, the message twice and the fixed headers this stays below the
   * 8 KiB of headers that gRPC clients take by default.
   */
  private static final int LARGEST_DETAIL = 3000;

  private StatusMapper() {}

  /**
   * The code of a kind. UNSUPPORTED is FAILED_PRECONDITION, since clients take UNIMPLEMENTED as "no
   * such method"; so are the payload's executables, since managers take NOT_FOUND as "the sandbox
   * is gone".
   */
  static Code code(FailureKind kind) {
    return switch (kind) {
      case INVALID -> Code.INVALID_ARGUMENT;
      case NOT_FOUND -> Code.NOT_FOUND;
      case EXISTS -> Code.ALREADY_EXISTS;
      case PRECONDITION, UNSUPPORTED, EXECUTABLE_NOT_FOUND, EXECUTABLE_DENIED ->
          Code.FAILED_PRECONDITION;
      case DENIED -> Code.PERMISSION_DENIED;
      case EXHAUSTED -> Code.RESOURCE_EXHAUSTED;
      case TIMEOUT -> Code.DEADLINE_EXCEEDED;
      case INTERNAL -> Code.INTERNAL;
    };
  }

  static StatusRuntimeException toStatus(Failure failure) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code(failure.kind()).value())
            .setMessage(shorten(failure.message(), LONGEST_MESSAGE))
            .addDetails(Any.pack(detail(failure)))
            .build());
  }

  private static ErrorDetail detail(Failure failure) {
    ErrorDetail.Builder detail =
        ErrorDetail.newBuilder()
            .setKind(kind(failure.kind()))
            .setWhat(shorten(failure.what(), LONGEST_TEXT))
            .setWhere(shorten(failure.where(), LONGEST_TEXT))
            .setWhy(shorten(failure.why(), LONGEST_TEXT))
            .setRemedy(shorten(failure.remedy(), LONGEST_TEXT))
            .setStep(shorten(failure.failedStep().orElse(""), LONGEST_TEXT));
    failure
        .errorNumber()
        .ifPresent(number -> detail.setErrno(number).setErrnoName(Errno.of(number).name()));
    addViolations(detail, failure.violations());
    return detail.build();
  }

  private static void addViolations(ErrorDetail.Builder detail, List<Violation> violations) {
    int size = detail.build().getSerializedSize();
    int added = 0;
    for (Violation violation : violations) {
      dev.husk.v1.Violation message =
          dev.husk.v1.Violation.newBuilder()
              .setPointer(shorten(violation.pointer(), LONGEST_TEXT))
              .setMessage(shorten(violation.message(), LONGEST_TEXT))
              .setRemedy(shorten(violation.remedy(), LONGEST_TEXT))
              .build();
      size += message.getSerializedSize() + 3;
      if (size > LARGEST_DETAIL) {
        break;
      }
      detail.addViolations(message);
      added++;
    }
    detail.setViolationsOmitted(violations.size() - added);
  }

  private static dev.husk.v1.FailureKind kind(FailureKind kind) {
    return switch (kind) {
      case INVALID -> dev.husk.v1.FailureKind.FAILURE_KIND_INVALID;
      case NOT_FOUND -> dev.husk.v1.FailureKind.FAILURE_KIND_NOT_FOUND;
      case EXISTS -> dev.husk.v1.FailureKind.FAILURE_KIND_EXISTS;
      case PRECONDITION -> dev.husk.v1.FailureKind.FAILURE_KIND_PRECONDITION;
      case UNSUPPORTED -> dev.husk.v1.FailureKind.FAILURE_KIND_UNSUPPORTED;
      case DENIED -> dev.husk.v1.FailureKind.FAILURE_KIND_DENIED;
      case EXHAUSTED -> dev.husk.v1.FailureKind.FAILURE_KIND_EXHAUSTED;
      case TIMEOUT -> dev.husk.v1.FailureKind.FAILURE_KIND_TIMEOUT;
      case EXECUTABLE_NOT_FOUND -> dev.husk.v1.FailureKind.FAILURE_KIND_EXECUTABLE_NOT_FOUND;
      case EXECUTABLE_DENIED -> dev.husk.v1.FailureKind.FAILURE_KIND_EXECUTABLE_DENIED;
      case INTERNAL -> dev.husk.v1.FailureKind.FAILURE_KIND_INTERNAL;
    };
  }

  /** The reverse, for a client: the failure that a shim at that socket reported. */
  static Failure failure(StatusRuntimeException error, Path socket) {
    String message = error.getStatus().getDescription();
    Status status = StatusProto.fromThrowable(error);
    for (Any any : status == null ? List.<Any>of() : status.getDetailsList()) {
      try {
        if (any.is(ErrorDetail.class)) {
          return refused(any.unpack(ErrorDetail.class), message == null ? "" : message);
        }
      } catch (InvalidProtocolBufferException e) {
        return new RpcFailure.NoAnswer(socket, "its error cannot be read: " + e.getMessage());
      }
    }
    Throwable cause = error.getCause();
    return new RpcFailure.NoAnswer(
        socket,
        error.getStatus().getCode()
            + (message == null ? "" : ": " + message)
            + (cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")"));
  }

  private static Failure refused(ErrorDetail detail, String message) {
    return new RpcFailure.Refused(
        detail.getWhat(),
        detail.getWhere(),
        detail.getWhy(),
        detail.getRemedy(),
        kind(detail.getKind()),
        message);
  }

  private static FailureKind kind(dev.husk.v1.FailureKind kind) {
    for (FailureKind known : FailureKind.values()) {
      if (kind(known) == kind) {
        return known;
      }
    }
    return FailureKind.INTERNAL;
  }

  /** At most that many bytes of UTF-8, cut between characters. */
  static String shorten(String text, int bytes) {
    if (text.length() * 3L <= bytes) {
      return text;
    }
    int used = 0;
    int end = 0;
    int cut = 0;
    while (end < text.length()) {
      int point = text.codePointAt(end);
      used += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (used > bytes) {
        return text.substring(0, cut) + "...";
      }
      end += Character.charCount(point);
      if (used <= bytes - 3) {
        cut = end;
      }
    }
    return text;
  }
}
