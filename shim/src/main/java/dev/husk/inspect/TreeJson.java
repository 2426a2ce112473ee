package dev.husk.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.husk.cgroup.CgroupTreeReader;
import dev.husk.cgroup.CgroupView;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A tree for programs: one object on one line. */
public final class TreeJson implements TreeSink {
  private final PrintStream out;
  private final JsonGenerator json;
  private boolean first = true;

  public TreeJson(PrintStream out) throws IOException {
    this.out = out;
    this.json = JsonOutput.on(out);
  }

  @Override
  public void begin() throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("sandboxes");
  }

  @Override
  public void sandbox(SandboxLine sandbox) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", sandbox.id());
    json.writeStringField("shim", sandbox.keeper().name().toLowerCase(Locale.ROOT));
    positive("shimPid", sandbox.shimPid());
    text("status", sandbox.status());
    positive("pid", sandbox.pid());
    text("bundle", sandbox.bundle());
    text("directory", sandbox.directory());
    text("problem", sandbox.problem().orElse(""));
    first = true;
  }

  private void text(String name, String value) throws IOException {
    if (!value.isEmpty()) {
      json.writeStringField(name, value);
    }
  }

  private void positive(String name, long value) throws IOException {
    if (value > 0) {
      json.writeNumberField(name, value);
    }
  }

  @Override
  public void enter(CgroupView cgroup, List<ProcessLine> processes, boolean last)
      throws IOException {
    if (first) {
      json.writeObjectFieldStart("cgroup");
      first = false;
    } else {
      json.writeStartObject();
    }
    json.writeStringField("name", cgroup.name());
    text("type", cgroup.type());
    if (cgroup.gone()) {
      json.writeBooleanField("gone", true);
    } else {
      json.writeBooleanField("populated", cgroup.populated());
      json.writeBooleanField("frozen", cgroup.frozen());
    }
    usage(cgroup.usage());
    json.writeObjectFieldStart("limits");
    for (Map.Entry<String, String> limit : cgroup.limits().entrySet()) {
      json.writeStringField(limit.getKey(), limit.getValue());
    }
    json.writeEndObject();
    json.writeObjectFieldStart("pressure");
    for (Map.Entry<String, Double> pressure : cgroup.pressure().entrySet()) {
      json.writeNumberField(pressure.getKey(), pressure.getValue());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("processes");
    for (ProcessLine process : processes) {
      process(process);
    }
    json.writeEndArray();
    positive("moreProcesses", cgroup.morePids());
    positive("moreCgroups", cgroup.more().cgroups());
    positive("processesOfMoreCgroups", cgroup.more().processes());
    json.writeArrayFieldStart("cgroups");
  }

  private void usage(CgroupView.Usage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    number("pids", usage.pids());
    number("memoryBytes", usage.memory());
    number("swapBytes", usage.swap());
    number("cpuMicros", usage.cpuMicros());
    number("throttledMicros", usage.throttledMicros());
    json.writeEndObject();
  }

  private void number(String name, OptionalLong value) throws IOException {
    if (value.isPresent()) {
      json.writeNumberField(name, value.getAsLong());
    }
  }

  private void process(ProcessLine process) throws IOException {
    json.writeStartObject();
    json.writeNumberField("pid", process.pid());
    positive("namespacePid", process.namespacePid());
    json.writeStringField("command", process.command());
    json.writeEndObject();
  }

  @Override
  public void leave(CgroupView cgroup) throws IOException {
    json.writeEndArray();
    json.writeEndObject();
  }

  @Override
  public void endSandbox(Optional<CgroupTreeReader.Totals> totals) throws IOException {
    if (totals.isPresent()) {
      json.writeObjectFieldStart("totals");
      json.writeNumberField("cgroups", totals.get().cgroups());
      json.writeNumberField("processes", totals.get().processes());
      json.writeBooleanField("complete", totals.get().complete());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  @Override
  public void end(Optional<String> problem) throws IOException {
    json.writeEndArray();
    text("problem", problem.orElse(""));
    json.writeEndObject();
    json.close();
    out.println();
  }
}
