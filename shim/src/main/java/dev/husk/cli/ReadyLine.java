package dev.husk.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.husk.process.Stderr;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What {@code serve} says on standard output once clients can connect. */
final class ReadyLine {
  private ReadyLine() {}

  /** Says it on a thread of its own: a shim whose standard output is stuck has to end, too. */
  static void say(String id, Path socket, long pid) {
    byte[] line = (of(id, socket, pid) + "\n").getBytes(StandardCharsets.UTF_8);
    Thread thread = new Thread(() -> write(line), "husk-ready");
    thread.setDaemon(true);
    thread.start();
  }

  private static void write(byte[] line) {
    // Not closed: the descriptor is the process' own.
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    try {
      out.write(line);
    } catch (IOException e) {
      Stderr.say("cannot say that the shim is ready: " + e.getMessage());
    }
  }

  private static String of(String id, Path socket, long pid) {
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
