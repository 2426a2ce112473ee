package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.husk.failure.HuskException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Asserts a typed failure, and that it says what a person needs. */
final class Failures {
  private Failures() {}

  static <F extends CgroupFailure> F expect(Class<F> type, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(HuskException.class);
    var failure = ((HuskException) thrown).failure();
    assertThat(failure).as(failure.message()).isInstanceOf(type);
    assertThat(failure.what()).isNotBlank();
    assertThat(failure.where()).isNotBlank();
    assertThat(failure.why()).isNotBlank();
    assertThat(failure.remedy()).isNotBlank();
    return type.cast(failure);
  }
}
