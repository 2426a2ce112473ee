package dev.husk.bwrap;

import java.util.Optional;

/** A version of bubblewrap, {@code 0.11.2}. */
public record BwrapVersion(int major, int minor, int patch) implements Comparable<BwrapVersion> {
  private static final int LONGEST_NUMBER = 6;

  /** Parses {@code MAJOR.MINOR[.PATCH]}; anything after the numbers is ignored. */
  public static Optional<BwrapVersion> parse(String text) {
    int[] parts = new int[3];
    int position = 0;
    for (int part = 0; part < parts.length; part++) {
      int start = position;
      while (position < text.length() && digit(text.charAt(position))) {
        parts[part] = parts[part] * 10 + (text.charAt(position++) - '0');
        if (position - start > LONGEST_NUMBER) {
          return Optional.empty();
        }
      }
      if (position == start) {
        return Optional.empty();
      }
      if (position == text.length() || text.charAt(position) != '.') {
        return part == 0
            ? Optional.empty()
            : Optional.of(new BwrapVersion(parts[0], parts[1], parts[2]));
      }
      position++;
    }
    return Optional.of(new BwrapVersion(parts[0], parts[1], parts[2]));
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  @Override
  public int compareTo(BwrapVersion other) {
    if (major != other.major) {
      return Integer.compare(major, other.major);
    }
    return minor != other.minor
        ? Integer.compare(minor, other.minor)
        : Integer.compare(patch, other.patch);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
