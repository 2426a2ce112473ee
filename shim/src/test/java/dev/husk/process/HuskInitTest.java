package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs the native driver on the real husk-init, and shows each of its TAP lines as a test. */
class HuskInitTest {
  private static final Path BUILT =
      Path.of(System.getProperty("husk.init", "target/native/husk-init"))
          .resolveSibling("")
          .toAbsolutePath();
  private static final long DEADLINE_MINUTES = 2;

  @TestFactory
  Stream<DynamicTest> behaves() throws Exception {
    return tests("husk-init", "test-husk-init");
  }

  @TestFactory
  Stream<DynamicTest> behavesUnderSanitizers() throws Exception {
    return tests("husk-init-sanitized", "test-husk-init-sanitized");
  }

  private static Stream<DynamicTest> tests(String program, String driver) throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    StringBuilder remarks = new StringBuilder();
    for (String line : run(program, driver)) {
      if (line.startsWith("ok ") || line.startsWith("not ok ")) {
        String text = remarks.toString();
        tests.add(
            DynamicTest.dynamicTest(
                line.substring(line.indexOf('-') + 2), () -> report(line, text)));
        remarks.setLength(0);
      } else {
        remarks.append(line).append('\n');
      }
    }
    assertThat(remarks.toString()).isEqualTo("1.." + tests.size() + "\n");
    return tests.stream();
  }

  private static void report(String line, String remarks) {
    if (line.startsWith("not ok ")) {
      fail(line + "\n" + remarks);
    }
    if (line.contains("# SKIP")) {
      abort(line);
    }
  }

  private static List<String> run(String program, String driver)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                BUILT.resolve(driver).toString(),
                BUILT.resolve(program).toString(),
                BUILT.resolve("test-payload").toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    List<String> lines = process.inputReader().readAllLines();
    assertThat(process.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES)).isTrue();
    return lines;
  }
}
