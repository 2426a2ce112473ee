package dev.husk.cgroup;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Reads the cgroups of a sandbox, one after the other from the top, and changes nothing. */
public final class CgroupTreeReader {
  private static final List<String> LIMITS =
      List.of(
          "pids.max",
          "memory.max",
          "memory.high",
          "memory.low",
          "memory.swap.max",
          "cpu.max",
          "cpu.weight",
          "cpu.idle",
          "cpuset.cpus",
          "cpuset.mems",
          "io.max",
          "io.weight",
          "hugetlb.2MB.max",
          "hugetlb.1GB.max",
          "rdma.max",
          "cgroup.max.descendants",
          "cgroup.max.depth");

  /** Of a line of a pressure file, see psi.rst. */
  private static final String AVERAGE = "avg10=";

  private final Bounds bounds;
  private final Visitor visitor;
  private int processesLeft;

  /**
   * How much is looked at closely; the rest is counted.
   *
   * @param cgroups in all
   * @param processes in all
   * @param processesEach in one cgroup
   */
  public record Bounds(int cgroups, int processes, int processesEach) {
    /** As much as husk ever looks at. */
    public static final Bounds ALL =
        new Bounds(CgroupOutline.MOST, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * What there is in all, within {@link Bounds#ALL}.
   *
   * @param complete false when there is more than husk ever looks at
   */
  public record Totals(int cgroups, int processes, boolean complete) {}

  /** Gets each cgroup before those below it. */
  public interface Visitor {
    /**
     * A cgroup, to be left after all those below it.
     *
     * @param last none follows it on its level
     */
    void enter(CgroupView cgroup, boolean last) throws IOException;

    void leave(CgroupView cgroup) throws IOException;
  }

  private CgroupTreeReader(Bounds bounds, Visitor visitor) {
    this.bounds = bounds;
    this.visitor = visitor;
    this.processesLeft = bounds.processes();
  }

  /**
   * Reads a cgroup and all below it.
   *
   * @throws IOException when the cgroup itself cannot be opened, or from the visitor
   */
  public static Totals read(Path directory, Bounds bounds, Visitor visitor) throws IOException {
    CgroupOutline outline = CgroupOutline.of(directory);
    outline.show(bounds.cgroups());
    try (SecureDirectoryStream<Path> stream = CgroupOutline.open(directory)) {
      new CgroupTreeReader(bounds, visitor).visit(stream, outline, true);
    }
    int cgroups = outline.cgroups();
    return new Totals(cgroups, outline.processes(), cgroups <= CgroupOutline.MOST);
  }

  private void visit(SecureDirectoryStream<Path> directory, CgroupOutline outline, boolean last)
      throws IOException {
    CgroupView view = look(directory, outline);
    visitor.enter(view, last);
    List<CgroupOutline> children = outline.shownChildren();
    for (int i = 0; i < children.size(); i++) {
      visitChild(directory, children.get(i), i == children.size() - 1);
    }
    visitor.leave(view);
  }

  private void visitChild(SecureDirectoryStream<Path> directory, CgroupOutline child, boolean last)
      throws IOException {
    SecureDirectoryStream<Path> stream;
    try {
      stream = directory.newDirectoryStream(child.name, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      CgroupView gone = gone(child);
      visitor.enter(gone, last);
      visitor.leave(gone);
      return;
    }
    try (stream) {
      visit(stream, child, last);
    }
  }

  private static CgroupView gone(CgroupOutline outline) {
    return new CgroupView(
        RawName.of(outline.name),
        "",
        true,
        false,
        false,
        Map.of(),
        CgroupView.Usage.UNKNOWN,
        Map.of(),
        List.of(),
        0,
        0,
        new CgroupView.Hidden(0, 0));
  }

  private CgroupView look(SecureDirectoryStream<Path> directory, CgroupOutline outline) {
    List<String> listed = Controllers.words(CgroupFile.read(directory, "cgroup.procs"));
    int wanted = Math.min(listed.size(), Math.min(bounds.processesEach(), processesLeft));
    processesLeft -= wanted;
    List<Long> pids = new ArrayList<>(wanted);
    for (String pid : listed.subList(0, wanted)) {
      pids.add(Long.parseLong(pid));
    }
    String events = CgroupFile.read(directory, "cgroup.events");
    return new CgroupView(
        RawName.of(outline.name),
        CgroupFile.read(directory, "cgroup.type").strip(),
        false,
        events.contains("populated 1"),
        events.contains("frozen 1"),
        limits(directory),
        usage(directory),
        pressure(directory),
        pids,
        listed.size() - wanted,
        outline.shownChildren().size(),
        outline.hidden());
  }

  private static Map<String, String> limits(SecureDirectoryStream<Path> directory) {
    Map<String, String> limits = new LinkedHashMap<>();
    for (String file : LIMITS) {
      String value = CgroupFile.read(directory, file).strip();
      if (isLimit(file, value)) {
        limits.put(file, value.replace('\n', ';'));
      }
    }
    return limits;
  }

  /** Not what the kernel itself begins with. */
  private static boolean isLimit(String file, String value) {
    return switch (file) {
      case "cpu.weight" -> !value.isEmpty() && !value.equals("100");
      case "io.weight" -> !value.isEmpty() && !value.equals("default 100");
      case "cpu.idle", "memory.low" -> !value.isEmpty() && !value.equals("0");
      default -> !value.isEmpty() && !value.startsWith("max") && !isBeyondAll(value);
    };
  }

  /** Some kernels write no limit of huge pages as the largest number of pages, in bytes. */
  private static boolean isBeyondAll(String value) {
    OptionalLong number = number(value);
    return number.isPresent() && number.getAsLong() > Long.MAX_VALUE / 2;
  }

  private static CgroupView.Usage usage(SecureDirectoryStream<Path> directory) {
    List<String> cpu = Controllers.words(CgroupFile.read(directory, "cpu.stat"));
    return new CgroupView.Usage(
        number(CgroupFile.read(directory, "memory.current")),
        number(CgroupFile.read(directory, "memory.swap.current")),
        number(CgroupFile.read(directory, "pids.current")),
        keyed(cpu, "usage_usec"),
        keyed(cpu, "throttled_usec"));
  }

  private static OptionalLong keyed(List<String> words, String key) {
    int at = words.indexOf(key);
    return at < 0 || at + 1 == words.size() ? OptionalLong.empty() : number(words.get(at + 1));
  }

  private static OptionalLong number(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static Map<String, Double> pressure(SecureDirectoryStream<Path> directory) {
    Map<String, Double> averages = new LinkedHashMap<>();
    for (String resource : List.of("cpu", "memory", "io")) {
      for (String line : CgroupFile.read(directory, resource + ".pressure").split("\n", -1)) {
        List<String> words = Controllers.words(line);
        if (words.size() > 1 && words.get(1).startsWith(AVERAGE)) {
          decimal(words.get(1).substring(AVERAGE.length()))
              .ifPresent(average -> averages.put(resource + "." + words.getFirst(), average));
        }
      }
    }
    return averages;
  }

  private static OptionalDouble decimal(String text) {
    try {
      return OptionalDouble.of(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }
}
