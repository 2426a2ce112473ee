package dev.husk.process;

import dev.husk.oci.IdMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ids of others that a user may map: subuid(5), subgid(5), newuidmap(1). */
public final class SubordinateIds {
  private static final Path ETC = Path.of("/etc");
  private static final String[] DIRECTORIES = {"/usr/bin", "/usr/local/bin", "/bin"};

  private SubordinateIds() {}

  /**
   * Own ids as 0, and behind them, from 1 on, all that the user may map.
   *
   * @return empty when the user has no ranges of both kinds, or their programs are not there
   */
  public static Optional<IdMaps> all(long uid, long gid) {
    List<IdMapping> uids = inRow(uid, ranges("subuid", uid));
    List<IdMapping> gids = inRow(gid, ranges("subgid", uid));
    boolean there = uids.size() > 1 && gids.size() > 1 && missingProgram().isEmpty();
    return there ? Optional.of(new IdMaps(uids, gids)) : Optional.empty();
  }

  /** What stands in the way of {@link #all}, and what to do, in words; empty when nothing does. */
  public static String obstacle(long uid) {
    String user = user();
    if (ranges("subuid", uid).isEmpty() || ranges("subgid", uid).isEmpty()) {
      return "give "
          + user
          + " a range in /etc/subuid and /etc/subgid (usermod"
          + " --add-subuids 100000-165535 --add-subgids 100000-165535 "
          + user
          + ")";
    }
    Optional<String> program = missingProgram();
    return program.isPresent() ? "install " + program.get() + " (package uidmap)" : "";
  }

  /** The ranges of ids outside that /etc/subuid or /etc/subgid gives the user. */
  public static List<IdMapping> ranges(String file, long uid) {
    List<IdMapping> ranges = new ArrayList<>();
    String user = user();
    String number = Long.toString(uid);
    try {
      for (String line : Files.readAllLines(ETC.resolve(file))) {
        String[] fields = line.strip().split(":", -1);
        if (fields.length == 3 && (fields[0].equals(user) || fields[0].equals(number))) {
          long size = Long.parseLong(fields[2]);
          if (size > 0) {
            ranges.add(new IdMapping(0, Long.parseLong(fields[1]), size));
          }
        }
      }
    } catch (IOException | NumberFormatException e) {
      // No file, or one that shadow's programs do not take either: no ranges.
      return List.of();
    }
    return ranges;
  }

  private static List<IdMapping> inRow(long own, List<IdMapping> ranges) {
    List<IdMapping> row = new ArrayList<>();
    row.add(new IdMapping(0, own, 1));
    long next = 1;
    for (IdMapping range : ranges) {
      row.add(new IdMapping(next, range.hostID(), range.size()));
      next += range.size();
    }
    return row;
  }

  private static Optional<String> missingProgram() {
    for (String name : List.of("newuidmap", "newgidmap")) {
      if (program(name).isEmpty()) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  /** Not by PATH: it is to be the setuid program of the system. */
  static Optional<Path> program(String name) {
    for (String directory : DIRECTORIES) {
      Path path = Path.of(directory, name);
      if (Files.isExecutable(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  private static String user() {
    return System.getProperty("user.name", "");
  }
}
