package dev.husk.rpc;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Messages as documents, by protobuf's rules for JSON. The library for that, protobuf-java-util
 * with Gson, is a third of a megabyte for these few lines.
 */
final class Documents {
  private Documents() {}

  /** What is not set is left out, and so is what cannot be told from not set. */
  static Document of(Message message) {
    return document(message, false);
  }

  /** What cannot be told from not set is there with its default. */
  static Document withDefaults(Message message) {
    return document(message, true);
  }

  private static Document document(Message message, boolean defaults) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      boolean there =
          field.isRepeated()
              ? message.getRepeatedFieldCount(field) > 0
              : message.hasField(field) || (defaults && !field.hasPresence());
      if (there) {
        members.put(field.getJsonName(), member(field, message.getField(field), defaults));
      }
    }
    return new Document(members);
  }

  private static Object member(FieldDescriptor field, Object value, boolean defaults) {
    if (field.isMapField()) {
      Map<String, Object> entries = new LinkedHashMap<>();
      for (Object element : (List<?>) value) {
        Message entry = (Message) element;
        FieldDescriptor mapped = entry.getDescriptorForType().findFieldByNumber(2);
        Object key = entry.getField(entry.getDescriptorForType().findFieldByNumber(1));
        entries.put(key.toString(), single(mapped, entry.getField(mapped), defaults));
      }
      return new Document(entries);
    }
    if (field.isRepeated()) {
      List<Object> list = new ArrayList<>();
      for (Object element : (List<?>) value) {
        list.add(single(field, element, defaults));
      }
      return list;
    }
    return single(field, value, defaults);
  }

  private static Object single(FieldDescriptor field, Object value, boolean defaults) {
    return switch (field.getType()) {
      case MESSAGE ->
          value instanceof Timestamp at
              ? Instant.ofEpochSecond(at.getSeconds(), at.getNanos()).toString()
              : document((Message) value, defaults);
      case ENUM -> ((EnumValueDescriptor) value).getName();
      case UINT64, FIXED64 -> new Document.Unsigned((Long) value);
      case UINT32, FIXED32 -> new Document.Unsigned32((Integer) value);
      default -> value;
    };
  }
}
