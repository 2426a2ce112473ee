package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MountInfoTest {

  @Property
  void readsWhatTheKernelWrites(@ForAll("entries") List<MountInfo.Entry> entries) {
    StringBuilder text = new StringBuilder();
    for (MountInfo.Entry entry : entries) {
      text.append(written(entry));
    }

    assertThat(MountInfo.parse(text.toString())).isEqualTo(entries);
  }

  @Property
  void anythingElseIsRefusedAndNeverCrashes(@ForAll String text) {
    try {
      MountInfo.parse(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("mountinfo");
    }
  }

  @Provide
  Arbitrary<List<MountInfo.Entry>> entries() {
    Arbitrary<String> path =
        Arbitraries.strings()
            .withChars(' ', '\t', '\n', '\\', '#', 'a', 'Z', '7', '0', '/', '-', 'é', '漢')
            .ofMaxLength(12)
            .map(tail -> "/" + tail);
    Arbitrary<String> word = Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(8);
    Arbitrary<Integer> id = Arbitraries.integers().greaterOrEqual(0);
    Arbitrary<MountInfo.Entry> entry =
        Combinators.combine(
                id, id, path, path, word.list().ofMinSize(1).ofMaxSize(4), word, path, word)
            .as(
                (number, parent, root, point, options, type, source, superOptions) ->
                    new MountInfo.Entry(
                        number,
                        parent,
                        "0:1",
                        root,
                        point,
                        String.join(",", options),
                        type,
                        source,
                        superOptions));
    return entry.list().ofMaxSize(5);
  }

  private static String written(MountInfo.Entry entry) {
    String optional = entry.id() % 2 == 0 ? "" : " shared:1 master:2";
    return entry.id()
        + " "
        + entry.parent()
        + " "
        + entry.device()
        + " "
        + escaped(entry.root())
        + " "
        + escaped(entry.mountPoint())
        + " "
        + entry.options()
        + optional
        + " - "
        + entry.fstype()
        + " "
        + escaped(entry.source())
        + " "
        + entry.superOptions()
        + "\n";
  }

  private static String escaped(String path) {
    return path.replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012")
        .replace("#", "\\043");
  }

  @Test
  void readsThisMachine() throws Exception {
    List<MountInfo.Entry> entries =
        MountInfo.parse(Files.readString(Path.of("/proc/self/mountinfo")));

    assertThat(entries).anyMatch(entry -> entry.mountPoint().equals("/"));
    assertThat(entries)
        .anyMatch(entry -> entry.mountPoint().equals("/proc") && entry.fstype().equals("proc"));
  }

  @Test
  void lineWithoutSeparatorIsRefused() {
    assertThatThrownBy(() -> MountInfo.parse("1 2 0:1 / / rw ext4 /dev/vda rw\n"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readOnlyIsAWholeWord() {
    MountInfo.Entry entry =
        MountInfo.parse("1 2 0:1 / / rw,nosuid,rox - ext4 x rw,errors=remount-ro\n").getFirst();

    assertThat(entry.readOnly()).isFalse();
    assertThat(entry.has("nosuid")).isTrue();
    assertThat(entry.has("suid")).isFalse();
  }
}
