package dev.husk.sandbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

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
    Map<String, String> values = values(stateFile);
    return new Left(values.getOrDefault(CGROUP, ""), values.getOrDefault(IDENTITY, ""));
  }

  /** Reads back what there is to tell of a sandbox; what a damaged file does not say is empty. */
  static KnownSandbox known(String id, String stateFile, boolean shimRuns) {
    Map<String, String> values = values(stateFile);
    return new KnownSandbox(
        id,
        values.getOrDefault("status", ""),
        number(values.get("pid")),
        values.getOrDefault("bundle", ""),
        values.getOrDefault(CGROUP, ""),
        values.getOrDefault(IDENTITY, ""),
        values.getOrDefault("created", ""),
        number(values.get("shimPid")),
        shimRuns,
        number(values.get("exitCode")),
        values.getOrDefault("exitReason", ""));
  }

  private static OptionalLong number(@Nullable String text) {
    try {
      return text == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** The texts and numbers of the outermost object; none at all when the file is damaged. */
  private static Map<String, String> values(String stateFile) {
    Map<String, String> values = new HashMap<>();
    try (JsonParser json = FACTORY.createParser(stateFile)) {
      int depth = 0;
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth == 1 && token.isScalarValue()) {
          values.put(json.currentName(), json.getText());
        }
      }
      return values;
    } catch (IOException e) {
      return Map.of();
    }
  }
}
