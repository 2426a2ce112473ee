package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;

class MountInfoTest {
  /** As the kernel does (mangle_path): space, tab, newline and backslash. */
  private static String escape(String text) {
    return text.replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012");
  }

  @Example
  void fieldsAreFoundBehindAnyNumberOfOptionalOnes() {
    var mounts =
        MountInfo.parse(
            """
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            42 31 0:39 /docker/a /sys/fs/cgroup ro,nosuid shared:4 master:2 - cgroup2 cgroup rw,nsdelegate
            43 31 0:40 /a\\040b /mnt/x\\011y rw - cgroup2 none ro
            44 31 0:41 / /tmp rw - tmpfs tmpfs rw
            """);
    assertThat(mounts)
        .containsExactly(
            new MountInfo.Mount("/", "/sys/fs/cgroup/unified", "cgroup2", false),
            new MountInfo.Mount("/docker/a", "/sys/fs/cgroup", "cgroup2", true),
            new MountInfo.Mount("/a b", "/mnt/x\ty", "cgroup2", true),
            new MountInfo.Mount("/", "/tmp", "tmpfs", false));
  }

  @Example
  void aMalformedLineIsLeftOut() {
    assertThat(MountInfo.parse("garbage\n\n1 2 3:4 / /a rw - cgroup2\n1 2 3:4 / a rw - b c rw\n"))
        .isEmpty();
  }

  @Example
  void whatIsNoOctalByteStaysAsItIs() {
    assertThat(MountInfo.unescape("\\08x\\400\\1\\")).isEqualTo("\\08x\\400\\1\\");
    assertThat(MountInfo.unescape("\\303\\251")).isEqualTo("\u00e9");
  }

  @Property
  void nothingMakesItThrow(@ForAll String text) {
    assertThat(MountInfo.parse(text)).isNotNull();
    assertThat(MountInfo.parse("1 2 3:4 / /" + text + " rw - cgroup2 " + text)).isNotNull();
  }

  @Property
  void escapesAreTakenBack(@ForAll @StringLength(max = 40) String name) {
    Assume.that(name.indexOf('\0') < 0 && name.chars().noneMatch(c -> c < ' ' && c != '\t'));
    Assume.that(encodable(name));
    String line = "1 2 3:4 /r" + escape(name) + " /m" + escape(name) + " rw - cgroup2 none rw\n";
    assertThat(MountInfo.parse(line))
        .containsExactly(new MountInfo.Mount("/r" + name, "/m" + name, "cgroup2", false));
  }

  private static boolean encodable(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).equals(text);
  }
}
