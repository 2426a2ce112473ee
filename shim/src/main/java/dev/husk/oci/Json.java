package dev.husk.oci;

import java.util.List;
import java.util.Map;

/** A parsed JSON value (RFC 8259), immutable once read. */
sealed interface Json {

  /** Members in the order of the document; names are unique. */
  record Obj(Map<String, Json> members) implements Json {}

  record Arr(List<Json> elements) implements Json {}

  record Str(String value) implements Json {}

  /** A number as written, so that 64 unsigned bits lose nothing. */
  record Num(String literal) implements Json {}

  record Bool(boolean value) implements Json {}

  record Null() implements Json {}

  /** The value's type with its article, for messages. */
  default String kind() {
    if (this instanceof Obj) {
      return "an object";
    }
    if (this instanceof Arr) {
      return "an array";
    }
    if (this instanceof Str) {
      return "a string";
    }
    if (this instanceof Num) {
      return "a number";
    }
    return this instanceof Bool ? "a boolean" : "null";
  }
}
