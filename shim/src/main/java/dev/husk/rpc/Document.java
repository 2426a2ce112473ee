package dev.husk.rpc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An answer of the API without its types: an object of JSON whose members have the names of
 * protobuf's JSON form. For those who show it to people or hand it on as JSON.
 */
public final class Document {
  /** ASCII, whatever is in it: a terminal may be the reader. */
  static final JsonFactory FACTORY =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final Map<String, Object> members;

  /** The members by name, in order: strings, numbers, booleans, documents and lists of these. */
  public Document(Map<String, Object> members) {
    this.members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
  }

  /** An unsigned number of 64 bits. */
  record Unsigned(long bits) {
    @Override
    public String toString() {
      return Long.toUnsignedString(bits);
    }
  }

  /** An unsigned number of 32 bits. */
  record Unsigned32(int bits) {
    @Override
    public String toString() {
      return Integer.toUnsignedString(bits);
    }
  }

  /** The members' names, in order. */
  public List<String> names() {
    return new ArrayList<>(members.keySet());
  }

  public boolean has(String name) {
    return members.containsKey(name);
  }

  /** The member as text; empty when it is absent, an object or a list. */
  public String text(String name) {
    Object value = members.get(name);
    return value == null || value instanceof Document || value instanceof List<?>
        ? ""
        : value.toString();
  }

  /** The member as a number; empty when it is absent or none. Unsigned ones keep their 64 bits. */
  public Optional<Long> number(String name) {
    return switch (members.get(name)) {
      case Unsigned(long bits) -> Optional.of(bits);
      case Unsigned32(int bits) -> Optional.of(Integer.toUnsignedLong(bits));
      case Number number -> Optional.of(number.longValue());
      case null, default -> Optional.empty();
    };
  }

  public boolean isTrue(String name) {
    return Boolean.TRUE.equals(members.get(name));
  }

  /** The member that is an object; one without members when it is absent or none. */
  public Document object(String name) {
    return members.get(name) instanceof Document document ? document : new Document(Map.of());
  }

  /** The members of a list that are objects. */
  public List<Document> objects(String name) {
    List<Document> objects = new ArrayList<>();
    if (members.get(name) instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof Document document) {
          objects.add(document);
        }
      }
    }
    return objects;
  }

  /** The members of a list as texts. */
  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    if (members.get(name) instanceof List<?> list) {
      for (Object element : list) {
        texts.add(String.valueOf(element));
      }
    }
    return texts;
  }

  /** On one line, in protobuf's JSON form: numbers of 64 bits are strings. */
  public String toJson() {
    return json(true);
  }

  /** On one line, all numbers as numbers: the runtime-spec's way. */
  public String toPlainJson() {
    return json(false);
  }

  private String json(boolean longsAreText) {
    StringWriter text = new StringWriter(512);
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      write(json, this, longsAreText);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Object value, boolean longsAreText)
      throws IOException {
    switch (value) {
      case Document document -> {
        json.writeStartObject();
        for (Map.Entry<String, Object> member : document.members.entrySet()) {
          json.writeFieldName(member.getKey());
          write(json, member.getValue(), longsAreText);
        }
        json.writeEndObject();
      }
      case List<?> list -> {
        json.writeStartArray();
        for (Object element : list) {
          write(json, element, longsAreText);
        }
        json.writeEndArray();
      }
      case Boolean flag -> json.writeBoolean(flag);
      case Integer number -> json.writeNumber(number);
      case Unsigned32 number -> json.writeNumber(number.toString());
      case Double number -> json.writeNumber(number);
      case Long number when !longsAreText -> json.writeNumber(number);
      case Unsigned number when !longsAreText -> json.writeNumber(number.toString());
      default -> json.writeString(value.toString());
    }
  }
}
