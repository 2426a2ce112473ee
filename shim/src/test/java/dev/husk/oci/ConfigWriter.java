package dev.husk.oci;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Writes a config back as JSON, by its record components: they bear the spec's names, but for the
 * few that Java does not allow.
 */
final class ConfigWriter {
  private static final Map<String, String> NAMES =
      Map.of("priorityClass", "class", "finalList", "final");
  private static final Set<String> UNSIGNED = Set.of("soft", "hard", "value", "valueTwo");

  private ConfigWriter() {}

  static byte[] write(OciConfig config) {
    return Documents.bytes(object(config));
  }

  private static Json.Obj object(Record value) {
    Map<String, Json> members = new LinkedHashMap<>();
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      String name = component.getName();
      present(read(value, component))
          .ifPresent(
              member -> {
                if (name.equals("pidsLimit")) {
                  members.put("pids", new Json.Obj(Map.of("limit", json(member, name))));
                } else {
                  members.put(NAMES.getOrDefault(name, name), json(member, name));
                }
              });
    }
    return new Json.Obj(members);
  }

  private static Object read(Record value, RecordComponent component) {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<?> present(Object value) {
    return switch (value) {
      case Optional<?> optional -> optional;
      case OptionalLong number ->
          number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
      case OptionalInt number ->
          number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
      default -> Optional.of(value);
    };
  }

  private static Json json(Object value, String name) {
    return switch (value) {
      case Record r -> object(r);
      case NamespaceType type -> new Json.Str(type.specName());
      case String text -> new Json.Str(text);
      case Boolean bool -> new Json.Bool(bool);
      case Long number when UNSIGNED.contains(name) -> new Json.Num(Long.toUnsignedString(number));
      case Number number -> new Json.Num(number.toString());
      case List<?> list -> {
        List<Json> elements = new ArrayList<>();
        list.forEach(element -> elements.add(json(element, name)));
        yield new Json.Arr(elements);
      }
      case Map<?, ?> map -> {
        Map<String, Json> members = new LinkedHashMap<>();
        map.forEach((key, element) -> members.put((String) key, json(element, name)));
        yield new Json.Obj(members);
      }
      default -> throw new IllegalArgumentException("cannot write " + value);
    };
  }
}
