package dev.husk.oci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopLevelTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.0.0",
        "1.0.2",
        "1.0.2-dev",
        "1.1.0-rc.1",
        "1.2.1",
        "1.3.0",
        "1.3.7",
        "1.3.0+dev",
        "1.3.0-rc.1+a.b",
        "1.0.0+build"
      })
  void readsTheSpecVersionsOfItsRange(String version) {
    assertThat(Sample.typical().with("/ociVersion", "\"" + version + "\"").parsed().ociVersion())
        .isEqualTo(version);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.9.0", "1.0.0-rc5", "1.4.0", "1.10.0", "2.0.0", "1.99999999999999.0"})
  void refusesOtherSpecVersionsNamingTheRange(String version) {
    Sample.typical()
        .with("/ociVersion", "\"" + version + "\"")
        .offends("/ociVersion", "from 1.0.0 to 1.3.x", version);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "1.0",
        "1.0.0.0",
        "v1.0.0",
        "1.0.x",
        "01.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0+",
        "1..0",
        "1.0.0-a..b",
        "1.0.0-a_b",
        " 1.0.0"
      })
  void refusesWhatIsNoSemVer(String version) {
    Sample.typical().with("/ociVersion", "\"" + version + "\"").offends("/ociVersion", "SemVer");
  }

  @Test
  void requiresVersionAndRoot() {
    assertThat(new Sample(Documents.json("{}")).offences())
        .extracting(Offence::pointer)
        .containsExactly("/ociVersion", "/root");
    Sample.typical().with("/root", "{}").offends("/root/path", "required");
    Sample.typical().with("/root/path", "\"\"").offends("/root/path", "empty");
  }

  @Test
  void readsRoot() {
    OciConfig.Root root = Sample.typical().parsed().root();
    assertThat(root).isEqualTo(new OciConfig.Root("rootfs", true));
    assertThat(Sample.typical().without("/root/readonly").parsed().root().readonly()).isFalse();
  }

  @Test
  void boundsHostAndDomainName() {
    String longest = "a".repeat(64);
    assertThat(Sample.typical().with("/hostname", "\"" + longest + "\"").parsed().hostname())
        .contains(longest);
    Sample.typical().with("/hostname", "\"" + longest + "b\"").offends("/hostname", "64");
    Sample.typical().with("/hostname", "\"" + "ä".repeat(33) + "\"").offends("/hostname", "64");
    Sample.typical().with("/domainname", "\"" + longest + "b\"").offends("/domainname", "64");
  }

  @Test
  void refusesNamesThatWouldBecomeTheHosts() {
    Sample shared = Sample.typical().with("/linux/namespaces", "[{\"type\":\"pid\"}]");
    shared.offends("/hostname", "uts");
    shared.without("/hostname").with("/domainname", "\"x\"").offends("/domainname", "uts");
    assertThat(shared.without("/hostname").parsed().hostname()).isEmpty();
  }

  @Test
  void refusesAnnotationsWithoutKey() {
    Sample.typical().with("/annotations", "{\"\":\"x\"}").offends("/annotations/", "empty key");
    Sample.typical().with("/annotations", "{\"a\":null}").offends("/annotations/a", "string");
  }

  @Test
  void parsesWithoutProcess() {
    assertThat(Sample.typical().without("/process").parsed().process()).isEmpty();
  }

  @Test
  void ignoresUnknownProperties() {
    OciConfig plain = Sample.typical().parsed();
    Sample odd =
        Sample.typical()
            .with("/vendor", "{\"a\":[1.5,null]}")
            .with("/process/vendor", "7")
            .with("/linux/resources/memory", "{\"vendor\":\"x\"}");
    assertThat(odd.parsed()).isEqualTo(plain);
  }

  @Test
  void readsNullAndEmptyOptionalStringsAsAbsent() {
    OciConfig plain = Sample.typical().parsed();
    Sample odd =
        Sample.typical()
            .with("/annotations", "null")
            .with("/process/apparmorProfile", "\"\"")
            .with("/linux/cgroupsPath", "\"\"")
            .with("/linux/seccomp", "null");
    assertThat(odd.parsed()).isEqualTo(plain);
  }

  @Test
  void checksMounts() {
    Sample.typical().with("/mounts/0", "{}").offends("/mounts/0/destination", "required");
    Sample.typical().with("/mounts/0/destination", "\"\"").offends("/mounts/0/destination");
    for (String climbing : new String[] {"/a/../b", "..", "../a", "/a/.."}) {
      Sample.typical()
          .with("/mounts/0/destination", "\"" + climbing + "\"")
          .offends("/mounts/0/destination", "\"..\"");
    }
    assertThat(
            Sample.typical()
                .with("/mounts/0/destination", "\"a/..b/c..\"")
                .parsed()
                .mounts()
                .get(0))
        .extracting(Mount::destination)
        .isEqualTo("a/..b/c..");
    Sample.typical().with("/mounts/0", "null").offends("/mounts/0", "object");
    Sample.typical().with("/mounts/1/options/2", "5").offends("/mounts/1/options/2", "string");
    Sample.typical()
        .with("/mounts/1/options/2", "\"a\\u0000b\"")
        .offends("/mounts/1/options/2", "NUL");
  }

  @Test
  void wantsBothIdMappingsOfAMountOrNone() {
    String mapping = "[{\"containerID\":0,\"hostID\":1,\"size\":1}]";
    Sample.typical().with("/mounts/0/uidMappings", mapping).offends("/mounts/0", "both");
    Sample.typical().with("/mounts/0/gidMappings", mapping).offends("/mounts/0", "both");
    Sample both =
        Sample.typical()
            .with("/mounts/0/uidMappings", mapping)
            .with("/mounts/0/gidMappings", mapping);
    assertThat(both.parsed().mounts().getFirst().gidMappings())
        .containsExactly(new IdMapping(0, 1, 1));
    both.with("/mounts/0/uidMappings/0/size", "0").offends("/mounts/0/uidMappings/0/size");
    both.with("/mounts/0/uidMappings/0/hostID", "4294967295")
        .offends("/mounts/0/uidMappings/0/size", "largest id");
  }

  @Test
  void checksHooksOfEveryKind() {
    for (String kind :
        new String[] {
          "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"
        }) {
      String at = "/hooks/" + kind;
      Sample.typical().with(at, "[{\"path\":\"x\"}]").offends(at + "/0/path", "absolute");
      Sample.typical().with(at, "[{}]").offends(at + "/0/path", "required");
      Sample.typical()
          .with(at, "[{\"path\":\"/x\",\"timeout\":0}]")
          .offends(at + "/0/timeout", "from 1");
      Sample.typical().with(at, "[{\"path\":\"/x\",\"env\":[\"x\"]}]").offends(at + "/0/env/0");
    }
  }

  @Test
  void escapesPointersAsRfc6901Says() {
    Sample.typical().with("/annotations", "{\"a/b~c~1\":5}").offends("/annotations/a~1b~0c~01");
  }

  @Test
  void namesEveryOffenceUpToFifty() throws Exception {
    StringBuilder env = new StringBuilder("[\"a\"");
    env.repeat(",\"a\"", 48).append("]");
    Sample fortyNine = Sample.typical().with("/process/env", env.toString());
    assertThat(fortyNine.offences()).hasSize(49);
    Sample more = fortyNine.with("/process/cwd", "\"x\"").with("/process/args", "[]");
    ConfigFailure.Invalid failure =
        (ConfigFailure.Invalid) Sample.failure(Documents.bytes(more.document()));
    assertThat(failure.offences()).hasSize(50);
    assertThat(failure.more()).isTrue();
    assertThat(failure.message()).contains("/process/cwd").endsWith(failure.remedy());
  }

  @Test
  void accusesAPlaceOnce() {
    Sample.typical().with("/process", "5").offends("/process", "must be an object, is a number");
    Sample.typical().with("/root", "[]").offends("/root", "must be an object, is an array");
    Sample.typical().with("/process/cwd", "5").offends("/process/cwd", "must be a string");
  }
}
