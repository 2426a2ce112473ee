package dev.husk.failure;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTest {
  @ParameterizedTest
  @CsvSource({
    "plain text, plain text",
    "\u00e9\u6f22, \u00e9\u6f22",
    "a\u001b[31m, a<U+1b>[31m",
    "a\u007fb, a<U+7f>b",
    "a\u009b2J, a<U+9b>2J",
    "a\u202eb, a<U+202e>b",
    "a\u200bb, a<U+200b>b",
    "a\u0301b, a<U+301>b",
    "a\ud800b, a<U+d800>b"
  })
  void whatCouldSteerATerminalIsSpeltOut(String text, String printable) {
    assertThat(Printable.of(text, 80)).isEqualTo(printable);
  }

  @ParameterizedTest
  @CsvSource({"abcd, 4, abcd", "abcde, 4, abc…", "abc\u001bd, 6, abc…"})
  void whatIsTooLongIsCutBetweenCharacters(String text, int longest, String printable) {
    assertThat(Printable.of(text, longest)).isEqualTo(printable);
  }

  @Property
  void noTextIsLongerThanAskedForOrHasControls(
      @ForAll String text, @ForAll @IntRange(min = 1, max = 100) int longest) {
    String printable = Printable.of(text, longest);
    assertThat(printable.length()).isLessThanOrEqualTo(longest);
    assertThat(printable.codePoints()).noneMatch(Character::isISOControl);
  }
}
