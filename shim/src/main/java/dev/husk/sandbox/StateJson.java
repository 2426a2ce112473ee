package dev.husk.sandbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
  private static final String CGROUP = "cgroup";
  private static final JsonFactory FACTORY = new JsonFactory();

  private StateJson() {}

  static String write(SandboxStatus status, long shimPid) {
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
      json.writeObjectFieldStart("annotations");
      for (Map.Entry<String, String> annotation : status.annotations().entrySet()) {
        json.writeStringField(annotation.getKey(), annotation.getValue());
      }
      json.writeEndObject();
      json.writeStringField(CGROUP, status.cgroup());
      json.writeStringField("created", status.createdAt().toString());
      json.writeNumberField("shimPid", shimPid);
      if (status.exit().isPresent()) {
        json.writeNumberField("exitCode", status.exit().get().code());
        json.writeStringField("exitReason", status.exit().get().reason());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.append('\n').toString();
  }

  /** The cgroup that a state file names; empty when it names none or is damaged. */
  static Optional<String> cgroupOf(String stateFile) {
    try (JsonParser json = FACTORY.createParser(stateFile)) {
      int depth = 0;
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth == 1 && token == JsonToken.FIELD_NAME && json.currentName().equals(CGROUP)) {
          String value = json.nextTextValue();
          return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
