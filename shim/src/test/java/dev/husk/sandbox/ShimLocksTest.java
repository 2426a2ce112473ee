package dev.husk.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShimLocksTest {
  @Test
  void aLockIsSeenAsLongAsItIsHeld(@TempDir Path temp) throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        System.getProperty("husk.native") != null, "no native library given");
    Path file = temp.resolve("lock");
    Path other = Files.createFile(temp.resolve("other"));
    OptionalLong own = OptionalLong.of(ProcessHandle.current().pid());
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThat(ShimLocks.now().holder(file, own)).isEqualTo(own);
      assertThat(ShimLocks.now().holder(other, own)).isEmpty();
    }
    assertThat(ShimLocks.now().holder(file, own)).isEmpty();
    assertThat(ShimLocks.now().holder(temp.resolve("none"), own)).isEmpty();
  }

  @Test
  void deviceNumbersAreUnpackedAsTheKernelPrintsThem() {
    assertThat(ShimLocks.place(0x1a, 7)).isEqualTo("00:1a:7");
    assertThat(ShimLocks.place(0x803, 7)).isEqualTo("08:03:7");
    assertThat(ShimLocks.place(0x10_0002L | (0x103L << 8), 7)).isEqualTo("103:102:7");
  }

  @Test
  void aFileSystemOfAnotherNumberIsKnownByItsHolder(@TempDir Path temp) throws Exception {
    Path file = Files.createFile(temp.resolve("lock"));
    Object inode = Files.getAttribute(file, "unix:ino");
    ShimLocks locks =
        ShimLocks.of(
            "1: POSIX  ADVISORY  WRITE 77 ff:ff:"
                + inode
                + " 0 EOF\n"
                + "1: -> POSIX  ADVISORY  WRITE 78 ff:ff:"
                + inode
                + " 0 EOF\n"
                + "2: FLOCK  ADVISORY  WRITE 79 ff:ff:"
                + inode
                + " 0 EOF\n");
    assertThat(locks.holder(file, OptionalLong.of(77))).hasValue(77);
    assertThat(locks.holder(file, OptionalLong.of(78))).isEmpty();
    assertThat(locks.holder(file, OptionalLong.of(79))).isEmpty();
    assertThat(locks.holder(file, OptionalLong.empty())).isEmpty();
  }
}
