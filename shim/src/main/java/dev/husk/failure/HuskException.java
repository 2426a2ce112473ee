package dev.husk.failure;

/** A {@link Failure} on its way to the caller. */
public final class HuskException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public HuskException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  public HuskException(Failure failure, Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }
}
