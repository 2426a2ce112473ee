package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class MembershipTest {
  @Example
  void thePathIsThatOfTheUnifiedHierarchy() {
    assertThat(Membership.path("4:memory:/a\n0::/husk/x/payload/init\n"))
        .contains("/husk/x/payload/init");
    assertThat(Membership.path("0::/")).contains("/");
    assertThat(Membership.path("4:memory:/a\n")).isEmpty();
    assertThat(Membership.path("")).isEmpty();
    assertThat(Membership.path("0::\n")).isEmpty();
  }

  @Example
  void namedHierarchiesAreV1() {
    assertThat(Membership.hasV1("1:name=systemd:/\n0::/\n")).isTrue();
    assertThat(Membership.hasV1("0::/\n")).isFalse();
  }

  @Example
  void aNameThatOnlyBeginsAlikeIsNotBelow() {
    assertThat(Membership.atOrBelow("/a/b", "/a")).isTrue();
    assertThat(Membership.atOrBelow("/a", "/a")).isTrue();
    assertThat(Membership.atOrBelow("/ab", "/a")).isFalse();
    assertThat(Membership.atOrBelow("/", "/a")).isFalse();
    assertThat(Membership.atOrBelow("/x", "/")).isTrue();
  }

  @Property
  void nothingMakesItThrow(@ForAll String text) {
    assertThat(Membership.path(text)).isNotNull();
    assertThat(Membership.hasV1(text)).isIn(true, false);
  }

  @Property
  void anyPathWithoutNewlineIsFoundAmongOtherLines(@ForAll String name) {
    Assume.that(name.indexOf('\n') < 0);
    assertThat(Membership.path("7:pids:/x\n0::/" + name + "\n1:name=systemd:/y\n"))
        .contains("/" + name);
  }
}
