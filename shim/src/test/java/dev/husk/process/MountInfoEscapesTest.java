package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;

class MountInfoEscapesTest {
  /** As the kernel does (mangle_path): space, tab, newline and backslash. */
  private static String escape(String text) {
    return text.replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012");
  }

  private static String mountPoint(String field) {
    return MountInfo.parse("1 2 3:4 / " + field + " rw - cgroup2 none rw\n")
        .getFirst()
        .mountPoint();
  }

  @Example
  void whatIsNoOctalByteStaysAsItIs() {
    assertThat(mountPoint("/\\08x\\400\\1\\")).isEqualTo("/\\08x\\400\\1\\");
    assertThat(mountPoint("/\\303\\251")).isEqualTo("/\u00e9");
  }

  @Property
  void escapesAreTakenBack(@ForAll @StringLength(max = 40) String name) {
    Assume.that(name.indexOf('\0') < 0 && name.chars().noneMatch(c -> c < ' ' && c != '\t'));
    Assume.that(encodable(name));
    assertThat(mountPoint("/m" + escape(name))).isEqualTo("/m" + name);
  }

  private static boolean encodable(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).equals(text);
  }
}
