package dev.husk.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of its own for all that the benchmark makes.
 *
 * @param scratch removed at the end
 * @param husk the launcher
 */
record Workspace(Path scratch, String husk) implements AutoCloseable {
  static Workspace make(Path root) throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("husk-bench-");
    Workspace work = new Workspace(scratch, root.resolve("shim/husk").toString());
    try {
      work.bundle(work.trueBundle(), "\"/bin/true\"");
      work.bundle(work.sleepBundle(), "\"/bin/sleep\", \"3600\"");
      Command.Outcome prepared =
          Command.run(
              List.of(
                  root.resolve("oci-config-samples/prepare").toString(),
                  work.trueBundle().toString(),
                  work.sleepBundle().toString()),
              scratch);
      if (prepared.status() != 0) {
        throw new IOException("cannot prepare the bundles: " + prepared.errors());
      }
      return work;
    } catch (IOException | InterruptedException e) {
      work.close();
      throw e;
    }
  }

  private void bundle(Path directory, String args) throws IOException {
    try (InputStream template = Workspace.class.getResourceAsStream("config.json")) {
      String config = new String(template.readAllBytes(), StandardCharsets.UTF_8);
      Files.createDirectory(directory);
      Files.writeString(directory.resolve("config.json"), config.replace("\"@ARGS@\"", args));
    }
  }

  Path trueBundle() {
    return scratch.resolve("true");
  }

  /** Its payload stays until it is killed. */
  Path sleepBundle() {
    return scratch.resolve("sleep");
  }

  /** Where the shims have their state directories. */
  Path state() {
    return scratch.resolve("run");
  }

  @Override
  public void close() throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(scratch)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
