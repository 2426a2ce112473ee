package dev.husk.bwrap;

import dev.husk.failure.HuskException;
import dev.husk.process.SysFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Remembers a probe in a small text file, so that the next shim need not run bwrap twice (about 5
 * ms). An entry holds only for the very same file: path, size, change of content, inode. The
 * directory must be writable for husk's own user alone.
 */
public final class BwrapProbeCache {
  private static final String MAGIC = "husk bwrap probe 1";
  private static final int LARGEST = 16 << 10;
  private static final int LINES = 5;

  private final Path file;

  public BwrapProbeCache(Path file) {
    this.file = file;
  }

  /** The remembered answer, or a fresh probe, which is then remembered. */
  public BwrapProgram probe(Path program, ProgramRunner runner) throws HuskException {
    Optional<BwrapProgram> known = load(program);
    if (known.isPresent()) {
      return known.get().checked();
    }
    BwrapProgram fresh = BwrapProgram.probe(program, runner);
    store(fresh);
    return fresh;
  }

  /** The remembered answer; empty when there is none, it is of another file, or damaged. */
  Optional<BwrapProgram> load(Path program) {
    try {
      // What is longer ends before its last line does.
      List<String> lines = List.of(SysFiles.readStart(file, LARGEST).split("\n", LINES + 1));
      if (lines.size() != LINES + 1
          || !lines.get(0).equals(MAGIC)
          || !lines.get(1).equals(program.toString())
          || !lines.get(2).equals(identity(program))
          || !lines.get(LINES).isEmpty()) {
        return Optional.empty();
      }
      Optional<BwrapVersion> version = BwrapVersion.parse(lines.get(3));
      Set<String> options = new HashSet<>(List.of(lines.get(4).split(" ")));
      return version.isEmpty()
          ? Optional.empty()
          : Optional.of(new BwrapProgram(program, version.get(), options));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A cache that cannot be written costs the next start a probe, nothing else. */
  private void store(BwrapProgram program) {
    if (program.path().toString().indexOf('\n') >= 0) {
      return;
    }
    try {
      String content =
          MAGIC
              + "\n"
              + program.path()
              + "\n"
              + identity(program.path())
              + "\n"
              + program.version()
              + "\n"
              + String.join(" ", program.options())
              + "\n";
      Path fresh =
          Files.createTempFile(
              file.toAbsolutePath().getParent(),
              "." + file.getFileName(),
              ".new",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try {
        Files.writeString(fresh, content);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      return;
    }
  }

  private static String identity(Path program) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(program, BasicFileAttributes.class);
    return attributes.size()
        + " "
        + attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS)
        + " "
        + attributes.fileKey();
  }
}
