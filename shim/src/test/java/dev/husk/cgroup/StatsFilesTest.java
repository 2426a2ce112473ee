package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The formats of cgroup v2's files. */
class StatsFilesTest {
  @Provide
  Arbitrary<String> keys() {
    return Arbitraries.strings().withCharRange('a', 'z').withChars('_', '.').ofMinLength(1);
  }

  @Provide
  Arbitrary<Long> amounts() {
    return Arbitraries.oneOf(
        Arbitraries.longs().greaterOrEqual(0), Arbitraries.longs(), Arbitraries.of(-1L, 0L));
  }

  @Provide
  Arbitrary<Map<String, Long>> counters() {
    return Arbitraries.maps(keys(), amounts()).ofMaxSize(40);
  }

  @Property
  void everyUnsignedNumberIsRead(@ForAll("amounts") long value) {
    assertThat(Amount.parse(Long.toUnsignedString(value))).hasValue(value);
  }

  @Property
  void noTextIsTooOdd(@ForAll String text) {
    Amount.parse(text);
    Counters.parse(text);
    KeyedLine.parse(text);
    Pressure.parse(text);
    StatsReader.pageSize(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "+1", " 1", "1.5", "0x1", "18446744073709551616", "Max", "١"})
  void whatIsNoNumberIsNone(String text) {
    assertThat(Amount.parse(text)).isEmpty();
  }

  @Test
  void maxIsTheLargestNumber() {
    assertThat(Amount.parse("max")).hasValue(Amount.MAX);
    assertThat(Long.toUnsignedString(Amount.MAX)).isEqualTo("18446744073709551615");
  }

  @Property
  void countersComeBackAsTheyWere(@ForAll("counters") Map<String, Long> values) {
    StringBuilder text = new StringBuilder();
    values.forEach((key, value) -> text.append(key + " " + Long.toUnsignedString(value) + "\n"));
    Counters counters = Counters.parse(text.toString());
    assertThat(counters.values()).isEqualTo(values);
    values.forEach((key, value) -> assertThat(counters.get(key)).hasValue(value));
    assertThat(counters.get("no such key")).isEmpty();
    assertThat(counters.isEmpty()).isEqualTo(values.isEmpty());
  }

  @Test
  void linesOfAnotherFormAreLeftOut() {
    assertThat(Counters.parse("a 1\nb\nc x\n d  2 \ne 1 2\n\nf -1").values())
        .isEqualTo(Map.of("a", 1L, "d", 2L));
  }

  @Test
  void aSumIsOfWhatIsThere() {
    Counters counters = Counters.parse("a 1\nb 2\n");
    assertThat(counters.sum("a", "b", "c")).hasValue(3);
    assertThat(counters.sum("c", "d")).isEmpty();
  }

  @Property
  void nestedLinesComeBackAsTheyWere(@ForAll("counters") Map<String, Long> values) {
    List<String> words = new ArrayList<>(List.of("8:0"));
    values.forEach((key, value) -> words.add(key + "=" + Long.toUnsignedString(value)));
    List<KeyedLine> lines = KeyedLine.parse(String.join(" ", words) + "\n");
    if (values.isEmpty()) {
      assertThat(lines).isEmpty();
      return;
    }
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0).key()).isEqualTo("8:0");
    values.forEach((key, value) -> assertThat(lines.get(0).number(key)).hasValue(value));
  }

  @Test
  void aDeviceWithoutNumbersIsLeftOut() {
    List<KeyedLine> lines =
        KeyedLine.parse(
            "7:0 \n8:0 rbytes=4096 wbytes=0 rios=1\nmlx4_0 hca_handle=2 hca_object=max");
    assertThat(lines).extracting(KeyedLine::key).containsExactly("8:0", "mlx4_0");
    assertThat(lines.get(0).number("rbytes")).hasValue(4096);
    assertThat(lines.get(0).number("dbytes")).isEmpty();
    assertThat(lines.get(1).number("hca_object")).hasValue(Amount.MAX);
  }

  @Test
  void pressureHasOneLineOrTwo() {
    String some = "some avg10=1.50 avg60=0.25 avg300=0.00 total=12345\n";
    Pressure.Line line = new Pressure.Line(1.5, 0.25, 0, 12345);
    assertThat(Pressure.parse(some)).contains(new Pressure(Optional.of(line), Optional.empty()));
    assertThat(Pressure.parse(some + some.replace("some", "full")))
        .contains(new Pressure(Optional.of(line), Optional.of(line)));
    assertThat(Pressure.parse("")).isEmpty();
    assertThat(Pressure.parse(some.replace("1.50", "x"))).isEmpty();
    assertThat(Pressure.parse(some.replace("1.50", "NaN"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "hugepages-64kB, 64KB",
    "hugepages-2048kB, 2MB",
    "hugepages-524288kB, 512MB",
    "hugepages-1048576kB, 1GB",
    "hugepages-16777216kB, 16GB"
  })
  void pageSizesAreNamedAsTheKernelDoes(String directory, String size) {
    assertThat(StatsReader.pageSize(directory)).isEqualTo(size);
  }
}
