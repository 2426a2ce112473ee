package dev.husk.process;

import dev.husk.failure.HuskException;
import java.nio.charset.StandardCharsets;

/** A message of husk-init on the control socket. */
public sealed interface InitMessage {
  /** No message is longer, in bytes. */
  int MAX_SIZE = 4096;

  /**
   * What the shim answers to {@link InUserNamespace}, {@link Settled} and {@link Ready}; anything
   * else ends husk-init.
   */
  byte GO = 'G';

  /** What the shim writes into the deadman's pipe to be rid of it. */
  byte DISARM = 'D';

  // Steps of launch.
  String PLAN = "plan";
  String USERNS = "userns";
  String UNSHARE = "unshare";
  String PROPAGATION = "propagation";
  String SETNS = "setns";
  String LOOPBACK = "loopback";
  String MOUNT = "mount";
  String BWRAP = "bwrap";

  // Steps of launch and of init.
  String DESCRIPTORS = "descriptors";

  // Steps of init before ready.
  String SPEC = "spec";
  String EXECUTABLE = "executable";
  String HIDE = "hide";

  // Of init before ready, and after the start if only the payload's user may enter it.
  String CWD = "cwd";

  // Steps of init after the start.
  String RLIMITS = "rlimits";
  String CAPABILITIES = "capabilities";
  String GROUPS = "groups";
  String GID = "gid";
  String UID = "uid";
  String KEYRING = "keyring";
  String NO_NEW_PRIVS = "no_new_privs";
  String EXEC = "exec";

  /** launch is in a user namespace, whose maps are not written yet. */
  record InUserNamespace() implements InitMessage {}

  /** launch is in its namespaces. */
  record Settled() implements InitMessage {}

  /** init can start the payload. */
  record Ready() implements InitMessage {}

  /**
   * husk-init has ended without running anything.
   *
   * @param step one of the constants of {@link InitMessage}
   * @param detail on what, in words: a path, a capability, the label of a staging operation
   */
  record Failed(String step, Errno errno, String detail) implements InitMessage {}

  /**
   * One packet.
   *
   * @throws HuskException {@link WireFailure.Malformed}
   */
  static InitMessage decode(byte[] packet, int length) throws HuskException {
    if (length < 1 || length > packet.length || length > MAX_SIZE) {
      throw malformed("a length of " + length);
    }
    return switch (packet[0]) {
      case 'U' -> single(length, new InUserNamespace());
      case 'S' -> single(length, new Settled());
      case 'R' -> single(length, new Ready());
      case 'E' -> failed(packet, length);
      default -> throw malformed("a kind of " + packet[0]);
    };
  }

  private static InitMessage single(int length, InitMessage message) throws HuskException {
    if (length != 1) {
      throw malformed("a length of " + length + " where one byte is all");
    }
    return message;
  }

  private static InitMessage failed(byte[] packet, int length) throws HuskException {
    int stepStart = 1 + Integer.BYTES;
    int stepEnd = indexOfNul(packet, stepStart, length);
    int detailEnd = indexOfNul(packet, stepEnd + 1, length);
    if (detailEnd != length - 1) {
      throw malformed("bytes after its end");
    }
    int errno = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      errno |= (packet[1 + i] & 0xff) << (Byte.SIZE * i);
    }
    return new Failed(
        text(packet, stepStart, stepEnd), Errno.of(errno), text(packet, stepEnd + 1, detailEnd));
  }

  private static String text(byte[] packet, int start, int end) {
    return new String(packet, start, end - start, StandardCharsets.UTF_8);
  }

  private static int indexOfNul(byte[] packet, int start, int length) throws HuskException {
    for (int i = start; i < length; i++) {
      if (packet[i] == 0) {
        return i;
      }
    }
    throw malformed("no end of a text");
  }

  private static HuskException malformed(String what) {
    return new HuskException(new WireFailure.Malformed("the message has " + what));
  }
}
