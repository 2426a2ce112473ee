package dev.husk.oci;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The members of one object of the document, read by name with their types checked; what is wrong
 * goes to the {@link Offences}, and a stand-in value is returned so that decoding goes on.
 *
 * <p>Two readings are shared with the usual producers of configs, whose encoders write them for
 * "nothing": a {@code null} member is an absent one, and so is an empty optional string. Members
 * that no decoder asks for are ignored ({@code config.md#extensibility}).
 */
final class Fields {
  private static final Json.Obj NOTHING = new Json.Obj(Map.of());

  private final Json.Obj object;
  private final @Nullable Fields parent;
  private final String name;
  private final int index;
  private final Offences offences;

  private Fields(
      Json.Obj object, @Nullable Fields parent, String name, int index, Offences offences) {
    this.object = object;
    this.parent = parent;
    this.name = name;
    this.index = index;
    this.offences = offences;
  }

  /** The members of the document's root, which must be an object. */
  static Fields of(Json root, Offences offences) {
    if (root instanceof Json.Obj object) {
      return new Fields(object, null, "", -1, offences);
    }
    offences.add("", "must be an object, is " + root.kind());
    return new Fields(NOTHING, null, "", -1, new Offences());
  }

  /** The same for a document that is a section of a config, found there at that pointer. */
  static Fields ofSection(Json root, String pointer, Offences offences) {
    if (root instanceof Json.Obj object) {
      return new Fields(object, null, pointer, -1, offences);
    }
    offences.add(pointer, "must be an object, is " + root.kind());
    return new Fields(NOTHING, null, pointer, -1, new Offences());
  }

  /** JSON pointer of this object. */
  String pointer() {
    if (parent == null) {
      return name;
    }
    return index < 0 ? parent.pointer(name) : parent.pointer(name) + "/" + index;
  }

  /** JSON pointer of a member. */
  String pointer(String member) {
    return pointer() + "/" + member.replace("~", "~0").replace("/", "~1");
  }

  void offend(String member, String message) {
    offences.add(pointer(member), message);
  }

  void offend(String member, int element, String message) {
    offences.add(pointer(member) + "/" + element, message);
  }

  /** Complains about this object itself. */
  void offend(String message) {
    offences.add(pointer(), message);
  }

  boolean has(String member) {
    return member(member) != null;
  }

  /** The members of a member; an absent one reads as an empty object. */
  Fields object(String member) {
    return asObject(member(member), member, -1);
  }

  /** The members of a required member. */
  Fields requiredObject(String member) {
    required(member);
    return object(member);
  }

  List<Fields> objects(String member) {
    List<Json> elements = array(member);
    List<Fields> children = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      children.add(asObject(elements.get(i), member, i));
    }
    return children;
  }

  /** The objects of a map by their keys. */
  Map<String, Fields> objectMap(String member) {
    Fields map = object(member);
    Map<String, Fields> children = new LinkedHashMap<>();
    for (String key : map.object.members().keySet()) {
      children.put(key, map.object(key));
    }
    return children;
  }

  Map<String, String> stringMap(String member) {
    Fields map = object(member);
    Map<String, String> strings = new LinkedHashMap<>();
    for (Map.Entry<String, Json> entry : map.object.members().entrySet()) {
      if (entry.getValue() instanceof Json.Str text) {
        strings.put(entry.getKey(), text.value());
      } else {
        map.offend(entry.getKey(), "must be a string, is " + entry.getValue().kind());
      }
    }
    return strings;
  }

  /** An optional string; the empty string counts as absent. */
  Optional<String> string(String member) {
    Json value = member(member);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof Json.Str text)) {
      offend(member, "must be a string, is " + value.kind());
      return Optional.empty();
    }
    if (text.value().indexOf('\0') >= 0) {
      offend(member, "must not contain a NUL character");
    }
    return text.value().isEmpty() ? Optional.empty() : Optional.of(text.value());
  }

  /** As {@link #string}, with an empty one told from an absent one. */
  Optional<String> stringOrEmpty(String member) {
    Optional<String> value = string(member);
    return value.isEmpty() && member(member) instanceof Json.Str ? Optional.of("") : value;
  }

  /** A required string that must not be empty; empty when it is missing. */
  String requiredString(String member) {
    required(member);
    String value = string(member).orElse("");
    if (value.isEmpty()) {
      offend(member, "must not be empty");
    }
    return value;
  }

  /** A list of strings without NUL; elements may be empty. */
  List<String> strings(String member) {
    List<Json> elements = array(member);
    List<String> strings = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      Json element = elements.get(i);
      String value = element instanceof Json.Str text ? text.value() : "";
      if (!(element instanceof Json.Str)) {
        offend(member, i, "must be a string, is " + element.kind());
      } else if (value.indexOf('\0') >= 0) {
        offend(member, i, "must not contain a NUL character");
      }
      strings.add(value);
    }
    return strings;
  }

  Optional<Boolean> bool(String member) {
    Json value = member(member);
    if (value instanceof Json.Bool bool) {
      return Optional.of(bool.value());
    }
    if (value != null) {
      offend(member, "must be true or false, is " + value.kind());
    }
    return Optional.empty();
  }

  /** A boolean that defaults to false. */
  boolean flag(String member) {
    return bool(member).orElse(false);
  }

  boolean requiredFlag(String member) {
    required(member);
    return flag(member);
  }

  OptionalLong integer(String member, long min, long max) {
    Json value = member(member);
    if (value == null) {
      return OptionalLong.empty();
    }
    Optional<String> problem = Integers.problem(value, min, max);
    if (problem.isPresent()) {
      offend(member, problem.get());
      return OptionalLong.empty();
    }
    return OptionalLong.of(Integers.of(value));
  }

  OptionalInt smallInteger(String member, int min, int max) {
    OptionalLong value = integer(member, min, max);
    return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
  }

  /** A required integer; {@code min} when it is missing. */
  long requiredInteger(String member, long min, long max) {
    required(member);
    return integer(member, min, max).orElse(min);
  }

  /** Unsigned 64 bit, in the bits of a long. */
  OptionalLong unsigned(String member) {
    Json value = member(member);
    if (value == null) {
      return OptionalLong.empty();
    }
    Optional<String> problem = Integers.unsignedProblem(value);
    if (problem.isPresent()) {
      offend(member, problem.get());
      return OptionalLong.empty();
    }
    return OptionalLong.of(Integers.ofUnsigned(value));
  }

  /** Required unsigned 64 bit; 0 when it is missing. */
  long requiredUnsigned(String member) {
    required(member);
    return unsigned(member).orElse(0);
  }

  /** Integers of an array; {@code min} stands in for a bad one. */
  List<Long> integers(String member, long min, long max) {
    List<Json> elements = array(member);
    List<Long> integers = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      Optional<String> problem = Integers.problem(elements.get(i), min, max);
      if (problem.isPresent()) {
        offend(member, i, problem.get());
      }
      integers.add(problem.isPresent() ? min : Integers.of(elements.get(i)));
    }
    return integers;
  }

  private void required(String member) {
    if (!has(member)) {
      offend(member, "is required");
    }
  }

  /** What is no object reads as an empty one whose own lacks are nobody's fault. */
  private Fields asObject(@Nullable Json value, String member, int element) {
    if (value instanceof Json.Obj child) {
      return new Fields(child, this, member, element, offences);
    }
    if (value != null) {
      offences.add(
          element < 0 ? pointer(member) : pointer(member) + "/" + element,
          "must be an object, is " + value.kind());
    }
    return new Fields(NOTHING, this, member, element, new Offences());
  }

  private List<Json> array(String member) {
    Json value = member(member);
    if (value instanceof Json.Arr array) {
      return array.elements();
    }
    if (value != null) {
      offend(member, "must be an array, is " + value.kind());
    }
    return List.of();
  }

  private @Nullable Json member(String member) {
    Json value = object.members().get(member);
    return value instanceof Json.Null ? null : value;
  }
}
