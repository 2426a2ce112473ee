package dev.husk.process;

import java.time.Duration;

/** Waiting for the first of several things, bounded. */
public final class Ready {

  private Ready() {}

  /** The next message of the channel, or the end of the process, or neither in time. */
  public enum First {
    MESSAGE,
    ENDED,
    TIMEOUT
  }

  /** What comes first; a message that is already there wins over an end. */
  public static First messageOrEnd(ControlChannel channel, Pidfd process, Duration timeout) {
    int[] events = {Native.POLLIN, Native.POLLIN};
    int count =
        Native.poll(
            new int[] {channel.own().number(), process.number()}, events, (int) timeout.toMillis());
    if (count <= 0) {
      return First.TIMEOUT;
    }
    return events[0] != 0 ? First.MESSAGE : First.ENDED;
  }
}
