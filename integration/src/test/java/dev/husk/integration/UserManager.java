package dev.husk.integration;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The lab's unprivileged user, and the service manager of that user. */
final class UserManager {
  static final String NAME = "husk";

  private UserManager() {}

  static boolean exists() throws Exception {
    return Systemd.runs()
        && Programs.run(Map.of(), List.of("id", "-u", NAME)).status() == 0
        && Programs.find("setpriv").isPresent();
  }

  static String uid() throws Exception {
    return Programs.output("id", "-u", NAME).strip();
  }

  /** Starts it and lets it have used all that it makes at the first use. */
  static void start() throws Exception {
    Programs.output("loginctl", "enable-linger", NAME);
    Programs.output("systemctl", "start", "user@" + uid() + ".service");
    output("systemd-run", "--user", "--scope", "--quiet", "true");
    output("busctl", "--user", "status");
  }

  static Path runtimeDirectory() throws Exception {
    return Path.of("/run/user", uid());
  }

  /** Where its scopes are in the tree. */
  static String appSlice() throws Exception {
    return "/user.slice/user-" + uid() + ".slice/user@" + uid() + ".service/app.slice";
  }

  /**
   * What makes a command one of that user; it stays in the caller's cgroup, which is root's, as
   * that of a login session is.
   */
  static List<String> prefix() throws Exception {
    return as(NAME, runtimeDirectory());
  }

  /** The same as arguments of strace run by root. */
  static List<String> underStrace() throws Exception {
    return List.of("-u", NAME, "env", "XDG_RUNTIME_DIR=" + runtimeDirectory(), "USER=" + NAME);
  }

  /**
   * The same for another user, or with another runtime directory; it executes, and does not fork.
   */
  static List<String> as(String user, Path runtimeDirectory) throws Exception {
    return List.of(
        "setpriv",
        "--reuid=" + Programs.output("id", "-u", user).strip(),
        "--regid=" + Programs.output("id", "-g", user).strip(),
        "--init-groups",
        "env",
        "XDG_RUNTIME_DIR=" + runtimeDirectory,
        "USER=" + user);
  }

  /** The same from a scope beside the user's manager, as logind makes one for a login. */
  static List<String> fromSession(String scope) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "systemd-run",
                "--scope",
                "--quiet",
                "--slice=user-" + uid() + ".slice",
                "--unit=" + scope));
    command.addAll(prefix());
    return command;
  }

  static Outcome run(String... command) throws Exception {
    List<String> all = new ArrayList<>(prefix());
    all.addAll(List.of(command));
    return Programs.run(Map.of(), all);
  }

  static String output(String... command) throws Exception {
    Outcome outcome = run(command);
    if (outcome.status() != 0) {
      throw new AssertionError(outcome.toString());
    }
    return outcome.output();
  }

  static Map<String, String> show(String unit, String... properties) throws Exception {
    Map<String, String> values = new TreeMap<>();
    for (String line :
        output("systemctl", "--user", "show", unit, "--property=" + String.join(",", properties))
            .lines()
            .toList()) {
      int equals = line.indexOf('=');
      values.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return values;
  }

  static List<String> units() throws Exception {
    return output("systemctl", "--user", "list-units", "--all", "--plain", "--no-legend", "husk-*")
        .lines()
        .map(line -> line.strip().split("\\s+", 2)[0])
        .toList();
  }

  static void awaitNoUnit() throws Exception {
    Eventually.is(Programs.BOUND, () -> units().isEmpty(), () -> "no unit husk-* of the user");
  }

  /** Ids that have a state directory. */
  static List<String> states() throws Exception {
    Path root = runtimeDirectory().resolve("husk");
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .toList();
    }
  }

  /** A shim of that user, as {@link Shim#serve}. */
  static Shim serve(Bundle bundle, String... options) throws Exception {
    String id = RealSandboxes.freshId();
    List<String> arguments =
        new ArrayList<>(List.of("serve", "--id", id, "--bundle", bundle.toString()));
    arguments.addAll(List.of(options));
    Husk husk = Husk.start(Map.of(), prefix(), arguments);
    try {
      husk.awaitOutput("\"ready\":true");
      return new Shim(
          id, husk, new Client(runtimeDirectory().resolve("husk/" + id + "/shim.sock")));
    } catch (Exception | AssertionError e) {
      husk.close();
      throw e;
    }
  }

  /** The line of that name of {@code /proc/PID/status}. */
  static Optional<String> status(long pid, String name) throws Exception {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip().replace('\t', ' '))
        .findFirst();
  }
}
