package dev.husk.sandbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.husk.cgroup.Evacuation;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The state file: the OCI state object ({@code runtime.md#state}) with what a successor of a dead
 * shim needs to clean up.
 */
final class StateJson {
  static final String CGROUP = "cgroup";
  static final String IDENTITY = "cgroupIdentity";
  static final String EVACUATION = "evacuation";
  static final String SHIM_PID = "shimPid";
  static final String CREATED = "created";
  static final String EXIT_CODE = "exitCode";
  static final String EXIT_REASON = "exitReason";
  static final String LEAF = "leaf";
  static final String ROUNDS = "rounds";
  static final String MOVED = "moved";
  static final String MILLIS = "millis";
  private static final JsonFactory FACTORY = new JsonFactory();

  private StateJson() {}

  /** Longer than all but the annotations can be: paths, texts of one line and numbers. */
  static final int LONGEST_START = 128 << 10;

  static String write(
      SandboxStatus status, String cgroupIdentity, long shimPid, Optional<Evacuation> evacuation) {
    StringWriter text = new StringWriter(512);
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("ociVersion", status.ociVersion());
      json.writeStringField("id", status.id());
      json.writeStringField("status", status.phase().name().toLowerCase(Locale.ROOT));
      if (status.pid().isPresent()) {
        json.writeNumberField("pid", status.pid().getAsInt());
      }
      json.writeStringField("bundle", status.bundle());
      json.writeStringField(CGROUP, status.cgroup());
      json.writeStringField(IDENTITY, cgroupIdentity);
      json.writeStringField(CREATED, status.createdAt().toString());
      json.writeNumberField(SHIM_PID, shimPid);
      if (evacuation.isPresent()) {
        writeEvacuation(json, evacuation.get());
      }
      if (status.exit().isPresent()) {
        json.writeNumberField(EXIT_CODE, status.exit().get().code());
        json.writeStringField(EXIT_REASON, status.exit().get().reason());
        json.writeBooleanField("oomKilled", status.exit().get().oomKilled());
      }
      // Last, since a config's annotations are the only part without a bound of its own: who needs
      // the rest reads the beginning of the file.
      json.writeObjectFieldStart("annotations");
      for (Map.Entry<String, String> annotation : status.annotations().entrySet()) {
        json.writeStringField(annotation.getKey(), annotation.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.append('\n').toString();
  }

  private static void writeEvacuation(JsonGenerator json, Evacuation evacuation)
      throws IOException {
    json.writeObjectFieldStart(EVACUATION);
    json.writeStringField(CGROUP, evacuation.cgroup());
    json.writeStringField(LEAF, evacuation.leaf());
    json.writeNumberField(ROUNDS, evacuation.rounds());
    json.writeNumberField(MOVED, evacuation.moved());
    json.writeNumberField(MILLIS, evacuation.millis());
    json.writeEndObject();
  }
}
