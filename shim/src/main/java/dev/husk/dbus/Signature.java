package dev.husk.dbus;

import java.util.ArrayList;
import java.util.List;

/** Types as D-Bus writes them: one character each, containers in brackets. */
final class Signature {
  /** "Marshaling (Wire Format)": the bound on nested containers is 64 in all. */
  static final int DEEPEST = 64;

  private Signature() {}

  /** The complete types of a signature, in order. */
  static List<String> split(String signature) {
    List<String> types = new ArrayList<>();
    int start = 0;
    while (start < signature.length()) {
      int end = end(signature, start, 0);
      types.add(signature.substring(start, end));
      start = end;
    }
    return types;
  }

  /** Those inside of a struct or dict entry. */
  static List<String> members(String struct) {
    return split(struct.substring(1, struct.length() - 1));
  }

  private static int end(String signature, int start, int depth) {
    if (start >= signature.length() || depth > DEEPEST) {
      throw new IllegalArgumentException("not a D-Bus signature: " + signature);
    }
    char type = signature.charAt(start);
    if (type == 'a') {
      return end(signature, start + 1, depth + 1);
    }
    if (type != '(' && type != '{') {
      return start + 1;
    }
    char close = type == '(' ? ')' : '}';
    int at = start + 1;
    while (at < signature.length() && signature.charAt(at) != close) {
      at = end(signature, at, depth + 1);
    }
    if (at >= signature.length()) {
      throw new IllegalArgumentException("not a D-Bus signature: " + signature);
    }
    return at + 1;
  }

  /** Of the first value of a type, in bytes, from the start of the message. */
  static int alignment(char type) {
    return switch (type) {
      case 'y', 'g', 'v' -> 1;
      case 'n', 'q' -> 2;
      case 'b', 'i', 'u', 'h', 's', 'o', 'a' -> 4;
      case 'x', 't', 'd', '(', '{' -> 8;
      default -> throw new IllegalArgumentException("no D-Bus type: " + type);
    };
  }
}
