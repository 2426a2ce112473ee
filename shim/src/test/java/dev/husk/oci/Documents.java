package dev.husk.oci;

import dev.husk.failure.HuskException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON documents of the tests: read, addressed by pointer, changed, written. */
final class Documents {
  private Documents() {}

  static byte[] sample(String path) {
    try (InputStream in = Documents.class.getResourceAsStream("/oci/" + path)) {
      if (in == null) {
        throw new IllegalArgumentException("no sample " + path);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Json json(String text) {
    return json(text.getBytes(StandardCharsets.UTF_8));
  }

  static Json json(byte[] bytes) {
    try {
      return JsonReader.read(bytes, "test document");
    } catch (HuskException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static Optional<Json> at(Json root, String pointer) {
    Optional<Json> here = Optional.of(root);
    for (String token : tokens(pointer)) {
      here = here.flatMap(json -> child(json, token));
    }
    return here;
  }

  private static Optional<Json> child(Json json, String token) {
    if (json instanceof Json.Obj(Map<String, Json> members)) {
      return Optional.ofNullable(members.get(token));
    }
    if (json instanceof Json.Arr(List<Json> elements) && token.matches("[0-9]{1,6}")) {
      int index = Integer.parseInt(token);
      return index < elements.size() ? Optional.of(elements.get(index)) : Optional.empty();
    }
    return Optional.empty();
  }

  /** The document with another value at a place; an empty value removes it. */
  static Json with(Json root, String pointer, Optional<Json> value) {
    List<String> tokens = tokens(pointer);
    return tokens.isEmpty() ? value.orElseGet(Json.Null::new) : with(root, tokens, value);
  }

  private static Json with(Json here, List<String> tokens, Optional<Json> value) {
    String token = tokens.getFirst();
    List<String> rest = tokens.subList(1, tokens.size());
    if (here instanceof Json.Arr(List<Json> elements)) {
      List<Json> copy = new ArrayList<>(elements);
      int index = Integer.parseInt(token);
      if (!rest.isEmpty()) {
        copy.set(index, with(copy.get(index), rest, value));
      } else if (value.isPresent()) {
        copy.set(index, value.get());
      } else {
        copy.remove(index);
      }
      return new Json.Arr(copy);
    }
    Map<String, Json> copy = new LinkedHashMap<>(((Json.Obj) here).members());
    if (!rest.isEmpty()) {
      Json child = copy.getOrDefault(token, new Json.Obj(Map.of()));
      copy.put(token, with(child, rest, value));
    } else if (value.isPresent()) {
      copy.put(token, value.get());
    } else {
      copy.remove(token);
    }
    return new Json.Obj(copy);
  }

  /** Pointers of every value in the document, the root's included. */
  static List<String> pointers(Json root) {
    List<String> pointers = new ArrayList<>();
    collect(root, "", pointers);
    return pointers;
  }

  private static void collect(Json json, String pointer, List<String> pointers) {
    pointers.add(pointer);
    if (json instanceof Json.Obj(Map<String, Json> members)) {
      members.forEach((name, child) -> collect(child, pointer + "/" + escape(name), pointers));
    } else if (json instanceof Json.Arr(List<Json> elements)) {
      for (int i = 0; i < elements.size(); i++) {
        collect(elements.get(i), pointer + "/" + i, pointers);
      }
    }
  }

  static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  static String parent(String pointer) {
    return pointer.isEmpty() ? "" : pointer.substring(0, pointer.lastIndexOf('/'));
  }

  private static List<String> tokens(String pointer) {
    if (pointer.isEmpty()) {
      return List.of();
    }
    List<String> tokens = new ArrayList<>();
    for (String token : pointer.substring(1).split("/", -1)) {
      tokens.add(token.replace("~1", "/").replace("~0", "~"));
    }
    return tokens;
  }

  static byte[] bytes(Json json) {
    return text(json).getBytes(StandardCharsets.UTF_8);
  }

  static String text(Json json) {
    StringBuilder out = new StringBuilder();
    write(json, out);
    return out.toString();
  }

  private static void write(Json json, StringBuilder out) {
    switch (json) {
      case Json.Obj(Map<String, Json> members) -> {
        String separator = "{";
        for (Map.Entry<String, Json> member : members.entrySet()) {
          out.append(separator);
          string(member.getKey(), out);
          out.append(':');
          write(member.getValue(), out);
          separator = ",";
        }
        out.append(members.isEmpty() ? "{}" : "}");
      }
      case Json.Arr(List<Json> elements) -> {
        String separator = "[";
        for (Json element : elements) {
          out.append(separator);
          write(element, out);
          separator = ",";
        }
        out.append(elements.isEmpty() ? "[]" : "]");
      }
      case Json.Str(String value) -> string(value, out);
      case Json.Num(String literal) -> out.append(literal);
      case Json.Bool(boolean value) -> out.append(value);
      case Json.Null() -> out.append("null");
    }
  }

  private static void string(String value, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c == '"' || c == '\\' || Character.isSurrogate(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
