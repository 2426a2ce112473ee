package dev.husk.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientOptionsTest {
  private static Optional<String> limits(String... words) throws UsageException {
    return LimitOptions.json(
        Arguments.parse(List.of(words), LimitOptions.FLAGS, LimitOptions.valuedAnd("--resources")));
  }

  @Test
  void limitsBecomeTheRuntimeSpecsObject() throws Exception {
    assertThat(limits("--memory", "64m", "--memory-swap=max", "--check-before-update"))
        .contains("{\"memory\":{\"limit\":67108864,\"swap\":-1,\"checkBeforeUpdate\":true}}");
    assertThat(limits("--cpus", "1.5", "--cpuset-cpus", "0-1", "--pids=100"))
        .contains(
            "{\"cpu\":{\"quota\":150000,\"period\":100000,\"cpus\":\"0-1\"},"
                + "\"pids\":{\"limit\":100}}");
    assertThat(limits("--cpus", "0.25", "--cpu-period", "20000"))
        .contains("{\"cpu\":{\"period\":20000,\"quota\":5000}}");
    assertThat(limits("--unified", "memory.high=64M", "--unified", "io.max=8:0 rbps=1"))
        .contains("{\"unified\":{\"memory.high\":\"64M\",\"io.max\":\"8:0 rbps=1\"}}");
    String pages = limits("--hugepages", "2MB=1g").orElseThrow();
    assertThat(
            dev.husk.oci.ResourcesReader.parse(pages.getBytes(StandardCharsets.UTF_8), "test")
                .hugepageLimits())
        .containsExactly(new dev.husk.oci.Resources.HugepageLimit("2MB", 1L << 30));
    assertThat(limits("--hugepages", "2MB=max").orElseThrow())
        .contains("\"limit\":" + Long.MAX_VALUE);
    assertThat(limits("--resources", "x")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--memory=x",
        "--memory=",
        "--memory=-2",
        "--memory=9999999999t",
        "--pids=1.5",
        "--pids=+5",
        "--pids=\u0663",
        "--pids=",
        "--memory=\u0663",
        "--pids=99999999999999999999",
        "--cpus=-1",
        "--cpus=1e3",
        "--hugepages=2MB",
        "--unified==1",
        "--unknown=1",
        "--check-before-update=1",
        "--cpu-quota"
      })
  void whatIsWrongIsAUsageErrorThatNamesIt(String option) {
    assertThatThrownBy(() -> limits(option))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(
            option.substring(0, option.indexOf('=') < 0 ? 5 : option.indexOf('=')));
  }

  @Test
  void processorsAndAQuotaExcludeEachOther() {
    assertThatThrownBy(() -> limits("--cpus=1", "--cpu-quota=5000"))
        .isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1024, 1024",
    "1k, 1024",
    "1K, 1024",
    "1KiB, 1024",
    "1.5g, 1610612736",
    "max, -1",
    "-1, -1",
    "64mb, 67108864",
    "2t, 2199023255552"
  })
  void sizesAreReadAsPeopleWriteThem(String text, long bytes) throws Exception {
    assertThat(Quantity.bytes("--memory", text)).isEqualTo(bytes);
  }

  @Test
  void quantitiesAreShownWithTheirUnit() {
    assertThat(Quantity.size(Optional.empty())).isEqualTo("-");
    assertThat(Quantity.size(Optional.of(-1L))).isEqualTo("no limit");
    assertThat(Quantity.size(Optional.of(512L))).isEqualTo("512 B");
    assertThat(Quantity.size(Optional.of(3L << 19))).isEqualTo("1.5 MiB");
    assertThat(Quantity.seconds(Optional.of(1_234_567L))).isEqualTo("1.235 s");
    assertThat(Quantity.count(Optional.of(7L))).isEqualTo("7");
  }

  @Test
  void whatAPayloadChoseDoesNothingToTheTerminal() {
    assertThat(new Table().row("a\u001b[2J\n\u202e", "b").row("long one", "c").toString())
        .isEqualTo("a<U+1b>[2J<U+a><U+202e>  b\nlong one                 c\n");
  }

  @Test
  void operandsAndOptionsComeInAnyOrder() throws Exception {
    Arguments arguments =
        Arguments.parse(
            List.of("a", "--json", "b", "--", "--c"),
            java.util.Set.of("--json"),
            java.util.Set.of());
    assertThat(arguments.operands()).containsExactly("a", "b", "--c");
    assertThat(arguments.has("--json")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "list x",
        "state",
        "state a b",
        "ps",
        "stats",
        "owner",
        "owner x",
        "owner 0",
        "owner -- -1",
        "kill",
        "kill a b c",
        "wait",
        "delete",
        "pause",
        "resume",
        "update a",
        "update",
        "update a --pids 1 --resources f",
        "nonsense",
        "state --root= a",
        "state a --socket"
      })
  void aWrongCommandLineIsAUsageError(String line) {
    List<String> words = List.of(line.split(" ", -1));
    assertThatThrownBy(() -> ClientCommands.run(words.get(0), words.subList(1, words.size())))
        .isInstanceOf(UsageException.class);
  }
}
