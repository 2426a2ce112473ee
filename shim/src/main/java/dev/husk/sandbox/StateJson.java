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
import java.util.Objects;

/**
 * The state file: the OCI state object ({@code runtime.md#state}) with what a successor of a dead
 * shim needs to clean up.
 */
final class StateJson {
  private static final String CGROUP = "cgroup";
  private static final String IDENTITY = "cgroupIdentity";
  private static final JsonFactory FACTORY = new JsonFactory();

  private StateJson() {}

  /** What a dead shim's file says of its cgroup; both empty when it says nothing. */
  record Left(String cgroup, String identity) {}

  static String write(SandboxStatus status, String cgroupIdentity, long shimPid) {
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
      json.writeStringField(IDENTITY, cgroupIdentity);
      json.writeStringField("created", status.createdAt().toString());
      json.writeNumberField("shimPid", shimPid);
      if (status.exit().isPresent()) {
        json.writeNumberField("exitCode", status.exit().get().code());
        json.writeStringField("exitReason", status.exit().get().reason());
        json.writeBooleanField("oomKilled", status.exit().get().oomKilled());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.append('\n').toString();
  }

  /** Reads back what a successor needs; a damaged file says nothing. */
  static Left leftBy(String stateFile) {
    String cgroup = "";
    String identity = "";
    try (JsonParser json = FACTORY.createParser(stateFile)) {
      int depth = 0;
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth == 1 && token == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          if (name.equals(CGROUP)) {
            cgroup = Objects.requireNonNullElse(json.nextTextValue(), "");
          } else if (name.equals(IDENTITY)) {
            identity = Objects.requireNonNullElse(json.nextTextValue(), "");
          }
        }
      }
      return new Left(cgroup, identity);
    } catch (IOException e) {
      return new Left("", "");
    }
  }
}
