package dev.husk.oci;

/** Foreign text made fit for a one-line message. */
final class Quote {
  private static final int LONGEST = 80;
  private static final int LONGEST_POINTER = 400;

  private Quote() {}

  /** The text in quotes, control characters escaped, cut at {@value #LONGEST} characters. */
  static String of(String text) {
    return "\"" + escaped(text, LONGEST) + "\"";
  }

  /** A JSON pointer, whose names may hold anything. */
  static String pointer(String pointer) {
    return escaped(pointer, LONGEST_POINTER);
  }

  private static String escaped(String text, int longest) {
    StringBuilder escaped = new StringBuilder();
    int end = Math.min(text.length(), longest);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        escaped.append("\\u00").append(Character.forDigit(c >> 4, 16));
        escaped.append(Character.forDigit(c & 15, 16));
      } else {
        escaped.append(c);
      }
    }
    return escaped.append(end < text.length() ? "…" : "").toString();
  }
}
