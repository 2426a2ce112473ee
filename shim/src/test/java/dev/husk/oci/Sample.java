package dev.husk.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import java.util.List;
import java.util.Optional;

/** A config of the tests under change, and what is claimed about it. */
record Sample(Json document) {

  /** What most configs look like, and husk applies in full. */
  static Sample typical() {
    return new Sample(Documents.json(Documents.sample("good/typical.json")));
  }

  /** Sets every property of the spec that the records hold. */
  static Sample everything() {
    return new Sample(Documents.json(Documents.sample("good/everything.json")));
  }

  Sample with(String pointer, String json) {
    return new Sample(Documents.with(document, pointer, Optional.of(Documents.json(json))));
  }

  Sample without(String pointer) {
    return new Sample(Documents.with(document, pointer, Optional.empty()));
  }

  OciConfig parsed() {
    try {
      return ConfigReader.parse(Documents.bytes(document), "config.json");
    } catch (HuskException e) {
      return fail("refused: " + e.getMessage(), e);
    }
  }

  /** Refused, and for nothing else than the value at the pointer. */
  void offends(String pointer, String... words) {
    List<Offence> offences = offences();
    assertThat(offences).extracting(Offence::pointer).containsExactly(pointer);
    assertThat(words).allSatisfy(word -> assertThat(offences.getFirst().message()).contains(word));
  }

  List<Offence> offences() {
    Failure failure = failure(Documents.bytes(document));
    assertThat(failure).isInstanceOf(ConfigFailure.Invalid.class);
    assertThat(failure.kind()).isEqualTo(FailureKind.INVALID);
    return ((ConfigFailure.Invalid) failure).offences();
  }

  /** Valid, and refused as not applied for nothing else than the property at the pointer. */
  void isNotApplied(String pointer, String... words) {
    List<Refusal> refusals = Unsupported.check(parsed());
    assertThat(refusals).extracting(Refusal::pointer).containsExactly(pointer);
    assertThat(words).allSatisfy(word -> assertThat(refusals.getFirst().why()).contains(word));
    assertThat(refusals.getFirst().remedy()).isNotBlank();
  }

  void isApplied() {
    assertThat(applied()).isNotNull();
  }

  /** Valid, and applied in full. */
  OciConfig applied() {
    OciConfig config = parsed();
    assertThat(Unsupported.check(config)).isEmpty();
    return config;
  }

  static Failure failure(byte[] json) {
    try {
      OciConfig config = ConfigReader.parse(json, "config.json");
      return fail("accepted: " + config);
    } catch (HuskException e) {
      assertThat(e.failure().remedy()).isNotBlank();
      assertThat(e.getMessage()).doesNotContain("\n");
      return e.failure();
    }
  }
}
