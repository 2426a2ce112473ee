package dev.husk.inspect;

import dev.husk.failure.Printable;
import java.io.PrintStream;
import java.util.Locale;

/** The doctor's report for people. */
public final class DoctorText {
  private static final int NAME = 26;
  private static final int LONGEST = 600;
  private static final String INDENT = " ".repeat(8);

  private DoctorText() {}

  /**
   * Prints the report.
   *
   * @param width of the terminal, in columns; {@link Integer#MAX_VALUE} for none
   */
  public static void print(DoctorReport report, PrintStream out, int width) {
    Lines lines = new Lines(out, width);
    for (Finding.Section section : Finding.Section.values()) {
      lines.print("", "", section.title());
      for (Finding finding : report.findings()) {
        if (finding.section() == section) {
          print(finding, lines);
        }
      }
    }
    out.println();
    if (report.ready()) {
      lines.print("", "", "A sandbox can be run here.");
      return;
    }
    lines.print("", "", "No sandbox can be run here:");
    for (Finding reason : report.reasons()) {
      lines.print(
          "  ",
          INDENT,
          section(reason) + "." + reason.name() + ": " + Printable.of(reason.found(), LONGEST));
    }
  }

  private static String section(Finding finding) {
    return finding.section().name().toLowerCase(Locale.ROOT);
  }

  private static void print(Finding finding, Lines lines) {
    String verdict = finding.verdict().name().toLowerCase(Locale.ROOT);
    StringBuilder text = new StringBuilder(finding.found());
    if (!finding.effect().isEmpty()) {
      text.append("; ").append(finding.effect());
    }
    if (!finding.remedy().isEmpty()) {
      text.append("; remedy: ").append(finding.remedy());
    }
    lines.print(
        "  " + pad(verdict, 9) + pad(finding.name(), NAME),
        INDENT,
        Printable.of(text.toString(), LONGEST));
  }

  private static String pad(String text, int columns) {
    return text.length() < columns ? text + " ".repeat(columns - text.length()) : text + " ";
  }
}
