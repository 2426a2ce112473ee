package dev.husk.inspect;

import dev.husk.cgroup.CgroupFs;
import dev.husk.cgroup.CgroupSurvey;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.process.OwnUser;
import dev.husk.sandbox.KnownSandbox;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out what this host can and cannot do, by trying what leaves nothing behind and by looking
 * at the rest. Works wherever it is started: what cannot be found out is said to be so.
 */
public final class Doctor {
  private Doctor() {}

  /**
   * Examines the host.
   *
   * @param root the state directories of all ids
   * @param bwrap the program to use; empty means the first in PATH
   * @param huskInit the native program
   */
  public static DoctorReport examine(Path root, Optional<Path> bwrap, Path huskInit) {
    CgroupFs fs = new KernelCgroupFs();
    KnownSandbox.Listing known = KnownSandbox.list(root);
    CgroupSurvey cgroups = CgroupSurvey.look(fs);
    List<Finding> findings = new ArrayList<>();
    findings.addAll(KernelChecks.look());
    findings.addAll(CgroupChecks.look(cgroups, known));
    findings.addAll(LimitChecks.look(cgroups));
    findings.addAll(BwrapChecks.look(bwrap));
    findings.addAll(RightsChecks.look());
    findings.addAll(SystemdChecks.look());
    findings.addAll(StateChecks.look(fs, cgroups, root, known));
    return new DoctorReport(
        OwnUser.isRoot() ? findings : RootlessChecks.instead(findings, huskInit));
  }
}
