package dev.husk.process;

import dev.husk.failure.HuskException;
import java.util.List;

/**
 * What {@code husk-init launch} does between its birth and executing bwrap.
 *
 * @param namespaces CLONE_NEW* bits to unshare; {@link #NEWNS} must be among them, others than the
 *     constants here are refused (the cgroup namespace is there before, see {@link
 *     CgroupNamespace})
 * @param userNamespace begin with a user namespace of its own, whose maps the shim writes, and make
 *     the cgroup namespace in it
 * @param loopback bring the interface lo up; needs {@link #NEWNET}
 * @param operations carried out in this order after the shim's go
 * @param bwrap absolute path of the program
 * @param bwrapArgs its arguments after argv[0]
 */
public record LaunchPlan(
    int namespaces,
    boolean userNamespace,
    boolean loopback,
    List<StageOp> operations,
    String bwrap,
    List<String> bwrapArgs) {

  public static final int NEWNS = 0x00020000;
  public static final int NEWUTS = 0x04000000;
  public static final int NEWIPC = 0x08000000;
  public static final int NEWNET = 0x40000000;

  private static final String MAGIC = "HSKP";
  private static final int ALLOWED = NEWNS | NEWUTS | NEWIPC | NEWNET;
  private static final int LOOPBACK = 1;
  private static final int USER_NAMESPACE = 2;
  private static final int MAX_OPERATIONS = 4096;
  private static final int MAX_MODE = 07777;
  private static final int MKDIR = 1;
  private static final int TOUCH = 2;
  private static final int SYMLINK = 3;
  private static final int MOUNT = 4;

  public LaunchPlan {
    operations = List.copyOf(operations);
    bwrapArgs = List.copyOf(bwrapArgs);
    if ((namespaces & NEWNS) == 0 || (namespaces & ~ALLOWED) != 0) {
      throw new IllegalArgumentException("namespaces 0x" + Integer.toHexString(namespaces));
    }
    if (loopback && (namespaces & NEWNET) == 0) {
      throw new IllegalArgumentException("lo of the host is not ours to bring up");
    }
    if (!bwrap.startsWith("/")) {
      throw new IllegalArgumentException("the path of bwrap is not absolute: " + bwrap);
    }
  }

  /**
   * The bytes for descriptor 6.
   *
   * @throws HuskException {@link WireFailure.Unencodable} naming the operation by its label
   */
  public byte[] encode() throws HuskException {
    WireWriter out = new WireWriter(MAGIC);
    out.u32((loopback ? LOOPBACK : 0) | (userNamespace ? USER_NAMESPACE : 0));
    out.u32(namespaces);
    out.string(bwrap, "path of bwrap");
    out.strings(bwrapArgs, "arguments of bwrap");
    out.count(operations.size(), MAX_OPERATIONS, "staging operations");
    for (StageOp operation : operations) {
      encode(operation, out);
    }
    return out.finish();
  }

  private static void encode(StageOp operation, WireWriter out) throws HuskException {
    String label = operation.label();
    if (!operation.path().startsWith("/")) {
      throw new HuskException(
          new WireFailure.Unencodable(label, "'" + operation.path() + "' is not an absolute path"));
    }
    // No switch over patterns: it would be linked at run time, before the payload starts.
    if (operation instanceof StageOp.Mkdir mkdir) {
      mode(MKDIR, label, mkdir.path(), mkdir.mode(), out);
    } else if (operation instanceof StageOp.Touch touch) {
      mode(TOUCH, label, touch.path(), touch.mode(), out);
    } else if (operation instanceof StageOp.Symlink symlink) {
      begin(SYMLINK, label, out);
      out.string(symlink.target(), label);
      out.string(symlink.path(), label);
    } else {
      StageOp.Mount mount = (StageOp.Mount) operation;
      begin(MOUNT, label, out);
      out.string(mount.source(), label);
      out.string(mount.path(), label);
      out.string(mount.type(), label);
      out.u64(mount.flags());
      out.string(mount.data(), label);
    }
  }

  private static void begin(int kind, String label, WireWriter out) throws HuskException {
    out.u32(kind);
    out.string(label, "label of a staging operation");
  }

  private static void mode(int kind, String label, String path, int mode, WireWriter out)
      throws HuskException {
    if (mode < 0 || mode > MAX_MODE) {
      throw new HuskException(
          new WireFailure.Unencodable(label, "mode 0" + Integer.toOctalString(mode)));
    }
    begin(kind, label, out);
    out.string(path, label);
    out.u32(mode);
  }
}
