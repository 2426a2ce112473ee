package dev.husk.cgroup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;

/** Files of a cgroup that is held open, for who looks and does not mind what is missing. */
final class CgroupFile {
  private static final int CHUNK = 4096;
  private static final int LARGEST = 1 << 20;

  private CgroupFile() {}

  /** The content, cut at 1 MiB; empty for a file that is missing or cannot be read. */
  static String read(SecureDirectoryStream<Path> directory, String name) {
    try (SeekableByteChannel channel =
        directory.newByteChannel(Path.of(name), Set.of(StandardOpenOption.READ))) {
      ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
      while (channel.read(buffer) > 0 && buffer.capacity() < LARGEST) {
        if (!buffer.hasRemaining()) {
          buffer = ByteBuffer.wrap(Arrays.copyOf(buffer.array(), 2 * buffer.capacity()));
          buffer.position(buffer.capacity() / 2);
        }
      }
      return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  static int lines(String text) {
    int lines = 0;
    for (int i = 0; i < text.length(); i++) {
      lines += text.charAt(i) == '\n' ? 1 : 0;
    }
    return lines;
  }
}
