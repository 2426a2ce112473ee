package dev.husk.cgroup;

import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Whether the kernel holds what was written. It rounds sizes down to its unit, adds defaults behind
 * a value, sorts keys and joins ranges: none of that is a difference.
 */
final class ReadBack {
  /** The largest page that counts as rounding where no huge page size says otherwise. */
  private static final long PAGE = 65_536;

  /** Larger numbers mean no limit to the kernel (PAGE_COUNTER_MAX pages). */
  private static final long ENDLESS = 1L << 62;

  private ReadBack() {}

  /** Why the written value is not in force; empty when it is. */
  static Optional<String> difference(CgroupFs fs, Path cgroup, LimitWrite write) {
    String now;
    try {
      now = fs.read(cgroup.resolve(write.file())).strip();
      if (write.file().startsWith("cpuset.")) {
        return cpusetDifference(fs, cgroup, write, now);
      }
    } catch (ErrnoException e) {
      return Optional.of("written, and not to be read back: " + e.errno());
    }
    return holds(write.file(), write.value(), now) || isCleared(write, now)
        ? Optional.empty()
        : Optional.of("the kernel holds \"" + now.replace('\n', ' ') + "\" instead");
  }

  /** A device whose last rate or weight was taken away has no line any more. */
  private static boolean isCleared(LimitWrite write, String now) {
    List<String> wanted = Controllers.words(write.value());
    if (!write.controller().equals("io") || wanted.size() < 2) {
      return false;
    }
    for (String word : wanted.subList(1, wanted.size())) {
      if (!word.endsWith("=max") && !word.equals("default")) {
        return false;
      }
    }
    String device = wanted.get(0) + " ";
    return now.lines().noneMatch(line -> line.startsWith(device));
  }

  /**
   * cpuset.cpus keeps what is asked for; in force is cpuset.cpus.effective, which is the parent's
   * set when none of the cpus asked for exists.
   */
  private static Optional<String> cpusetDifference(
      CgroupFs fs, Path cgroup, LimitWrite write, String now) throws ErrnoException {
    Optional<BitSet> wanted = NumberList.parse(write.value());
    Path effectiveFile = cgroup.resolve(write.file() + ".effective");
    if (wanted.isEmpty() || !fs.exists(effectiveFile)) {
      return holds(write.file(), write.value(), now)
          ? Optional.empty()
          : Optional.of("the kernel holds \"" + now + "\" instead");
    }
    String effective = fs.read(effectiveFile).strip();
    Optional<BitSet> inForce = NumberList.parse(effective);
    if (inForce.isPresent()) {
      BitSet beyond = inForce.get();
      beyond.andNot(wanted.get());
      if (beyond.isEmpty()) {
        return Optional.empty();
      }
    }
    return Optional.of("in force is \"" + effective + "\", the cgroup above has no other");
  }

  /** Whether one line of the file has all the words written. */
  static boolean holds(String file, String written, String now) {
    List<String> wanted = Controllers.words(written);
    int start = 0;
    while (start <= now.length()) {
      int end = now.indexOf('\n', start);
      end = end < 0 ? now.length() : end;
      if (lineHolds(file, wanted, Controllers.words(now.substring(start, end)))) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  /** A cpuset partition that the kernel could not make reads {@code root invalid (reason)}. */
  private static boolean lineHolds(String file, List<String> wanted, List<String> line) {
    if (line.contains("invalid")) {
      return false;
    }
    List<String> left = new ArrayList<>(line);
    for (String word : wanted) {
      boolean found = false;
      for (int i = 0; i < left.size() && !found; i++) {
        if (wordHolds(file, word, left.get(i))) {
          left.remove(i);
          found = true;
        }
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private static boolean wordHolds(String file, String wanted, String now) {
    if (wanted.equals(now)) {
      return true;
    }
    int equals = wanted.indexOf('=');
    if (equals >= 0) {
      return now.startsWith(wanted.substring(0, equals + 1))
          && wordHolds(file, wanted.substring(equals + 1), now.substring(equals + 1));
    }
    Optional<Long> number = amount(wanted);
    Optional<Long> held = amount(now);
    if (number.isEmpty() || held.isEmpty()) {
      return false;
    }
    if (number.get() >= ENDLESS || held.get() >= ENDLESS) {
      return number.get() >= ENDLESS && held.get() >= ENDLESS;
    }
    return held.get() <= number.get() && number.get() - held.get() < rounding(file);
  }

  private static Optional<Long> amount(String text) {
    return text.equals("max") ? Optional.of(Long.MAX_VALUE) : number(text);
  }

  private static long rounding(String file) {
    if (file.startsWith("hugetlb.")) {
      int end = file.indexOf('.', "hugetlb.".length());
      String size = end < 0 ? "" : file.substring("hugetlb.".length(), end);
      return number(size.endsWith("B") ? size.substring(0, size.length() - 1) : size).orElse(1L);
    }
    return file.startsWith("memory.") ? PAGE : 1;
  }

  /** Digits with an optional K, M, G or T; decimals are cut off, as in {@code 50.00}. */
  private static Optional<Long> number(String text) {
    int digits = 0;
    long value = 0;
    while (digits < text.length() && Character.digit(text.charAt(digits), 10) >= 0) {
      if (digits == 19 || value > (Long.MAX_VALUE - 9) / 10) {
        return Optional.of(Long.MAX_VALUE);
      }
      value = value * 10 + Character.digit(text.charAt(digits), 10);
      digits++;
    }
    if (digits == 0) {
      return Optional.empty();
    }
    return switch (text.substring(digits)) {
      case "", ".00" -> Optional.of(value);
      case "K", "k" -> shifted(value, 10);
      case "M", "m" -> shifted(value, 20);
      case "G", "g" -> shifted(value, 30);
      case "T", "t" -> shifted(value, 40);
      default -> Optional.empty();
    };
  }

  private static Optional<Long> shifted(long value, int bits) {
    return Optional.of(value > (Long.MAX_VALUE >> bits) ? Long.MAX_VALUE : value << bits);
  }
}
