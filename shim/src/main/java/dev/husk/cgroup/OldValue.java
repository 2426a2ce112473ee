package dev.husk.cgroup;

import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a file held before a limit was written to it, as a write that puts it back.
 *
 * @param content one command
 */
record OldValue(Path file, String content) {

  /** The file's content now; empty when the kernel has no such file. */
  static Optional<String> read(CgroupFs fs, Path file) throws ErrnoException {
    try {
      return Optional.of(fs.read(file));
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What puts back what a write is about to change in a file of that content. */
  static OldValue of(Path file, String held, String written) {
    String name = String.valueOf(file.getFileName());
    List<String> words = Controllers.words(written);
    if (Controllers.keyed(LimitWrite.controllerOf(name))) {
      return new OldValue(file, line(name, held, words.size() > 1 ? words.get(0) : "default"));
    }
    if (name.equals("cpuset.cpus.partition")) {
      // It reads "root invalid (reason)" too, which is no value.
      return new OldValue(file, Controllers.words(held).get(0));
    }
    String content = held.strip();
    // An empty list is a value, and an empty write is none.
    return new OldValue(file, content.isEmpty() ? "\n" : content);
  }

  /** The line of a device or resource; without one it had what that file means by none. */
  private static String line(String name, String held, String key) {
    List<String> lines = new ArrayList<>(held.lines().toList());
    for (String line : lines) {
      List<String> words = Controllers.words(line);
      if (!words.isEmpty() && words.get(0).equals(key)) {
        return line.strip();
      }
    }
    return switch (name) {
      case "io.max" -> key + " rbps=max wbps=max riops=max wiops=max";
      case "io.latency" -> key + " target=0";
      case "io.weight", "io.bfq.weight" -> key.equals("default") ? held.strip() : key + " default";
      default -> key + " max";
    };
  }
}
