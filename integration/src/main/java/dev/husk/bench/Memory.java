package dev.husk.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of a process, in MiB.
 *
 * @param own private, clean and dirty: what would be free without it
 * @param dirty of that, what is not a file's content that the kernel can read again
 * @param pss its share of everything it maps
 */
record Memory(String name, double own, double dirty, double pss, double rss) {
  private static final double KIB_PER_MIB = 1024;

  static Memory of(long pid) throws IOException {
    double clean = 0;
    double dirty = 0;
    double pss = 0;
    double rss = 0;
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
      String[] words = line.split(" +");
      switch (words[0]) {
        case "Private_Clean:" -> clean = Long.parseLong(words[1]);
        case "Private_Dirty:" -> dirty = Long.parseLong(words[1]);
        case "Pss:" -> pss = Long.parseLong(words[1]);
        case "Rss:" -> rss = Long.parseLong(words[1]);
        default -> {}
      }
    }
    return new Memory(
        role(pid),
        (clean + dirty) / KIB_PER_MIB,
        dirty / KIB_PER_MIB,
        pss / KIB_PER_MIB,
        rss / KIB_PER_MIB);
  }

  /** Every process below that one. */
  static List<Memory> ofDescendants(long pid) throws IOException {
    List<Memory> all = new ArrayList<>();
    for (ProcessHandle below : ProcessHandle.of(pid).orElseThrow().descendants().toList()) {
      all.add(of(below.pid()));
    }
    return all;
  }

  /** Its program, and how husk calls it. */
  private static String role(long pid) throws IOException {
    String[] words = Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0");
    String program = words[0].substring(words[0].lastIndexOf('/') + 1);
    return program.contains("husk") && words.length > 1 ? program + " " + words[1] : program;
  }

  String shown() {
    return "%s: private %.2f (dirty %.2f), PSS %.2f, RSS %.2f"
        .formatted(name, own, dirty, pss, rss);
  }
}
