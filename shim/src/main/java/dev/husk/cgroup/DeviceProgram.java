package dev.husk.cgroup;

import dev.husk.oci.Resources;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Device rules as a program of type BPF_PROG_TYPE_CGROUP_DEVICE ({@code include/uapi/linux/bpf.h}):
 * 1 allows, 0 denies. The rules are tried from the last to the first; each way of access is decided
 * by the first of them that speaks of it, so that "read" of one rule and "write" of another allow
 * to open for both, as the lists of cgroup v1 did. What is left undecided is denied.
 */
final class DeviceProgram {
  /** Fields of {@code struct bpf_cgroup_dev_ctx}; the access is in the upper half of the first. */
  private static final short ACCESS_TYPE = 0;

  private static final short MAJOR = 4;
  private static final short MINOR = 8;
  private static final int ACCESS_SHIFT = 16;
  private static final int TYPE_MASK = 0xffff;

  static final int BLOCK = 1;
  static final int CHAR = 2;
  static final int MKNOD = 1;
  static final int READ = 2;
  static final int WRITE = 4;
  private static final int EVERY_ACCESS = MKNOD | READ | WRITE;

  /** MKDEV of the kernel has 12 and 20 bits; a rule for a larger number is for no device. */
  private static final long LARGEST_MAJOR = 0xfff;

  private static final long LARGEST_MINOR = 0xfffff;

  private static final int R0 = 0;
  private static final int CONTEXT = 1;
  private static final int UNDECIDED = 2;
  private static final int TYPE = 3;
  private static final int DEVICE_MAJOR = 4;
  private static final int DEVICE_MINOR = 5;

  static final int LOAD_WORD = 0x61;
  static final int MOVE = 0xb7;
  static final int MOVE_REGISTER = 0xbf;
  static final int AND = 0x57;
  static final int SHIFT_RIGHT = 0x77;
  static final int JUMP_IF_EQUAL = 0x15;
  static final int JUMP_IF_NOT_EQUAL = 0x55;
  static final int EXIT = 0x95;
  static final int SIZE = 8;

  /** The beginning and the end, and what a rule takes at most. */
  private static final int FRAME = 8;

  private static final int LONGEST_RULE = 8;

  private final ByteBuffer code;

  private DeviceProgram(int rules) {
    code =
        ByteBuffer.allocate((FRAME + LONGEST_RULE * rules) * SIZE).order(ByteOrder.nativeOrder());
  }

  /** The instructions for rules of which the last one that matches decides. */
  static byte[] of(List<Resources.DeviceRule> rules) {
    DeviceProgram program = new DeviceProgram(rules.size());
    program.begin();
    boolean open = true;
    for (int i = rules.size() - 1; i >= 0 && open; i--) {
      open = program.rule(rules.get(i));
    }
    if (open) {
      program.end(0);
    }
    byte[] bytes = new byte[program.code.position()];
    program.code.flip().get(bytes);
    return bytes;
  }

  private void begin() {
    add(LOAD_WORD, UNDECIDED, CONTEXT, ACCESS_TYPE, 0);
    add(LOAD_WORD, DEVICE_MAJOR, CONTEXT, MAJOR, 0);
    add(LOAD_WORD, DEVICE_MINOR, CONTEXT, MINOR, 0);
    add(MOVE_REGISTER, TYPE, UNDECIDED, 0, 0);
    add(AND, TYPE, 0, 0, TYPE_MASK);
    add(SHIFT_RIGHT, UNDECIDED, 0, 0, ACCESS_SHIFT);
  }

  /** False when nothing can come to what follows: the verifier takes no dead code. */
  private boolean rule(Resources.DeviceRule rule) {
    long major = DeviceAccess.major(rule);
    long minor = DeviceAccess.minor(rule);
    int access = access(DeviceAccess.access(rule));
    if (major > LARGEST_MAJOR || minor > LARGEST_MINOR) {
      return true;
    }
    String type = DeviceAccess.type(rule);
    boolean always = type.equals("a") && major < 0 && minor < 0;
    int verdict = access == EVERY_ACCESS ? 2 : rule.allow() ? 4 : 5;
    int left = (type.equals("a") ? 0 : 1) + (major < 0 ? 0 : 1) + (minor < 0 ? 0 : 1) + verdict;
    if (!type.equals("a")) {
      add(JUMP_IF_NOT_EQUAL, TYPE, 0, --left, type.equals("c") ? CHAR : BLOCK);
    }
    if (major >= 0) {
      add(JUMP_IF_NOT_EQUAL, DEVICE_MAJOR, 0, --left, (int) major);
    }
    if (minor >= 0) {
      add(JUMP_IF_NOT_EQUAL, DEVICE_MINOR, 0, --left, (int) minor);
    }
    if (access != EVERY_ACCESS && rule.allow()) {
      add(AND, UNDECIDED, 0, 0, EVERY_ACCESS & ~access);
      add(JUMP_IF_NOT_EQUAL, UNDECIDED, 0, 2, 0);
    } else if (access != EVERY_ACCESS) {
      add(MOVE_REGISTER, R0, UNDECIDED, 0, 0);
      add(AND, R0, 0, 0, access);
      add(JUMP_IF_EQUAL, R0, 0, 2, 0);
    }
    end(rule.allow() ? 1 : 0);
    return !always || access != EVERY_ACCESS;
  }

  private static int access(String letters) {
    int access = 0;
    for (int i = 0; i < letters.length(); i++) {
      access |=
          switch (letters.charAt(i)) {
            case 'r' -> READ;
            case 'w' -> WRITE;
            default -> MKNOD;
          };
    }
    return access;
  }

  private void end(int verdict) {
    add(MOVE, R0, 0, 0, verdict);
    add(EXIT, 0, 0, 0, 0);
  }

  private void add(int operation, int destination, int source, int offset, int immediate) {
    boolean little = code.order().equals(ByteOrder.LITTLE_ENDIAN);
    code.put((byte) operation);
    code.put((byte) (little ? destination | source << 4 : destination << 4 | source));
    code.putShort((short) offset);
    code.putInt(immediate);
  }
}
