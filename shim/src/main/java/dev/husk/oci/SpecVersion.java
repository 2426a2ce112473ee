package dev.husk.oci;

/** The {@code ociVersion} of a config: SemVer 2.0.0, of which husk reads a range. */
public final class SpecVersion {
  /** Lowest version read; what {@code features} calls {@code ociVersionMin}. */
  public static final String LOWEST = "1.0.0";

  /** Highest version read; patches of it are read too. */
  public static final String HIGHEST = "1.3.0";

  private static final int MAJOR = 1;
  private static final int HIGHEST_MINOR = 3;

  private SpecVersion() {}

  static void check(Fields fields, String member, String version) {
    int plus = version.indexOf('+');
    String build = plus < 0 ? "" : version.substring(plus + 1);
    String precedence = plus < 0 ? version : version.substring(0, plus);
    int dash = precedence.indexOf('-');
    String pre = dash < 0 ? "" : precedence.substring(dash + 1);
    String[] core = (dash < 0 ? precedence : precedence.substring(0, dash)).split("\\.", -1);
    boolean semVer =
        core.length == 3
            && isNumber(core[0])
            && isNumber(core[1])
            && isNumber(core[2])
            && (dash < 0 || areIdentifiers(pre, true))
            && (plus < 0 || areIdentifiers(build, false));
    if (!semVer) {
      fields.offend(member, "must be a SemVer version, is " + Quote.of(version));
    } else if (!isRead(core, dash >= 0)) {
      fields.offend(
          member,
          "must be from " + LOWEST + " to 1." + HIGHEST_MINOR + ".x, is " + Quote.of(version));
    }
  }

  private static boolean isRead(String[] core, boolean preRelease) {
    if (core[0].length() > 1 || core[1].length() > 1) {
      return false;
    }
    boolean beforeFirst = preRelease && core[1].equals("0") && core[2].equals("0");
    return Integer.parseInt(core[0]) == MAJOR
        && Integer.parseInt(core[1]) <= HIGHEST_MINOR
        && !beforeFirst;
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && Rules.onlyDigits(text)
        && (text.length() == 1 || text.charAt(0) != '0');
  }

  private static boolean areIdentifiers(String dotted, boolean numbersWithoutZeros) {
    for (String identifier : dotted.split("\\.", -1)) {
      if (identifier.isEmpty()) {
        return false;
      }
      for (int i = 0; i < identifier.length(); i++) {
        char c = identifier.charAt(i);
        boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && c != '-' && (c < '0' || c > '9')) {
          return false;
        }
      }
      if (numbersWithoutZeros && Rules.onlyDigits(identifier) && !isNumber(identifier)) {
        return false;
      }
    }
    return true;
  }
}
