package dev.husk.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.husk.cgroup.CgroupTreeReader;
import dev.husk.cgroup.CgroupView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RenderingTest {
  private static CgroupView cgroup(String name, int children, int morePids, int moreCgroups) {
    return new CgroupView(
        name,
        "domain",
        false,
        true,
        false,
        Map.of("memory.max", "67108864", "cpu.max", "50000 100000"),
        new CgroupView.Usage(
            OptionalLong.of(3 << 20),
            OptionalLong.of(0),
            OptionalLong.of(7),
            OptionalLong.of(1_500_000),
            OptionalLong.empty()),
        Map.of("cpu.some", 12.5),
        List.of(),
        morePids,
        children,
        new CgroupView.Hidden(moreCgroups, 5));
  }

  private static void feed(TreeSink sink, String name, String command) throws IOException {
    CgroupView p = cgroup("demo", 1, 0, 0);
    CgroupView s = cgroup(name, 2, 0, 9);
    CgroupView first = cgroup("init", 0, 3, 0);
    CgroupView second = cgroup("z", 0, 0, 0);
    sink.begin();
    sink.sandbox(
        new SandboxLine(
            "demo",
            SandboxLine.Keeper.ALIVE,
            11,
            "running",
            12,
            "/b",
            "/sys/fs/cgroup/husk/demo",
            Optional.empty()));
    sink.enter(p, List.of(), true);
    sink.enter(s, List.of(), true);
    sink.enter(first, List.of(new ProcessLine(12, 1, command)), false);
    sink.leave(first);
    sink.enter(second, List.of(new ProcessLine(13, 0, "bwrap")), true);
    sink.leave(second);
    sink.leave(s);
    sink.leave(p);
    sink.endSandbox(Optional.of(new CgroupTreeReader.Totals(13, 10, true)));
    sink.end(Optional.empty());
  }

  private static String text(int width, String name, String command) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    feed(new TreeText(new PrintStream(bytes, true, StandardCharsets.UTF_8), width), name, command);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aTreeIsDrawn() throws Exception {
    String facts =
        "pids 7; memory 3.0 MiB of 64 MiB; cpu 1.500 s; pressure cpu.some 12.5 %; cpu.max";
    assertThat(
            text(Integer.MAX_VALUE, "payload", "sh")
                .lines()
                .map(line -> line.replace(facts, "@").replaceFirst("@.*", "")))
        .containsExactly(
            "demo  running, shim 11, payload 12, bundle /b",
            "/sys/fs/cgroup/husk/demo  ",
            "└─ payload  ",
            "   ├─ … 9 more cgroups below, with 5 processes, see --all",
            "   ├─ init  ",
            "   │  ├─ 12      = 1     sh",
            "   │  └─ … 3 more processes, see --all",
            "   └─ z  ",
            "      └─ 13              bwrap",
            "13 cgroups, 10 processes");
  }

  @Test
  void noLineIsWiderThanTheTerminal() throws Exception {
    assertThat(text(50, "n".repeat(300), "c").lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(50));
  }

  @Property(tries = 300)
  void jsonIsValidAsciiWhateverTheNames(@ForAll String name, @ForAll String command)
      throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    feed(new TreeJson(new PrintStream(bytes, true, StandardCharsets.UTF_8)), name, command);
    String json = bytes.toString(StandardCharsets.UTF_8);
    assertThat(json.chars()).allMatch(c -> c < 0x80);
    List<String> strings = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken().isScalarValue()) {
          strings.add(parser.getText());
        }
      }
    }
    assertThat(strings).contains(name, command, "67108864", "1500000");
  }

  @Test
  void theDoctorSaysWhyNoSandboxCanBeRun() throws Exception {
    DoctorReport report =
        new DoctorReport(
            List.of(
                Finding.yes(Finding.Section.KERNEL, "a", "found", "so").asEssential(),
                Finding.no(Finding.Section.RIGHTS, "root", "uid 5", "none", "be root")
                    .asEssential(),
                Finding.no(Finding.Section.LIMITS, "pids", "v1", "refused", "boot")));
    assertThat(report.ready()).isFalse();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DoctorText.print(report, new PrintStream(bytes, true, StandardCharsets.UTF_8), 200);
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("  no       root                      uid 5; none; remedy: be root\n")
        .endsWith("No sandbox can be run here:\n  rights.root: uid 5\n");
    bytes.reset();
    DoctorJson.print(report, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .startsWith("{\"ready\":false,\"reasons\":[\"rights.root\"],\"findings\":[");
  }
}
