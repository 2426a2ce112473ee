package dev.husk.dbus;

import java.io.IOException;

/** What the bus sent is no D-Bus. */
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  ProtocolException(String what) {
    super(what);
  }

  ProtocolException(String what, Throwable cause) {
    super(what, cause);
  }
}
