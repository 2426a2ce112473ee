package dev.husk.oci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.husk.failure.HuskException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON document into a {@link Json} tree. Stricter than RFC 8259 asks: duplicate names
 * (refused by the OCI glossary), half surrogate pairs and anything that is not UTF-8 are errors,
 * and depth, string length and number of values are bounded so that a hostile document cannot
 * exhaust a small heap.
 */
final class JsonReader {
  static final int MAX_DEPTH = 64;
  static final int MAX_VALUES = 65_536;
  static final int MAX_STRING = 1 << 20;

  private final JsonParser parser;
  private final String document;
  private int values;

  private JsonReader(JsonParser parser, String document) {
    this.parser = parser;
    this.document = document;
  }

  /**
   * Parses a document.
   *
   * @param document its name for messages
   * @throws HuskException with {@link ConfigFailure.Malformed}
   */
  static Json read(byte[] bytes, String document) throws HuskException {
    Utf8.check(bytes, document);
    JsonFactory factory =
        new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH + 1)
                    .maxStringLength(MAX_STRING)
                    .build())
            .build();
    try (JsonParser parser = factory.createParser(bytes)) {
      return new JsonReader(parser, document).document();
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new HuskException(
          new ConfigFailure.Malformed(
              document,
              at == null ? 1 : at.getLineNr(),
              at == null ? 1 : at.getColumnNr(),
              reason(e.getOriginalMessage())),
          e);
    } catch (IOException e) {
      throw new HuskException(
          new ConfigFailure.Malformed(document, 1, 1, reason(String.valueOf(e.getMessage()))), e);
    }
  }

  private Json document() throws IOException, HuskException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw malformed("the document is empty");
    }
    Json root = value(first, 1);
    if (parser.nextToken() != null) {
      throw malformed("something follows the end of the document");
    }
    return root;
  }

  private Json value(JsonToken token, int depth) throws IOException, HuskException {
    if (++values > MAX_VALUES) {
      throw malformed("more than " + MAX_VALUES + " values");
    }
    return switch (token) {
      case START_OBJECT -> object(depth);
      case START_ARRAY -> array(depth);
      case VALUE_STRING -> new Json.Str(text(parser.getText()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Num(parser.getText());
      case VALUE_TRUE -> new Json.Bool(true);
      case VALUE_FALSE -> new Json.Bool(false);
      case VALUE_NULL -> new Json.Null();
      default -> throw malformed("unexpected " + token);
    };
  }

  private Json object(int depth) throws IOException, HuskException {
    checkDepth(depth);
    Map<String, Json> members = new LinkedHashMap<>();
    for (JsonToken token = next(); token != JsonToken.END_OBJECT; token = next()) {
      String name = text(parser.currentName());
      if (members.containsKey(name)) {
        throw malformed("the name " + Quote.of(name) + " appears twice in one object");
      }
      members.put(name, value(next(), depth + 1));
    }
    return new Json.Obj(members);
  }

  private Json array(int depth) throws IOException, HuskException {
    checkDepth(depth);
    List<Json> elements = new ArrayList<>();
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      elements.add(value(token, depth + 1));
    }
    return new Json.Arr(elements);
  }

  private JsonToken next() throws IOException, HuskException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw malformed("the document ends too early");
    }
    return token;
  }

  private void checkDepth(int depth) throws HuskException {
    if (depth > MAX_DEPTH) {
      throw malformed("nested deeper than " + MAX_DEPTH + " levels");
    }
  }

  private String text(String text) throws HuskException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw malformed("a string holds one half of a surrogate pair");
        }
        i++;
      }
    }
    return text;
  }

  private HuskException malformed(String why) {
    JsonLocation at = parser.currentTokenLocation();
    return new HuskException(
        new ConfigFailure.Malformed(document, at.getLineNr(), at.getColumnNr(), why));
  }

  /** The parser's own words up to where it starts to talk about its source. */
  private static String reason(String message) {
    String reason = message;
    int newline = reason.indexOf('\n');
    if (newline >= 0) {
      reason = reason.substring(0, newline);
    }
    // Jackson adds where the surrounding object began, in words about its own settings.
    for (String tail : new String[] {" (start marker at", " (for "}) {
      int start = reason.indexOf(tail);
      if (start >= 0) {
        reason = reason.substring(0, start);
      }
    }
    return reason;
  }
}
