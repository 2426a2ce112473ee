package dev.husk.oci;

/** Foreign text made fit for a one-line message. */
final class Quote {
  private static final int LONGEST = 80;

  private Quote() {}

  /** The text in quotes, control characters escaped, cut at {@value #LONGEST} characters. */
  static String of(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    int end = Math.min(text.length(), LONGEST);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        quoted.append("\\u00").append(Character.forDigit(c >> 4, 16));
        quoted.append(Character.forDigit(c & 15, 16));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append(end < text.length() ? "…\"" : "\"").toString();
  }
}
