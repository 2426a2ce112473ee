package dev.husk.inspect;

import static dev.husk.inspect.Finding.Section.CGROUPS;

import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.CgroupSurvey;
import dev.husk.cgroup.CgroupSurvey.Answer;
import dev.husk.cgroup.Evacuation;
import dev.husk.failure.Failure;
import dev.husk.sandbox.KnownSandbox;
import dev.husk.sandbox.StateFile;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The cgroup tree and what its cgroups have. */
final class CgroupChecks {
  private CgroupChecks() {}

  static List<Finding> look(CgroupSurvey survey, KnownSandbox.Listing known) {
    List<Finding> findings = new ArrayList<>();
    findings.add(mode(survey));
    if (survey.host().isEmpty()) {
      return findings;
    }
    CgroupHost host = survey.host().get();
    findings.add(delegated(survey, host));
    findings.add(place(host));
    findings.add(root(survey, host, known));
    findings.add(controllers(host));
    for (CgroupSurvey.Feature feature : survey.features()) {
      findings.add(feature(feature));
    }
    return findings;
  }

  private static Finding mode(CgroupSurvey survey) {
    if (survey.host().isEmpty()) {
      Failure failure = survey.refusal().orElseThrow();
      return Finding.failed(CGROUPS, "mode", failure, "no sandbox can be contained").asEssential();
    }
    CgroupHost host = survey.host().get();
    String where = "cgroup v2 at " + host.mountPoint();
    return host.mode() == CgroupHost.Mode.UNIFIED
        ? Finding.yes(CGROUPS, "mode", "unified: " + where, "containment, kill and limits")
            .asEssential()
        : Finding.limited(
                CGROUPS,
                "mode",
                "hybrid: " + where + ", cgroup v1 beside it",
                "containment and kill, but limits only of what v1 left to v2",
                "boot with systemd.unified_cgroup_hierarchy=1")
            .asEssential();
  }

  private static Finding delegated(CgroupSurvey survey, CgroupHost host) {
    Optional<Failure> refusal = survey.refusal();
    return (refusal.isPresent()
            ? Finding.failed(
                CGROUPS, "delegated", refusal.get(), "no sandbox can be made in this tree")
            : Finding.yes(
                CGROUPS,
                "delegated",
                "a cgroup could be made below " + host.mountPoint(),
                "sandboxes go to " + host.mountPoint().resolve("husk")))
        .asEssential();
  }

  private static Finding place(CgroupHost host) {
    return host.insideContainer()
        ? Finding.yes(
            CGROUPS,
            "place",
            "inside a container or cgroup namespace; own cgroup " + host.ownPath(),
            "the limits around it hold for all sandboxes together")
        : Finding.yes(
            CGROUPS,
            "place",
            "the kernel's root; own cgroup " + host.ownPath(),
            "nothing is above");
  }

  private static Finding root(CgroupSurvey survey, CgroupHost host, KnownSandbox.Listing known) {
    String last = lastEvacuation(known);
    if (survey.toEvacuate() > 0) {
      return Finding.limited(
          CGROUPS,
          "root-empty",
          host.mountPoint() + " holds " + survey.toEvacuate() + " processes" + last,
          "the first sandbox moves them into " + host.mountPoint().resolve("init"),
          "none is needed; to have it done before, start husk in a cgroup below (systemd:"
              + " DelegateSubgroup=)");
    }
    return Finding.yes(
        CGROUPS,
        "root-empty",
        (host.insideContainer()
                ? "controllers can be handed down"
                : "the kernel's root may hold" + " processes")
            + last,
        "nobody has to be moved");
  }

  /** That of the sandbox that was created last. */
  static String lastEvacuation(KnownSandbox.Listing known) {
    String last = "";
    Instant latest = Instant.MIN;
    for (KnownSandbox sandbox : known.sandboxes()) {
      Optional<Evacuation> evacuation = sandbox.state().flatMap(state -> state.evacuation());
      Instant created = created(sandbox);
      if (evacuation.isPresent() && !created.isBefore(latest)) {
        latest = created;
        last = "; sandbox " + sandbox.id() + " " + evacuation.get().message();
      }
    }
    return last;
  }

  /** The beginning of time where the state file does not say. */
  private static Instant created(KnownSandbox sandbox) {
    try {
      return Instant.parse(sandbox.state().map(StateFile::created).orElse(""));
    } catch (DateTimeParseException e) {
      return Instant.MIN;
    }
  }

  private static Finding controllers(CgroupHost host) {
    return host.controllers().isEmpty()
        ? Finding.no(
            CGROUPS,
            "controllers",
            "none at " + host.mountPoint(),
            "no limit can be put in force",
            "boot with systemd.unified_cgroup_hierarchy=1, or have them delegated")
        : Finding.yes(
            CGROUPS,
            "controllers",
            String.join(" ", host.controllers()),
            "these can limit sandboxes, and go on to cgroups made inside");
  }

  private static Finding feature(CgroupSurvey.Feature feature) {
    String name = feature.name();
    if (feature.answer() == Answer.YES) {
      return Finding.yes(CGROUPS, name, "there", effect(name, true));
    }
    if (feature.answer() == Answer.UNKNOWN) {
      return Finding.limited(
          CGROUPS, name, "not told: no cgroup here that would have it", effect(name, true), "");
    }
    return Finding.no(CGROUPS, name, "not there", effect(name, false), remedy(name));
  }

  private static String effect(String name, boolean there) {
    return switch (name) {
      case "cgroup.kill" ->
          there
              ? "the kernel kills a whole sandbox at once"
              : "sandboxes are frozen and killed process by process";
      case "cgroup.freeze" -> there ? "sandboxes can be paused" : "no sandbox can be paused";
      case "cgroup.max.descendants", "cgroup.max.depth" ->
          there
              ? "the cgroups made inside are bounded"
              : "the inside can fill the kernel with cgroups";
      case "cpu.pressure" ->
          there ? "pressure (PSI) is told per sandbox" : "no pressure (PSI) is told";
      case "memory.oom.group" ->
          there
              ? "a sandbox out of memory ends as a whole"
              : "a sandbox out of memory may lose single processes";
      case "nsdelegate" ->
          there
              ? "a sandbox cannot write limits at its own root"
              : "the limits are kept above the sandbox's root instead, out of its reach";
      default -> "";
    };
  }

  private static String remedy(String name) {
    return switch (name) {
      case "cgroup.kill" -> "Linux 5.14 has it";
      case "cgroup.freeze" -> "Linux 5.2 has it";
      case "cpu.pressure" -> "a kernel with CONFIG_PSI, booted with psi=1";
      case "memory.oom.group" -> "free the memory controller for cgroup v2, see the limit memory";
      case "nsdelegate" -> "none is needed; mount -o remount,nsdelegate on the cgroup2 mount";
      default -> "a newer kernel";
    };
  }
}
