package dev.husk.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.failure.FailureKind;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSyntaxTest {

  private static ConfigFailure.Malformed malformed(byte[] bytes) {
    ConfigFailure.Malformed failure = (ConfigFailure.Malformed) Sample.failure(bytes);
    assertThat(failure.kind()).isEqualTo(FailureKind.INVALID);
    return failure;
  }

  private static ConfigFailure.Malformed malformed(String text) {
    return malformed(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1",
        "{\"a\":1}}",
        "{\"a\":1} {}",
        "{'a':1}",
        "{a:1}",
        "// comment\n{}",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":\"\t\"}",
        "{\"a\":tru}",
        "nul"
      })
  void refusesWhatIsNoJson(String text) {
    assertThat(malformed(text).why()).isNotBlank().doesNotContain("Source");
  }

  @Test
  void saysWhere() {
    ConfigFailure.Malformed failure = malformed("{\n  \"a\": 1,\n  \"b\": x\n}");
    assertThat(failure.line()).isEqualTo(3);
    assertThat(failure.column()).isBetween(8, 9);
    assertThat(failure.where()).isEqualTo("config.json: line 3, column " + failure.column());
  }

  @Test
  void refusesDuplicateNamesEvenInUnknownProperties() {
    ConfigFailure.Malformed failure = malformed("{\"vendor\":\n [{\"a\":1,\"b\":{},\"a\":2}]}");
    assertThat(failure.why()).contains("\"a\" appears twice");
    assertThat(failure.line()).isEqualTo(2);
    assertThat(malformed("{\"a\":1,\"\\u0061\":2}").why()).contains("twice");
  }

  @Test
  void boundsDepth() {
    String deepest = "[".repeat(62) + "]".repeat(62);
    assertThat(Sample.typical().with("/vendor", deepest).parsed()).isNotNull();
    for (int depth : new int[] {65, 500, 200_000}) {
      assertThat(malformed("[".repeat(depth)).why()).contains("deeper than 64");
      assertThat(malformed("{\"a\":".repeat(depth)).why()).contains("deeper than 64");
    }
  }

  @Test
  void boundsTheNumberOfValues() {
    assertThat(malformed("[0" + ",0".repeat(70_000) + "]").why()).contains("more than 65536");
  }

  @Test
  void boundsStringsNamesAndNumbers() {
    assertThat(malformed("[\"" + "a".repeat(2 << 20) + "\"]").why()).isNotBlank();
    assertThat(malformed("{\"" + "a".repeat(2 << 20) + "\":1}").why()).isNotBlank();
    assertThat(malformed("[" + "1".repeat(100_000) + "]").why()).isNotBlank();
  }

  @Test
  void boundsSize() {
    byte[] big = new byte[ConfigReader.MAX_BYTES + 1];
    assertThat(Sample.failure(big)).isInstanceOf(ConfigFailure.TooBig.class);
  }

  @Test
  void refusesWhatIsNotUtf8() {
    byte[][] bad = {
      {(byte) 0xff},
      {(byte) 0xc0, (byte) 0x80},
      {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
      {(byte) 0xe2, (byte) 0x82},
      {(byte) 0xf5, (byte) 0x80, (byte) 0x80, (byte) 0x80}
    };
    for (byte[] sequence : bad) {
      byte[] bytes = "{\n\"a\":\"bcde\"}".getBytes(StandardCharsets.UTF_8);
      System.arraycopy(sequence, 0, bytes, 7, sequence.length);
      ConfigFailure.Malformed failure = malformed(bytes);
      assertThat(failure.why()).isEqualTo("not UTF-8");
      assertThat(failure.line()).isEqualTo(2);
      assertThat(failure.column()).isEqualTo(6);
    }
    assertThat(malformed(new byte[] {'"', (byte) 0xe2}).why()).isEqualTo("not UTF-8");
  }

  @Test
  void refusesOtherEncodingsOfUnicode() {
    String text = "{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"r\"}}";
    assertThat(malformed(text.getBytes(StandardCharsets.UTF_16LE)).why()).contains("UTF-16");
    assertThat(malformed(text.getBytes(StandardCharsets.UTF_16BE)).why()).contains("UTF-16");
    assertThat(malformed(text.getBytes(StandardCharsets.UTF_16)).why()).contains("UTF");
  }

  @Test
  void refusesHalfOfASurrogatePair() {
    assertThat(malformed("{\"a\":\"\\ud800\"}").why()).contains("surrogate");
    assertThat(malformed("{\"a\":\"\\udc00\\ud800\"}").why()).contains("surrogate");
    assertThat(malformed("{\"\\ud800x\":1}").why()).contains("surrogate");
    assertThat(Sample.typical().with("/hostname", "\"\\ud83d\\ude00\"").parsed().hostname())
        .contains("😀");
  }

  @Test
  void documentMustBeAnObject() {
    for (String text : new String[] {"[]", "5", "\"x\"", "null", "true"}) {
      new Sample(Documents.json(text)).offends("", "must be an object");
    }
  }

  @Test
  void messagesStayOnOneLine() {
    Sample.typical()
        .with("/annotations", "{\"a\\nb\":\"x\"}")
        .with("/process/cwd", "\"a\\nb\"")
        .offends("/process/cwd", "a\\u000ab");
    assertThat(
            Sample.failure(
                    Documents.bytes(
                        Sample.typical().with("/annotations", "{\"a\\nb\":1}").document()))
                .message())
        .contains("/annotations/a\\u000ab");
  }
}
