package dev.husk.process;

import dev.husk.failure.HuskException;
import java.util.Optional;

/**
 * The shim's end of the socket to husk-init. The other end lives in the launcher, then in the
 * sandbox's first process until its program is executed; end of file means that nobody holds it.
 */
public final class ControlChannel implements AutoCloseable {

  /** The other end went away with a message unread. */
  private static final int ECONNRESET = 104;

  private static final byte[] GO = {InitMessage.GO};

  private final Fd own;
  private final Fd childEnd;
  private final byte[] buffer = new byte[InitMessage.MAX_SIZE];
  private final int[] sender = new int[1];

  private ControlChannel(Fd own, Fd childEnd) {
    this.own = own;
    this.childEnd = childEnd;
  }

  public static ControlChannel open() throws ErrnoException {
    int[] ends = new int[2];
    int result = Native.controlPair(ends);
    if (result < 0) {
      throw new ErrnoException("socketpair", "control channel", Errno.of(-result));
    }
    return new ControlChannel(Fd.own(ends[0]), Fd.own(ends[1]));
  }

  /** The end to hand to the child; to be closed here once the child has it. */
  public Fd childEnd() {
    return childEnd;
  }

  Fd own() {
    return own;
  }

  /**
   * A message with the pid of its sender, as the kernel vouches for it.
   *
   * @param message empty when nobody holds the other end any more
   * @param senderPid in the shim's pid namespace
   */
  public record Received(Optional<InitMessage> message, int senderPid) {}

  /** The next message; call when the channel is readable. */
  public Received receive() throws ErrnoException, HuskException {
    int count = Native.receive(own.number(), buffer, sender);
    if (count == 0 || count == -ECONNRESET) {
      return new Received(Optional.empty(), 0);
    }
    if (count < 0) {
      throw new ErrnoException("recvmsg", "control channel", Errno.of(-count));
    }
    return new Received(Optional.of(InitMessage.decode(buffer, count)), sender[0]);
  }

  /** Lets the other side go on. */
  public void go() throws ErrnoException {
    int result = Native.send(own.number(), GO);
    if (result < 0) {
      throw new ErrnoException("send", "control channel", Errno.of(-result));
    }
  }

  @Override
  public void close() {
    own.close();
    childEnd.close();
  }
}
