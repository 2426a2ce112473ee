package dev.husk.inspect;

import static dev.husk.inspect.Finding.Section.KERNEL;

import dev.husk.process.ErrnoException;
import dev.husk.process.KernelFeature;
import dev.husk.process.KernelProbe;
import dev.husk.process.SysFiles;
import dev.husk.process.UserNamespaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the kernel knows, by trying. */
final class KernelChecks {
  private KernelChecks() {}

  static List<Finding> look() {
    List<Finding> findings = new ArrayList<>();
    findings.add(release());
    for (KernelFeature feature : KernelFeature.probe()) {
      findings.add(finding(feature));
    }
    findings.add(userNamespaces(UserNamespaces.look()));
    return findings;
  }

  private static Finding release() {
    String machine = System.getProperty("os.arch", "?");
    try {
      String release = SysFiles.read(Path.of("/proc/sys/kernel/osrelease")).strip();
      return Finding.yes(
          KERNEL, "release", release + ", " + machine, "nothing below is derived from it");
    } catch (ErrnoException e) {
      return Finding.limited(
          KERNEL,
          "release",
          e.operation() + " " + e.path() + ": " + e.errno() + ", " + machine,
          "what needs a file of /proc/sys cannot be told",
          "mount proc at /proc");
    }
  }

  private static Finding finding(KernelFeature feature) {
    boolean essential =
        feature.name().equals(KernelFeature.name(KernelProbe.CloneFlag.INTO_CGROUP));
    Finding finding =
        feature.available()
            ? Finding.yes(KERNEL, feature.name(), feature.found(), feature.effect())
            : Finding.no(
                KERNEL, feature.name(), feature.found(), feature.effect(), feature.remedy());
    return essential ? finding.asEssential() : finding;
  }

  private static Finding userNamespaces(UserNamespaces spaces) {
    String effect = "husk needs none as root; other users, and husk inside of one, do";
    return switch (spaces.answer()) {
      case YES -> Finding.yes(KERNEL, "user-namespaces", spaces.found(), effect);
      case LIMITED ->
          Finding.limited(KERNEL, "user-namespaces", spaces.found(), effect, spaces.remedy());
      case NO -> Finding.no(KERNEL, "user-namespaces", spaces.found(), effect, spaces.remedy());
    };
  }
}
