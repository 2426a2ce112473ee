package dev.husk.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessTest {

  @Test
  void wantsAnAbsoluteWorkingDirectory() {
    Sample.typical().with("/process/cwd", "\"tmp\"").offends("/process/cwd", "absolute", "tmp");
    Sample.typical().without("/process/cwd").offends("/process/cwd", "required");
  }

  @Test
  void wantsAProgram() {
    Sample.typical().without("/process/args").offends("/process/args", "required");
    Sample.typical().with("/process/args", "[]").offends("/process/args", "program");
    Sample.typical().with("/process/args", "[\"\"]").offends("/process/args/0", "program");
    Sample.typical().with("/process/args", "[\"a\\u0000\"]").offends("/process/args/0", "NUL");
    assertThat(
            Sample.typical().with("/process/args", "[\"a\",\"\"]").parsed().process().get().args())
        .containsExactly("a", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "\"A\"", "\"=b\"", "5", "\"A=\\u0000\""})
  void refusesWhatIsNoEnvironment(String entry) {
    Sample.typical().with("/process/env/1", entry).offends("/process/env/1");
  }

  @Test
  void takesEnvironmentValuesAsTheyAre() {
    assertThat(
            Sample.typical()
                .with("/process/env", "[\"A=\",\"B=c=d\",\"A=x\"]")
                .parsed()
                .process()
                .get()
                .env())
        .containsExactly("A=", "B=c=d", "A=x");
  }

  @Test
  void readsUnsignedRlimits() {
    String limits =
        "[{\"type\":\"RLIMIT_CORE\",\"soft\":9223372036854775808,\"hard\":18446744073709551615}]";
    assertThat(Sample.typical().with("/process/rlimits", limits).parsed().process().get().rlimits())
        .containsExactly(new ProcessSpec.Rlimit("RLIMIT_CORE", Long.MIN_VALUE, -1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/type|\"RLIMIT_X\"|/type|RLIMIT_NOFILE",
        "/type|\"\"|/type|empty",
        "/soft|-1|/soft|from 0 to 18446744073709551615",
        "/soft|18446744073709551616|/soft|from 0 to 18446744073709551615",
        "/soft|1.5|/soft|integer",
        "/soft|1e3|/soft|integer",
        "/soft|true|/soft|integer",
        "/soft|1025|/hard|less than soft",
        "/soft|18446744073709551615|/hard|less than soft"
      })
  void checksRlimits(String member, String value, String offends, String words) {
    Sample.typical()
        .with("/process/rlimits/0" + member, value)
        .offends("/process/rlimits/0" + offends, words);
  }

  @Test
  void refusesTheSameRlimitTwice() {
    String limit = "{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}";
    Sample.typical()
        .with("/process/rlimits", "[" + limit + "," + limit + "]")
        .offends("/process/rlimits/1/type", "twice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"effective", "bounding", "inheritable", "permitted", "ambient"})
  void wantsCapabilityNamesInAllSets(String set) {
    String at = "/process/capabilities/" + set;
    for (String bad : new String[] {"CHOWN", "CAP_", "cap_chown", "CAP_CHOWN ", "all"}) {
      Sample.typical().with(at, "[\"" + bad + "\"]").offends(at + "/0", "CAP_CHOWN");
    }
    Sample.typical().with(at, "[\"CAP_OF_NEXT_YEAR_2\"]").isApplied();
  }

  @ParameterizedTest
  @CsvSource({
    "/process/user/uid,-1",
    "/process/user/uid,4294967295",
    "/process/user/gid,4294967296",
    "/process/user/umask,-1",
    "/process/user/umask,4096",
    "/process/oomScoreAdj,-1001",
    "/process/oomScoreAdj,1001",
    "/process/oomScoreAdj,0.5",
    "/process/oomScoreAdj,99999999999999999999"
  })
  void boundsNumbers(String pointer, String value) {
    Sample.typical().with(pointer, value).offends(pointer, value);
  }

  @Test
  void readsTheUser() {
    Sample user =
        Sample.typical()
            .with(
                "/process/user",
                "{\"uid\":4294967294,\"gid\":5,\"umask\":4095,\"additionalGids\":[7,8]}");
    assertThat(user.parsed().process().get().user())
        .isEqualTo(
            new ProcessSpec.User(4294967294L, 5, OptionalInt.of(4095), java.util.List.of(7L, 8L)));
    user.with("/process/user/additionalGids/1", "4294967295")
        .offends("/process/user/additionalGids/1");
    user.without("/process/user/uid").offends("/process/user/uid", "required");
    user.without("/process/user/gid").offends("/process/user/gid", "required");
  }

  @Test
  void anAbsentUserIsRoot() {
    ProcessSpec.User user =
        Sample.typical().without("/process/user").parsed().process().get().user();
    assertThat(user.uid()).isZero();
    assertThat(user.gid()).isZero();
  }

  @Test
  void ignoresConsoleSizeWithoutTerminal() {
    Sample sized = Sample.typical().with("/process/consoleSize", "{\"height\":\"x\"}");
    assertThat(sized.applied().process().get().consoleSize()).isEmpty();
    assertThat(sized.with("/process/terminal", "true").offences())
        .extracting(Offence::pointer)
        .containsExactly("/process/consoleSize/height", "/process/consoleSize/width");
  }

  @Test
  void keepsWhetherNoNewPrivilegesWasGiven() {
    assertThat(Sample.typical().parsed().process().get().noNewPrivileges()).contains(true);
    assertThat(
            Sample.typical()
                .without("/process/noNewPrivileges")
                .parsed()
                .process()
                .get()
                .noNewPrivileges())
        .isEmpty();
    Sample.typical().with("/process/noNewPrivileges", "1").offends("/process/noNewPrivileges");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/process/scheduler/policy|\"SCHED_X\"",
        "/process/scheduler/nice|20",
        "/process/scheduler/priority|100",
        "/process/scheduler/runtime|-1",
        "/process/scheduler/flags/0|\"SCHED_FLAG_X\"",
        "/process/ioPriority/class|\"x\"",
        "/process/ioPriority/priority|8",
        "/process/execCPUAffinity/initial|\"3-1\"",
        "/process/execCPUAffinity/final|\"a\"",
        "/process/consoleSize/width|65536"
      })
  void checksWhatItDoesNotApplyToo(String pointer, String value) {
    Sample.everything().with(pointer, value).offends(pointer);
  }
}
