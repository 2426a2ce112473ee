package dev.husk.cli;

import dev.husk.rpc.Document;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The options for limits, as the {@code linux.resources} object that they stand for. */
final class LimitOptions {
  static final Set<String> FLAGS = Set.of("--check-before-update");

  private static final long DEFAULT_PERIOD = 100_000;

  private static final Set<String> VALUED =
      Set.of(
          "--memory",
          "--memory-reservation",
          "--memory-swap",
          "--cpus",
          "--cpu-quota",
          "--cpu-period",
          "--cpu-burst",
          "--cpu-shares",
          "--cpu-idle",
          "--cpuset-cpus",
          "--cpuset-mems",
          "--pids",
          "--io-weight",
          "--hugepages",
          "--unified");

  private final Arguments arguments;
  private final Map<String, Object> resources = new LinkedHashMap<>();

  private LimitOptions(Arguments arguments) {
    this.arguments = arguments;
  }

  static Set<String> valuedAnd(String further) {
    Set<String> all = new HashSet<>(VALUED);
    all.add(further);
    return all;
  }

  /** The object as JSON; empty when no limit is given. */
  static Optional<String> json(Arguments arguments) throws UsageException {
    LimitOptions options = new LimitOptions(arguments);
    options.memory();
    options.cpu();
    options.others();
    return options.resources.isEmpty()
        ? Optional.empty()
        : Optional.of(new Document(options.resources).toPlainJson());
  }

  private void section(String name, Map<String, Object> members) {
    if (!members.isEmpty()) {
      resources.put(name, new Document(members));
    }
  }

  private void memory() throws UsageException {
    Map<String, Object> memory = new LinkedHashMap<>();
    bytes(memory, "limit", "--memory");
    bytes(memory, "reservation", "--memory-reservation");
    bytes(memory, "swap", "--memory-swap");
    if (arguments.has("--check-before-update")) {
      memory.put("checkBeforeUpdate", true);
    }
    section("memory", memory);
  }

  private void cpu() throws UsageException {
    Map<String, Object> cpu = new LinkedHashMap<>();
    number(cpu, "shares", "--cpu-shares");
    number(cpu, "quota", "--cpu-quota");
    number(cpu, "burst", "--cpu-burst");
    number(cpu, "period", "--cpu-period");
    number(cpu, "idle", "--cpu-idle");
    Optional<String> cpus = arguments.value("--cpus");
    if (cpus.isPresent()) {
      if (cpu.containsKey("quota")) {
        throw new UsageException("give --cpus or --cpu-quota, not both");
      }
      // A quota is of a period, and the one in force is not known here.
      long period =
          arguments.has("--cpu-period")
              ? Quantity.number("--cpu-period", arguments.value("--cpu-period").orElseThrow())
              : DEFAULT_PERIOD;
      cpu.put("quota", Quantity.quota("--cpus", cpus.get(), period));
      cpu.put("period", period);
    }
    arguments.value("--cpuset-cpus").ifPresent(list -> cpu.put("cpus", list));
    arguments.value("--cpuset-mems").ifPresent(list -> cpu.put("mems", list));
    section("cpu", cpu);
  }

  private void others() throws UsageException {
    Map<String, Object> pids = new LinkedHashMap<>();
    number(pids, "limit", "--pids");
    section("pids", pids);
    Map<String, Object> blockIo = new LinkedHashMap<>();
    number(blockIo, "weight", "--io-weight");
    section("blockIO", blockIo);
    List<Document> pages = new ArrayList<>();
    for (String given : arguments.values("--hugepages")) {
      String[] pair = pair("--hugepages", given, "SIZE=BYTES, such as 2MB=64m");
      pages.add(
          new Document(
              Map.of("pageSize", pair[0], "limit", pages(Quantity.bytes("--hugepages", pair[1])))));
    }
    if (!pages.isEmpty()) {
      resources.put("hugepageLimits", pages);
    }
    Map<String, Object> unified = new LinkedHashMap<>();
    for (String given : arguments.values("--unified")) {
      String[] pair = pair("--unified", given, "FILE=VALUE, such as memory.high=64M");
      unified.put(pair[0], pair[1]);
    }
    section("unified", unified);
  }

  /** The field has no word for no limit; the kernel takes the largest number for it. */
  private static long pages(long bytes) {
    return bytes < 0 ? Long.MAX_VALUE : bytes;
  }

  private static String[] pair(String option, String given, String form) throws UsageException {
    int equals = given.indexOf('=');
    if (equals <= 0) {
      throw new UsageException("option " + option + " is " + form + ", not \"" + given + "\"");
    }
    return new String[] {given.substring(0, equals), given.substring(equals + 1)};
  }

  private void bytes(Map<String, Object> section, String member, String option)
      throws UsageException {
    Optional<String> value = arguments.value(option);
    if (value.isPresent()) {
      section.put(member, Quantity.bytes(option, value.get()));
    }
  }

  private void number(Map<String, Object> section, String member, String option)
      throws UsageException {
    Optional<String> value = arguments.value(option);
    if (value.isPresent()) {
      section.put(member, Quantity.number(option, value.get()));
    }
  }
}
