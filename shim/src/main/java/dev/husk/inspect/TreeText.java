package dev.husk.inspect;

import dev.husk.cgroup.CgroupTreeReader;
import dev.husk.cgroup.CgroupView;
import dev.husk.failure.Printable;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A tree for people. */
public final class TreeText implements TreeSink {
  private static final int LONGEST_NAME = 60;
  private static final int LONGEST_LINE = 400;
  private static final int PID = 8;

  /** Shown beside what is used of them. */
  private static final Set<String> BESIDE_USAGE =
      Set.of("pids.max", "memory.max", "memory.swap.max");

  private final PrintStream out;
  private final Lines lines;
  private final Deque<String> indents = new ArrayDeque<>();
  private SandboxLine sandbox =
      new SandboxLine("", SandboxLine.Keeper.NONE, 0, "", 0, "", "", Optional.empty());
  private int sandboxes;

  /**
   * A tree on a stream.
   *
   * @param width of the terminal, in columns; {@link Integer#MAX_VALUE} for none
   */
  public TreeText(PrintStream out, int width) {
    this.out = out;
    this.lines = new Lines(out, width);
  }

  @Override
  public void begin() {
    indents.push("");
  }

  @Override
  public void sandbox(SandboxLine line) {
    if (sandboxes++ > 0) {
      out.println();
    }
    sandbox = line;
    List<String> facts = new ArrayList<>();
    if (!line.status().isEmpty()) {
      facts.add(line.status());
    }
    facts.add(
        switch (line.keeper()) {
          case ALIVE -> "shim " + line.shimPid();
          case DEAD -> "SHIM DEAD";
          case UNKNOWN -> "shim not to be seen";
          case NONE -> "NO STATE FILE";
        });
    if (line.pid() > 0) {
      facts.add("payload " + line.pid());
    }
    if (!line.bundle().isEmpty()) {
      facts.add("bundle " + line.bundle());
    }
    line(Printable.of(line.id(), LONGEST_NAME) + "  ", "  ", String.join(", ", facts));
    line.problem().ifPresent(problem -> line("  ", "  ", problem));
  }

  private void line(String first, String next, String text) {
    lines.print(first, next, Printable.of(text, LONGEST_LINE));
  }

  @Override
  public void enter(CgroupView cgroup, List<ProcessLine> processes, boolean last) {
    boolean top = indents.size() == 1;
    String indent = indents.element();
    String below = top ? "" : indent + (last ? "   " : "│  ");
    boolean anything =
        !processes.isEmpty() || cgroup.morePids() > 0 || cgroup.children() > 0 || isCut(cgroup);
    String name =
        top
            ? Printable.of(sandbox.directory(), LONGEST_LINE)
            : Printable.of(cgroup.name(), LONGEST_NAME);
    line(
        indent + (top ? "" : last ? "└─ " : "├─ ") + name + "  ",
        below + (anything ? "│    " : "     "),
        String.join("; ", facts(cgroup)));
    indents.push(below);
    for (int i = 0; i < processes.size(); i++) {
      boolean end =
          i == processes.size() - 1
              && cgroup.morePids() == 0
              && cgroup.children() == 0
              && !isCut(cgroup);
      process(processes.get(i), below + (end ? "└─ " : "├─ "));
    }
    if (cgroup.morePids() > 0) {
      boolean end = cgroup.children() == 0 && !isCut(cgroup);
      line(
          below + (end ? "└─ " : "├─ "),
          below,
          "… " + count(cgroup.morePids(), "more process", "more processes") + ", see --all");
    }
    if (isCut(cgroup)) {
      boolean end = cgroup.children() == 0;
      line(
          below + (end ? "└─ " : "├─ "),
          below,
          "… "
              + count(cgroup.more().cgroups(), "more cgroup", "more cgroups")
              + " below, with "
              + count(cgroup.more().processes(), "process", "processes")
              + ", see --all");
    }
  }

  private static boolean isCut(CgroupView cgroup) {
    return cgroup.more().cgroups() > 0;
  }

  private static String count(long number, String one, String many) {
    return number + " " + (number == 1 ? one : many);
  }

  private void process(ProcessLine process, String prefix) {
    String pid = Long.toString(process.pid());
    String inner = process.namespacePid() == 0 ? "" : "= " + process.namespacePid();
    line(
        prefix + pad(pid) + pad(inner),
        prefix,
        process.command().isEmpty() ? "-" : Printable.of(process.command(), LONGEST_NAME));
  }

  private static String pad(String text) {
    return text + " ".repeat(Math.max(1, PID - text.length()));
  }

  private static List<String> facts(CgroupView cgroup) {
    List<String> facts = new ArrayList<>();
    if (cgroup.gone()) {
      facts.add("removed meanwhile");
      return facts;
    }
    if (cgroup.frozen()) {
      facts.add("FROZEN");
    }
    if (!cgroup.populated()) {
      facts.add("empty");
    }
    if (!cgroup.type().isEmpty() && !cgroup.type().equals("domain")) {
      facts.add(cgroup.type());
    }
    CgroupView.Usage usage = cgroup.usage();
    amount(facts, "pids", usage.pids(), cgroup.limits().get("pids.max"), false);
    amount(facts, "memory", usage.memory(), cgroup.limits().get("memory.max"), true);
    if (usage.swap().orElse(0) > 0 || cgroup.limits().containsKey("memory.swap.max")) {
      amount(facts, "swap", usage.swap(), cgroup.limits().get("memory.swap.max"), true);
    }
    usage.cpuMicros().ifPresent(micros -> facts.add("cpu " + Sizes.micros(micros)));
    if (usage.throttledMicros().orElse(0) > 0) {
      facts.add("throttled " + Sizes.micros(usage.throttledMicros().orElse(0)));
    }
    for (Map.Entry<String, Double> pressure : cgroup.pressure().entrySet()) {
      if (pressure.getValue() > 0) {
        facts.add(
            String.format(
                Locale.ROOT, "pressure %s %.1f %%", pressure.getKey(), pressure.getValue()));
      }
    }
    for (Map.Entry<String, String> limit : cgroup.limits().entrySet()) {
      if (!BESIDE_USAGE.contains(limit.getKey()) || isUnseen(limit.getKey(), usage)) {
        facts.add(limit.getKey() + " " + limit.getValue());
      }
    }
    return facts;
  }

  private static boolean isUnseen(String file, CgroupView.Usage usage) {
    return switch (file) {
      case "pids.max" -> usage.pids().isEmpty();
      case "memory.max" -> usage.memory().isEmpty();
      default -> usage.swap().isEmpty();
    };
  }

  private static void amount(
      List<String> facts, String name, OptionalLong used, @Nullable String limit, boolean bytes) {
    if (used.isEmpty()) {
      return;
    }
    String amount = bytes ? Sizes.bytes(used.getAsLong()) : Long.toString(used.getAsLong());
    if (limit == null) {
      facts.add(name + " " + amount);
      return;
    }
    String most = bytes ? Sizes.bytes(Long.parseLong(limit)) : limit;
    facts.add(name + " " + amount + " of " + most);
  }

  @Override
  public void leave(CgroupView cgroup) {
    indents.pop();
  }

  @Override
  public void endSandbox(Optional<CgroupTreeReader.Totals> totals) {
    if (totals.isPresent()) {
      CgroupTreeReader.Totals all = totals.get();
      line(
          "",
          "",
          count(all.cgroups(), "cgroup", "cgroups")
              + ", "
              + count(all.processes(), "process", "processes")
              + (all.complete() ? "" : ", and more that were not looked at"));
    }
  }

  @Override
  public void end(Optional<String> problem) {
    indents.pop();
    if (problem.isPresent()) {
      line("", "", "There may be other sandboxes: " + problem.get());
    } else if (sandboxes == 0) {
      line("", "", "No sandboxes.");
    }
  }
}
