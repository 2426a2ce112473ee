package dev.husk.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.failure.HuskException;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ConfigPropertyTest {
  private static final Json EVERYTHING = Sample.everything().document();
  private static final List<String> PLACES = Documents.pointers(EVERYTHING);

  @Provide
  Arbitrary<OciConfig> configs() {
    return Configs.any();
  }

  @Provide
  Arbitrary<String> places() {
    return Arbitraries.of(PLACES);
  }

  @Provide
  Arbitrary<Json> values() {
    return Arbitraries.of(
            "{}",
            "[]",
            "\"\"",
            "\"x\"",
            "\"/x\"",
            "\"\\u0000\"",
            "0",
            "-1",
            "1.5",
            "1e400",
            "99999999999999999999999",
            "true",
            "null",
            "[null]",
            "[[]]",
            "[{}]",
            "[\"x\"]",
            "[5]",
            "{\"\":{}}",
            "{\"a/b~\":5}")
        .map(Documents::json);
  }

  @Property(tries = 300)
  void whatIsWrittenIsReadBack(@ForAll("configs") OciConfig config) throws HuskException {
    assertThat(ConfigReader.parse(ConfigWriter.write(config), "generated")).isEqualTo(config);
  }

  @Property(tries = 2000)
  void bytesNeverDoMoreThanFail(@ForAll byte[] bytes) {
    assertThat(Sample.failure(bytes)).isInstanceOf(ConfigFailure.class);
  }

  @Property(tries = 2000)
  void damagedBytesNeverDoMoreThanFail(@ForAll int place, @ForAll byte value, @ForAll boolean cut) {
    byte[] bytes = Documents.bytes(EVERYTHING);
    int at = Math.floorMod(place, bytes.length);
    bytes[at] = value;
    byte[] damaged = cut ? java.util.Arrays.copyOf(bytes, at) : bytes;
    try {
      assertThat(ConfigReader.parse(damaged, "damaged")).isNotNull();
    } catch (HuskException e) {
      assertThat(e.failure()).isInstanceOf(ConfigFailure.class);
    }
  }

  @Property(tries = 2000)
  void aChangedConfigIsReadOrAccusedAtPlacesItHas(
      @ForAll("places") String first,
      @ForAll("values") Json value,
      @ForAll("places") String second,
      @ForAll boolean remove) {
    Json once = Documents.with(EVERYTHING, first, Optional.of(value));
    Json changed =
        Documents.at(once, second).isPresent()
            ? Documents.with(once, second, remove ? Optional.empty() : Optional.of(value))
            : once;
    try {
      OciConfig config = ConfigReader.parse(Documents.bytes(changed), "changed");
      for (Refusal refusal : Unsupported.check(config)) {
        assertThat(Documents.at(changed, Documents.parent(refusal.pointer())))
            .as(refusal.pointer())
            .isPresent();
      }
    } catch (HuskException e) {
      ConfigFailure.Invalid failure = (ConfigFailure.Invalid) e.failure();
      assertThat(failure.offences()).isNotEmpty().hasSizeLessThanOrEqualTo(50);
      for (Offence offence : failure.offences()) {
        assertThat(Documents.at(changed, Documents.parent(offence.pointer())))
            .as(offence.pointer())
            .isPresent();
        assertThat(offence.message()).isNotBlank();
      }
    }
  }
}
