package dev.husk.oci;

import java.util.List;
import java.util.Optional;

/** The section {@code process}: {@code config.md#process}. */
final class ProcessDecoder {
  /** What a window size can hold: {@code struct winsize} has 16 bits. */
  private static final int LARGEST_CONSOLE = 0xffff;

  private static final int LARGEST_UMASK = 07777;

  private ProcessDecoder() {}

  static ProcessSpec decode(Fields process) {
    boolean terminal = process.flag("terminal");
    String cwd = process.requiredString("cwd");
    Rules.absolute(process, "cwd", cwd);
    return new ProcessSpec(
        terminal,
        terminal ? consoleSize(process) : Optional.empty(),
        cwd,
        Rules.env(process),
        args(process),
        RlimitDecoder.decode(process),
        process.string("apparmorProfile"),
        capabilities(process),
        process.bool("noNewPrivileges"),
        process.smallInteger("oomScoreAdj", -1000, 1000),
        SchedulingDecoder.scheduler(process),
        process.string("selinuxLabel"),
        SchedulingDecoder.ioPriority(process),
        SchedulingDecoder.execAffinity(process),
        user(process.object("user")));
  }

  private static Optional<ProcessSpec.ConsoleSize> consoleSize(Fields process) {
    if (!process.has("consoleSize")) {
      return Optional.empty();
    }
    Fields size = process.object("consoleSize");
    return Optional.of(
        new ProcessSpec.ConsoleSize(
            size.requiredInteger("height", 0, LARGEST_CONSOLE),
            size.requiredInteger("width", 0, LARGEST_CONSOLE)));
  }

  private static List<String> args(Fields process) {
    List<String> args = process.strings("args");
    if (!process.has("args")) {
      process.offend("args", "is required");
    } else if (args.isEmpty()) {
      process.offend("args", "must name a program to execute");
    } else if (args.getFirst().isEmpty()) {
      process.offend("args", 0, "must name a program to execute");
    }
    return args;
  }

  private static Optional<ProcessSpec.Capabilities> capabilities(Fields process) {
    if (!process.has("capabilities")) {
      return Optional.empty();
    }
    Fields sets = process.object("capabilities");
    return Optional.of(
        new ProcessSpec.Capabilities(
            capabilitySet(sets, "effective"),
            capabilitySet(sets, "bounding"),
            capabilitySet(sets, "inheritable"),
            capabilitySet(sets, "permitted"),
            capabilitySet(sets, "ambient")));
  }

  /** Names that no kernel knows yet are no error (spec 1.1), only what cannot be a name is. */
  private static List<String> capabilitySet(Fields sets, String member) {
    List<String> names = sets.strings(member);
    for (int i = 0; i < names.size(); i++) {
      if (!isCapability(names.get(i))) {
        sets.offend(member, i, "must read like CAP_CHOWN, is " + Quote.of(names.get(i)));
      }
    }
    return names;
  }

  private static boolean isCapability(String name) {
    if (!name.startsWith("CAP_") || name.length() == 4) {
      return false;
    }
    for (int i = 4; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '_' && (c < 'A' || c > 'Z') && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  /** An absent user is root, as the spec's own Go types read it. */
  private static ProcessSpec.User user(Fields user) {
    return new ProcessSpec.User(
        user.requiredInteger("uid", 0, Rules.LARGEST_ID),
        user.requiredInteger("gid", 0, Rules.LARGEST_ID),
        user.smallInteger("umask", 0, LARGEST_UMASK),
        user.integers("additionalGids", 0, Rules.LARGEST_ID));
  }
}
