package dev.husk.process;

import java.util.Locale;
import java.util.OptionalInt;

/**
 * Signals by name and number, as in signal(7) for x86-64 and aarch64. 32 and 33 belong to the C
 * library's threads and are left out; so SIGRTMIN is 34, as glibc has it.
 */
public final class Signal {
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;

  private static final int SIGRTMIN = 34;
  private static final int SIGRTMAX = 64;
  private static final String PREFIX = "SIG";

  /** Standard signals; the number is the index plus one. */
  private static final String[] NAMES = {
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
  };

  private Signal() {}

  /**
   * The number of a signal.
   *
   * @param text {@code SIGTERM}, {@code TERM}, {@code 15}, {@code SIGRTMIN+3} or {@code
   *     SIGRTMAX-1}, in any case; also the older names IOT, CLD and POLL
   * @return empty when there is no such signal
   */
  public static OptionalInt parse(String text) {
    String name = text.toUpperCase(Locale.ROOT);
    if (!name.isEmpty() && isDigit(name.charAt(0))) {
      return known(number(name));
    }
    if (name.startsWith(PREFIX)) {
      name = name.substring(PREFIX.length());
    }
    for (int i = 0; i < NAMES.length; i++) {
      if (NAMES[i].equals(name)) {
        return OptionalInt.of(i + 1);
      }
    }
    return switch (name) {
      case "IOT" -> OptionalInt.of(6);
      case "CLD" -> OptionalInt.of(17);
      case "POLL" -> OptionalInt.of(29);
      case "RTMIN" -> OptionalInt.of(SIGRTMIN);
      case "RTMAX" -> OptionalInt.of(SIGRTMAX);
      default -> realTime(name);
    };
  }

  /**
   * The name of a signal: {@code SIGTERM}, {@code SIGRTMIN+3}; {@code signal N} for a number that
   * is none.
   */
  public static String name(int number) {
    if (number >= 1 && number <= NAMES.length) {
      return PREFIX + NAMES[number - 1];
    }
    if (number == SIGRTMIN) {
      return "SIGRTMIN";
    }
    if (number > SIGRTMIN && number <= SIGRTMAX) {
      return "SIGRTMIN+" + (number - SIGRTMIN);
    }
    return "signal " + number;
  }

  private static OptionalInt realTime(String name) {
    boolean up = name.startsWith("RTMIN+");
    if (!up && !name.startsWith("RTMAX-")) {
      return OptionalInt.empty();
    }
    int distance = number(name.substring(6));
    if (distance < 0 || distance > SIGRTMAX - SIGRTMIN) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(up ? SIGRTMIN + distance : SIGRTMAX - distance);
  }

  private static OptionalInt known(int number) {
    boolean standard = number >= 1 && number <= NAMES.length;
    boolean realTime = number >= SIGRTMIN && number <= SIGRTMAX;
    return standard || realTime ? OptionalInt.of(number) : OptionalInt.empty();
  }

  /** At most two decimal digits; -1 for anything else. */
  private static int number(String digits) {
    if (digits.isEmpty() || digits.length() > 2) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      if (!isDigit(digits.charAt(i))) {
        return -1;
      }
      value = value * 10 + digits.charAt(i) - '0';
    }
    return value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
