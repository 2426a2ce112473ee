package dev.husk.inspect;

import static dev.husk.inspect.Finding.Section.LIMITS;

import dev.husk.cgroup.CgroupSurvey;
import java.util.ArrayList;
import java.util.List;

/** Which limits of a config can be put in force. */
final class LimitChecks {
  private LimitChecks() {}

  static List<Finding> look(CgroupSurvey survey) {
    List<Finding> findings = new ArrayList<>();
    for (CgroupSurvey.Family family : survey.families()) {
      findings.add(
          switch (family.answer()) {
            case YES ->
                Finding.yes(LIMITS, family.name(), family.found(), "put in force and read back");
            case LIMITED, UNKNOWN ->
                Finding.limited(
                    LIMITS,
                    family.name(),
                    family.found(),
                    "put in force and read back, or refused",
                    family.remedy());
            case NO ->
                Finding.no(
                    LIMITS,
                    family.name(),
                    family.found(),
                    "a config that sets it is refused, or runs without it under"
                        + " --cgroup-limits=best-effort",
                    family.remedy());
          });
    }
    return findings;
  }
}
