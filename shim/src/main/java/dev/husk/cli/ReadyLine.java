package dev.husk.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** What {@code serve} says on standard output once clients can connect. */
final class ReadyLine {
  private ReadyLine() {}

  static String of(String id, Path socket, long pid) {
    StringWriter text = new StringWriter(128);
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeBooleanField("ready", true);
      json.writeStringField("id", id);
      json.writeStringField("socket", socket.toString());
      json.writeNumberField("pid", pid);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
