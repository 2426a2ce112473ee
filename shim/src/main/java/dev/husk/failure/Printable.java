package dev.husk.failure;

/** Foreign text made fit for a terminal: what could steer or deceive it is spelt out. */
public final class Printable {
  private Printable() {}

  /**
   * The text, cut, with the number of every character in place of it that has no glyph and width of
   * its own.
   *
   * @param longest in characters of the result
   */
  public static String of(String text, int longest) {
    StringBuilder printable = new StringBuilder();
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      String piece =
          isPlain(point) ? Character.toString(point) : "<U+" + Integer.toHexString(point) + ">";
      if (printable.length() + piece.length() > longest - (i < text.length() ? 1 : 0)) {
        return printable.append('…').toString();
      }
      printable.append(piece);
    }
    return printable.toString();
  }

  private static boolean isPlain(int point) {
    if (point < 0x80) {
      return point >= ' ' && point < 0x7f;
    }
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK ->
          false;
      default -> true;
    };
  }
}
