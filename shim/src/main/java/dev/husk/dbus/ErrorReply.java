package dev.husk.dbus;

/** The called side, or the bus, answered with an error. */
public final class ErrorReply extends Exception {
  private static final long serialVersionUID = 1L;

  private final String name;

  ErrorReply(String name, String message) {
    super(message);
    this.name = name;
  }

  /** Such as {@code org.freedesktop.DBus.Error.AccessDenied}. */
  public String name() {
    return name;
  }
}
