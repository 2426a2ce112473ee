package dev.husk.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs the few instructions that device programs are made of, and takes no other. */
final class DeviceMachine {
  private static final int MOST_STEPS = 100_000;

  private DeviceMachine() {}

  /** The program's answer: 1 allows. */
  static long run(byte[] program, int type, int access, int major, int minor) {
    ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
    int[] context = {type | access << 16, major, minor};
    long[] registers = new long[11];
    boolean[] known = new boolean[11];
    known[1] = true;
    int at = 0;
    for (int step = 0; step < MOST_STEPS; step++) {
      int operation = code.get(at * 8) & 0xff;
      int destination = code.get(at * 8 + 1) & 0xf;
      int source = (code.get(at * 8 + 1) >> 4) & 0xf;
      int offset = code.getShort(at * 8 + 2);
      int immediate = code.getInt(at * 8 + 4);
      at++;
      switch (operation) {
        case DeviceProgram.LOAD_WORD -> registers[destination] = word(context, source, offset);
        case DeviceProgram.MOVE -> registers[destination] = immediate;
        case DeviceProgram.MOVE_REGISTER -> {
          require(known[source], "reads register " + source + " before it is set");
          registers[destination] = registers[source];
        }
        case DeviceProgram.AND -> registers[destination] &= immediate;
        case DeviceProgram.SHIFT_RIGHT -> registers[destination] >>>= immediate;
        case DeviceProgram.JUMP_IF_EQUAL -> at += registers[destination] == immediate ? offset : 0;
        case DeviceProgram.JUMP_IF_NOT_EQUAL ->
            at += registers[destination] != immediate ? offset : 0;
        case DeviceProgram.EXIT -> {
          require(known[0], "ends without an answer");
          return registers[0];
        }
        default -> throw new AssertionError("operation " + operation);
      }
      require(offset >= 0, "jumps back");
      known[destination] = true;
    }
    throw new AssertionError("the program does not end");
  }

  private static long word(int[] context, int source, int offset) {
    require(source == 1 && offset % 4 == 0, "reads elsewhere than in the context");
    return context[offset / 4] & 0xffff_ffffL;
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError("the program " + what);
    }
  }
}
