package dev.husk.process;

import java.util.OptionalInt;

/**
 * How a process ended.
 *
 * @param code its exit status, or 128 + signal
 * @param signal the signal that killed it
 */
public record WaitStatus(int code, OptionalInt signal) {
  static WaitStatus exited(int code) {
    return new WaitStatus(code, OptionalInt.empty());
  }

  static WaitStatus signaled(int signal) {
    return new WaitStatus(128 + signal, OptionalInt.of(signal));
  }

  /** Decodes the status word of wait(2). */
  static WaitStatus ofWord(int word) {
    int signal = word & 0x7f;
    return signal == 0 ? exited((word >> 8) & 0xff) : signaled(signal);
  }
}
