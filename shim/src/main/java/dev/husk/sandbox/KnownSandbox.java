package dev.husk.sandbox;

import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import dev.husk.process.FileLock;
import dev.husk.process.SysFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A sandbox as its state directory shows it, with its shim's help or without.
 *
 * @param directory ROOT/ID
 * @param shim whether it lives, which its lock tells
 * @param state empty until a create has begun
 */
public record KnownSandbox(String id, Path directory, Shim shim, Optional<StateFile> state) {
  private static final int MOST = 10_000;

  /** Whether a shim stands behind a sandbox. */
  public enum Shim {
    ALIVE,
    /** Nobody holds the lock: what is left is abandoned until a shim with the same id comes. */
    DEAD,
    /** The lock may not be looked at. */
    UNKNOWN
  }

  /**
   * What a directory of state directories holds.
   *
   * @param sandboxes by id, {@value #MOST} at most
   * @param problem why there may be others; empty when these are all
   */
  public record Listing(List<KnownSandbox> sandboxes, Optional<String> problem) {
    public Listing {
      sandboxes = List.copyOf(sandboxes);
    }
  }

  /** Lists the sandboxes below a root; one that does not exist has none. Changes nothing. */
  public static Listing list(Path root) {
    List<KnownSandbox> found = new ArrayList<>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(root)) {
      for (Path directory : directories) {
        if (found.size() == MOST) {
          return listing(found, Optional.of("more than " + MOST + " state directories"));
        }
        if (SandboxId.isValid(directory.getFileName().toString())) {
          look(directory).ifPresent(found::add);
        }
      }
      return listing(found, Optional.empty());
    } catch (NoSuchFileException e) {
      return listing(found, Optional.empty());
    } catch (AccessDeniedException e) {
      return listing(found, Optional.of(root + ": permission denied"));
    } catch (IOException | DirectoryIteratorException e) {
      return listing(found, Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private static Listing listing(List<KnownSandbox> found, Optional<String> problem) {
    found.sort(Comparator.comparing(KnownSandbox::id));
    return new Listing(found, problem);
  }

  /** Empty for a directory that is none of a sandbox, or whose owner is just removing it. */
  private static Optional<KnownSandbox> look(Path directory) {
    Shim shim;
    try {
      shim =
          FileLock.holder(directory.resolve(StateDirectory.LOCK)).isPresent()
              ? Shim.ALIVE
              : Shim.DEAD;
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.ENOENT) || e.errno().name().equals("ENOTDIR")) {
        return Optional.empty();
      }
      shim = Shim.UNKNOWN;
    }
    String id = directory.getFileName().toString();
    try {
      String text =
          SysFiles.readStart(directory.resolve(StateDirectory.STATE), StateJson.LONGEST_START);
      return Optional.of(new KnownSandbox(id, directory, shim, Optional.of(StateFile.parse(text))));
    } catch (ErrnoException e) {
      return Optional.of(new KnownSandbox(id, directory, shim, Optional.empty()));
    }
  }
}
