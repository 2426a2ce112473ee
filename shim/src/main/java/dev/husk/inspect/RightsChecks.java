package dev.husk.inspect;

import static dev.husk.inspect.Finding.Section.RIGHTS;

import dev.husk.bwrap.CapabilityPlan;
import dev.husk.process.ErrnoException;
import dev.husk.process.OwnRights;
import dev.husk.process.ProcFs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What husk itself may do. */
final class RightsChecks {
  private static final long FEW_FILES = 256;

  private RightsChecks() {}

  static List<Finding> look() {
    OwnRights rights;
    try {
      rights = OwnRights.look();
    } catch (ErrnoException e) {
      return List.of(
          Finding.no(
                  RIGHTS,
                  "proc",
                  e.operation() + " " + e.path() + ": " + e.errno(),
                  "no sandbox can be run: husk verifies everything there",
                  "mount proc at /proc")
              .asEssential());
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(proc());
    findings.add(user(rights));
    findings.add(capabilities(rights));
    findings.add(resource(rights));
    findings.add(files());
    findings.add(limit("processes", "Max processes", "RLIMIT_NPROC; root is exempt from it"));
    findings.add(
        limit("locked-memory", "Max locked memory", "older kernels count BPF programs in it"));
    return findings;
  }

  private static Finding proc() {
    return (ProcFs.showsOwnNamespace()
            ? Finding.yes(
                RIGHTS, "proc", "/proc shows this pid namespace", "what was done can be verified")
            : Finding.no(
                RIGHTS,
                "proc",
                "/proc shows another pid namespace than husk's own",
                "no sandbox can be run: pids there mean other processes",
                "mount proc anew in this pid namespace (unshare --mount-proc)"))
        .asEssential();
  }

  private static Finding user(OwnRights rights) {
    String who = "uid " + Integer.toUnsignedString(rights.uid());
    if (rights.uid() != 0) {
      return Finding.no(RIGHTS, "root", who, "no sandbox can be run", "run husk as root")
          .asEssential();
    }
    return (rights.initialUserNamespace()
            ? Finding.yes(RIGHTS, "root", who, "sandboxes can be made")
            : Finding.limited(
                RIGHTS,
                "root",
                who + " of a user namespace",
                "ids that are not mapped there cannot be used, nor mounted with (devpts with gid=5)",
                "map the ids that configs use, or start husk outside of the user namespace"))
        .asEssential();
  }

  private static Finding capabilities(OwnRights rights) {
    List<String> missing = CapabilityPlan.missing(rights.capabilities() & rights.bounding());
    return (missing.isEmpty()
            ? Finding.yes(
                RIGHTS,
                "capabilities",
                Long.bitCount(rights.capabilities()) + " effective, all that husk needs",
                "a config can grant a payload these and no others")
            : Finding.no(
                RIGHTS,
                "capabilities",
                "missing " + String.join(", ", missing),
                "no sandbox can be run",
                "run husk as root with these capabilities in its bounding set"))
        .asEssential();
  }

  private static Finding resource(OwnRights rights) {
    return rights.has("CAP_SYS_RESOURCE")
        ? Finding.yes(RIGHTS, "CAP_SYS_RESOURCE", "there", "rlimits and oom_score_adj of any value")
        : Finding.no(
            RIGHTS,
            "CAP_SYS_RESOURCE",
            "missing",
            "a config that raises an rlimit beyond husk's own, or lowers oom_score_adj, is refused",
            "give husk CAP_SYS_RESOURCE");
  }

  private static Finding files() {
    Optional<String> soft = OwnRights.softLimit("Max open files");
    String found = soft.map(value -> "RLIMIT_NOFILE " + value).orElse("not told");
    boolean few;
    try {
      few = soft.isPresent() && Long.parseLong(soft.get()) < FEW_FILES;
    } catch (NumberFormatException e) {
      few = false; // unlimited
    }
    return few
        ? Finding.limited(
            RIGHTS,
            "open-files",
            found,
            "few connections to a shim, and little for a payload, which inherits it",
            "ulimit -n 1024 before husk starts")
        : Finding.yes(
            RIGHTS, "open-files", found, "a payload inherits it unless its config sets it");
  }

  private static Finding limit(String name, String line, String effect) {
    return Finding.yes(RIGHTS, name, OwnRights.softLimit(line).orElse("not told"), effect);
  }
}
