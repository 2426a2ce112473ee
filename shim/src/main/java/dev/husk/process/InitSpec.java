package dev.husk.process;

import dev.husk.failure.HuskException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code husk-init init} makes of itself before it executes the payload. All of it is applied
 * or the start fails with {@link InitMessage.Failed}; capabilities that the running kernel does not
 * know are to be taken out beforehand.
 *
 * @param uid from 0 to 2^32-2, as are {@code gid} and {@code groups}
 * @param keepGroups supplementary groups stay as they are; {@code groups} is empty then
 * @param umask empty: the one that the shim runs with
 * @param forbidden what seccomp filters keep the payload from; wants {@code noNewPrivileges}
 * @param cwd absolute, inside the sandbox; made if missing
 * @param args the program, looked up as by execvp(3) in the {@code PATH} of {@code env}, and its
 *     arguments; at least one
 * @param env {@code NAME=value}
 * @param hide absolute path of a mount that is detached, and whose mount point is unlinked, before
 *     ready; empty: none
 */
public record InitSpec(
    long uid,
    long gid,
    List<Long> groups,
    boolean keepGroups,
    OptionalInt umask,
    CapabilitySets capabilities,
    boolean noNewPrivileges,
    Forbidden forbidden,
    List<Rlimit> rlimits,
    String cwd,
    List<String> args,
    List<String> env,
    Optional<String> hide) {

  private static final String MAGIC = "HSKS";
  private static final int NO_NEW_PRIVILEGES = 1;
  private static final int UMASK = 2;
  private static final int NO_USER_NAMESPACES = 4;
  private static final int NO_KEYS = 8;
  private static final int KEEP_GROUPS = 16;
  private static final int MAX_GROUPS = 65536;
  private static final int MAX_UMASK = 0777;

  /** All bits set means "unchanged" to setresuid(2): never an id. */
  private static final long MAX_ID = 0xfffffffeL;

  /**
   * What the payload may not do.
   *
   * @param userNamespaces making new ones
   * @param keys the kernel's keys: {@code keyctl}, {@code add_key}, {@code request_key}
   */
  public record Forbidden(boolean userNamespaces, boolean keys) {}

  public InitSpec {
    groups = List.copyOf(groups);
    rlimits = List.copyOf(rlimits);
    args = List.copyOf(args);
    env = List.copyOf(env);
  }

  /**
   * The bytes for descriptor 4.
   *
   * @throws HuskException {@link WireFailure.Unencodable} naming the property of {@code
   *     config.json} whose value husk-init would not accept
   */
  public byte[] encode() throws HuskException {
    WireWriter out = new WireWriter(MAGIC);
    out.u32(
        (noNewPrivileges ? NO_NEW_PRIVILEGES : 0)
            | (umask.isPresent() ? UMASK : 0)
            | (forbidden.userNamespaces() ? NO_USER_NAMESPACES : 0)
            | (forbidden.keys() ? NO_KEYS : 0)
            | (keepGroups ? KEEP_GROUPS : 0));
    out.u32(id(uid, "/process/user/uid"));
    out.u32(id(gid, "/process/user/gid"));
    out.u32(checkedUmask());
    out.u64(capabilities.effective());
    out.u64(capabilities.permitted());
    out.u64(capabilities.inheritable());
    out.u64(capabilities.bounding());
    out.u64(capabilities.ambient());
    out.count(groups.size(), MAX_GROUPS, "/process/user/additionalGids");
    for (int i = 0; i < groups.size(); i++) {
      out.u32(id(groups.get(i), "/process/user/additionalGids/" + i));
    }
    out.count(rlimits.size(), Rlimit.RESOURCES, "/process/rlimits");
    for (Rlimit limit : rlimits) {
      out.u32(limit.resource());
      out.u64(limit.soft());
      out.u64(limit.hard());
    }
    out.string(absolute(cwd, "/process/cwd"), "/process/cwd");
    out.string(hide.isPresent() ? absolute(hide.get(), "hide") : "", "hide");
    if (args.isEmpty()) {
      throw unencodable("/process/args", "is empty: there is no program to run");
    }
    out.strings(args, "/process/args");
    out.strings(env, "/process/env");
    return out.finish();
  }

  private static long id(long value, String where) throws HuskException {
    if (value < 0 || value > MAX_ID) {
      throw unencodable(where, value + " is no id: those run from 0 to " + MAX_ID);
    }
    return value;
  }

  private int checkedUmask() throws HuskException {
    int value = umask.orElse(0);
    if (value < 0 || value > MAX_UMASK) {
      throw unencodable("/process/user/umask", value + " is no umask: those run from 0 to 0777");
    }
    return value;
  }

  private static String absolute(String path, String where) throws HuskException {
    if (!path.startsWith("/")) {
      throw unencodable(where, "'" + path + "' is not an absolute path");
    }
    return path;
  }

  private static HuskException unencodable(String where, String why) {
    return new HuskException(new WireFailure.Unencodable(where, why));
  }
}
