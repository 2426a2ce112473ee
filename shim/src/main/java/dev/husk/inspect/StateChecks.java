package dev.husk.inspect;

import static dev.husk.inspect.Finding.Section.STATE;

import dev.husk.cgroup.CgroupFs;
import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.CgroupSurvey;
import dev.husk.cgroup.SandboxCgroups;
import dev.husk.process.ErrnoException;
import dev.husk.process.MountInfo;
import dev.husk.process.SysFiles;
import dev.husk.sandbox.KnownSandbox;
import dev.husk.sandbox.StateFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The state directories and what dead shims have left. */
final class StateChecks {
  /** A state directory takes a few KiB. */
  private static final long LITTLE_SPACE = 1 << 20;

  private static final int NAMED = 5;

  private StateChecks() {}

  static List<Finding> look(
      CgroupFs fs, CgroupSurvey survey, Path root, KnownSandbox.Listing known) {
    List<Finding> findings = new ArrayList<>();
    findings.add(place(root));
    if (known.problem().isPresent()) {
      findings.add(
          Finding.limited(
              STATE,
              "sandboxes",
              known.problem().get(),
              "sandboxes and leftovers there are not seen",
              "look as the user that owns " + root));
      return findings;
    }
    findings.add(sandboxes(root, known));
    findings.add(abandoned(fs, survey.host(), known));
    if (survey.host().isPresent()) {
      findings.add(orphans(fs, survey.host().get(), root, known));
    }
    return findings;
  }

  private static Finding place(Path root) {
    Path there = root;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    long free = there.toFile().getUsableSpace();
    String found =
        root
            + (there.equals(root) ? "" : " (to be made below " + there + ")")
            + ", "
            + fileSystem(there)
            + ", "
            + Sizes.bytes(free)
            + " free";
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      return Finding.no(
              STATE,
              "directory",
              found + ", " + (Files.isDirectory(there) ? "not writable" : "no directory"),
              "no sandbox can be run",
              "make it writable for husk, or choose another with --root")
          .asEssential();
    }
    return (free < LITTLE_SPACE
            ? Finding.limited(
                STATE, "directory", found, "a create may fail", "free space there, or use --root")
            : Finding.yes(STATE, "directory", found, "state files and sockets go there"))
        .asEssential();
  }

  private static String fileSystem(Path place) {
    String type = "file system not told";
    Path longest = Path.of("/");
    try {
      for (MountInfo.Entry mount :
          MountInfo.parse(SysFiles.read(Path.of("/proc/self/mountinfo")))) {
        Path point = Path.of(mount.mountPoint());
        if (place.startsWith(point) && point.startsWith(longest)) {
          longest = point;
          type = mount.fstype();
        }
      }
    } catch (ErrnoException | IllegalArgumentException e) {
      return type;
    }
    return type;
  }

  private static Finding sandboxes(Path root, KnownSandbox.Listing known) {
    long alive =
        known.sandboxes().stream().filter(s -> s.shim() == KnownSandbox.Shim.ALIVE).count();
    return Finding.yes(
        STATE, "sandboxes", alive + " with a living shim below " + root, "see husk tree");
  }

  private static Finding abandoned(
      CgroupFs fs, Optional<CgroupHost> host, KnownSandbox.Listing known) {
    List<String> dead = new ArrayList<>();
    for (KnownSandbox sandbox : known.sandboxes()) {
      if (sandbox.shim() == KnownSandbox.Shim.DEAD) {
        dead.add(sandbox.id() + " (" + left(fs, host, sandbox) + ")");
      }
    }
    return dead.isEmpty()
        ? Finding.yes(STATE, "no-dead-shims", "no id is left by a dead shim", "nothing to clear up")
        : Finding.no(
            STATE,
            "no-dead-shims",
            dead.size() + " left by dead shims: " + some(dead),
            "the ids are free; what still runs there runs on",
            "start a shim with the same --id: it kills and removes what is left");
  }

  private static String left(CgroupFs fs, Optional<CgroupHost> host, KnownSandbox sandbox) {
    Optional<Path> directory = host.flatMap(place -> directory(place, sandbox));
    if (directory.isEmpty()) {
      return "no cgroup is left";
    }
    return SandboxCgroups.populated(fs, directory.get())
        ? "processes run in " + directory.get()
        : "an empty cgroup is left, " + directory.get();
  }

  static Optional<Path> directory(CgroupHost host, KnownSandbox sandbox) {
    if (sandbox.state().isEmpty()) {
      return Optional.empty();
    }
    StateFile state = sandbox.state().get();
    return SandboxCgroups.directory(host, state.cgroup(), state.identity());
  }

  static List<Path> others(CgroupFs fs, CgroupHost host, KnownSandbox.Listing known) {
    Set<Path> named = new HashSet<>();
    for (KnownSandbox sandbox : known.sandboxes()) {
      directory(host, sandbox).ifPresent(named::add);
    }
    return SandboxCgroups.others(fs, host, named);
  }

  private static Finding orphans(
      CgroupFs fs, CgroupHost host, Path root, KnownSandbox.Listing known) {
    List<String> others = new ArrayList<>();
    for (Path path : others(fs, host, known)) {
      others.add(path + (SandboxCgroups.populated(fs, path) ? " (processes run)" : " (empty)"));
    }
    return others.isEmpty()
        ? Finding.yes(
            STATE, "no-orphan-cgroups", "each sandbox's cgroup is named by a state file", "")
        : Finding.limited(
            STATE,
            "no-orphan-cgroups",
            others.size() + " cgroups that no state file below " + root + " names: " + some(others),
            "they belong to shims with another --root, are just being made, or are left behind",
            "if no shim owns one: echo 1 > CGROUP/cgroup.kill, then find CGROUP -depth -type d"
                + " -exec rmdir {} +");
  }

  private static String some(List<String> all) {
    String named = String.join(", ", all.subList(0, Math.min(NAMED, all.size())));
    return all.size() > NAMED ? named + " and " + (all.size() - NAMED) + " more" : named;
  }
}
