package dev.husk.inspect;

import java.util.List;

/**
 * What a host can and cannot do.
 *
 * @param findings in the order of their sections
 */
public record DoctorReport(List<Finding> findings) {
  public DoctorReport {
    findings = List.copyOf(findings);
  }

  /** Whether a sandbox can be run. */
  public boolean ready() {
    return reasons().isEmpty();
  }

  /** The lines that keep any sandbox from being run. */
  public List<Finding> reasons() {
    return findings.stream().filter(Finding::prevents).toList();
  }
}
