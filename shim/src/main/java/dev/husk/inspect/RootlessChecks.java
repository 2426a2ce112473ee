package dev.husk.inspect;

import static dev.husk.inspect.Finding.Section.CGROUPS;
import static dev.husk.inspect.Finding.Section.KERNEL;
import static dev.husk.inspect.Finding.Section.LIMITS;
import static dev.husk.inspect.Finding.Section.RIGHTS;

import dev.husk.process.IdMaps;
import dev.husk.process.OwnUser;
import dev.husk.process.SubordinateIds;
import dev.husk.process.UserNamespaces;
import dev.husk.sandbox.ScopeProbe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an unprivileged user needs, in the place of what root needs. */
final class RootlessChecks {
  private static final String DROP_IN =
      "Delegate=cpu cpuset io memory pids in /etc/systemd/system/user@.service.d/delegate.conf";

  private RootlessChecks() {}

  /**
   * Looks, and replaces lines of root's.
   *
   * @param findings of a look as root
   */
  static List<Finding> instead(List<Finding> findings, Path huskInit) {
    ScopeProbe probe = ScopeProbe.look(huskInit);
    List<Finding> mine = new ArrayList<>();
    for (Finding finding : findings) {
      mine.add(
          switch (finding.section().name() + "." + finding.name()) {
            case "CGROUPS.delegated" -> delegated(probe);
            case "CGROUPS.controllers" ->
                probe.refusal().isPresent() ? finding : controllers(probe);
            case "KERNEL.user-namespaces" -> userNamespaces(UserNamespaces.look());
            case "RIGHTS.root" -> user();
            case "RIGHTS.capabilities" -> ids();
            default -> finding.section() == LIMITS ? limit(finding, probe) : finding;
          });
    }
    mine.add(runtimeDirectory());
    return mine;
  }

  private static Finding runtimeDirectory() {
    Optional<Path> directory = OwnUser.runtimeDirectory();
    return directory.isPresent()
        ? Finding.yes(
            RIGHTS,
            "runtime-directory",
            directory.get() + " is this user's",
            "state and sockets of sandboxes are there")
        : Finding.no(
            RIGHTS,
            "runtime-directory",
            "XDG_RUNTIME_DIR names none, and there is no /run/user/" + OwnUser.uid(),
            "there is no place for the state of sandboxes but by --root",
            "log in by a session (PAM module pam_systemd), or, as root, loginctl enable-linger USER");
  }

  private static Finding delegated(ScopeProbe probe) {
    return (probe.refusal().isPresent()
            ? Finding.failed(
                CGROUPS, "delegated", probe.refusal().get(), "there is no place for a sandbox")
            : Finding.yes(
                CGROUPS,
                "delegated",
                "the user's manager made " + probe.scope(),
                "each sandbox gets a scope there"))
        .asEssential();
  }

  private static Finding controllers(ScopeProbe probe) {
    return probe.controllers().isEmpty()
        ? Finding.no(
            CGROUPS,
            "controllers",
            "none is delegated to users' managers",
            "no limit can be put in force",
            DROP_IN)
        : Finding.yes(
            CGROUPS,
            "controllers",
            String.join(" ", probe.controllers()) + " are delegated to users' managers",
            "these can limit sandboxes, and go on to cgroups made inside");
  }

  private static Finding userNamespaces(UserNamespaces spaces) {
    String effect = "every sandbox of an unprivileged user is in one";
    return (switch (spaces.answer()) {
          case YES -> Finding.yes(KERNEL, "user-namespaces", spaces.found(), effect);
          case LIMITED ->
              Finding.limited(KERNEL, "user-namespaces", spaces.found(), effect, spaces.remedy());
          case NO ->
              Finding.no(
                  KERNEL,
                  "user-namespaces",
                  spaces.found(),
                  "no sandbox can be run",
                  spaces.remedy());
        })
        .asEssential();
  }

  private static Finding user() {
    return Finding.yes(
        RIGHTS,
        "user",
        "uid " + OwnUser.uid() + ", unprivileged",
        "root of a sandbox is this user; its capabilities are of no use outside");
  }

  private static Finding ids() {
    long uid = OwnUser.uid();
    Optional<IdMaps> all = SubordinateIds.all(uid, OwnUser.gid());
    if (all.isEmpty()) {
      return Finding.limited(
          RIGHTS,
          "ids",
          "this user's own only",
          "a payload runs as root of its sandbox, with no other user or group",
          SubordinateIds.obstacle(uid));
    }
    long count = 0;
    for (var map : all.get().uids()) {
      count += map.size();
    }
    return Finding.yes(
        RIGHTS,
        "ids",
        count + " user ids by /etc/subuid, newuidmap and newgidmap",
        "payloads can run as other users than root of their sandbox");
  }

  private static Finding limit(Finding finding, ScopeProbe probe) {
    String controller = controller(finding.found());
    boolean there = controller.isEmpty() || probe.controllers().contains(controller);
    if (finding.verdict() == Finding.Verdict.NO || there || probe.refusal().isPresent()) {
      return finding;
    }
    return Finding.no(
        LIMITS,
        finding.name(),
        "controller " + controller + " is not delegated to users' managers",
        "a config that sets it is refused, or runs without it under --cgroup-limits=best-effort",
        DROP_IN + ", then systemctl daemon-reload and a restart of this user's manager");
  }

  /** The second word of {@code controller memory, memory.max}. */
  private static String controller(String found) {
    String[] words = found.split("[ ,:]+", -1);
    return words.length > 1 && words[0].equals("controller") ? words[1] : "";
  }
}
