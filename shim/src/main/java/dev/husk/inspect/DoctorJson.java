package dev.husk.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;

/** The doctor's report for programs. */
public final class DoctorJson {
  private DoctorJson() {}

  /** Prints one object on one line. */
  public static void print(DoctorReport report, PrintStream out) throws IOException {
    try (JsonGenerator json = JsonOutput.on(out)) {
      json.writeStartObject();
      json.writeBooleanField("ready", report.ready());
      json.writeArrayFieldStart("reasons");
      for (Finding reason : report.reasons()) {
        json.writeString(section(reason) + "." + reason.name());
      }
      json.writeEndArray();
      json.writeArrayFieldStart("findings");
      for (Finding finding : report.findings()) {
        json.writeStartObject();
        json.writeStringField("section", section(finding));
        json.writeStringField("name", finding.name());
        json.writeStringField("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
        json.writeBooleanField("essential", finding.essential());
        json.writeStringField("found", finding.found());
        json.writeStringField("effect", finding.effect());
        json.writeStringField("remedy", finding.remedy());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    out.println();
  }

  private static String section(Finding finding) {
    return finding.section().name().toLowerCase(Locale.ROOT);
  }
}
