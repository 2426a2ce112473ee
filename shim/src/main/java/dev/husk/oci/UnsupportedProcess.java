package dev.husk.oci;

import dev.husk.oci.Unsupported.Refusals;

/** What husk does not apply of {@code process}. */
final class UnsupportedProcess {
  private UnsupportedProcess() {}

  static void check(ProcessSpec process, Refusals refusals) {
    if (process.terminal()) {
      refusals.add(
          "/process/terminal",
          "asks for a terminal, which husk does not open",
          "set it to false or remove it");
    }
    if (process.apparmorProfile().isPresent()) {
      refusals.remove("/process/apparmorProfile", "is not applied by husk");
    }
    if (process.selinuxLabel().isPresent()) {
      refusals.remove("/process/selinuxLabel", "is not applied by husk");
    }
    if (process.noNewPrivileges().isPresent() && !process.noNewPrivileges().get()) {
      refusals.add(
          "/process/noNewPrivileges",
          "cannot be false: bubblewrap always sets no_new_privs",
          "set it to true or remove it");
    }
    if (process.scheduler().isPresent()) {
      refusals.remove("/process/scheduler", "is not applied by husk");
    }
    if (process.ioPriority().isPresent()) {
      refusals.add(
          "/process/ioPriority",
          "is not applied by husk",
          "remove the property, or weigh the cgroup with linux.resources.blockIO.weight");
    }
    if (process.execCPUAffinity().isPresent()) {
      refusals.add(
          "/process/execCPUAffinity",
          "is not applied by husk",
          "remove the property, or bind the whole sandbox with linux.resources.cpu.cpus");
    }
  }
}
