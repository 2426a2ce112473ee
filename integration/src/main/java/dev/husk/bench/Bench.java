package dev.husk.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Entry point of {@code integration/bench}. */
public final class Bench {
  private static final int USAGE = 64;

  private Bench() {}

  /**
   * @param arguments the project's root directory, then the command line's
   */
  public static void main(String[] arguments) throws Exception {
    Options options;
    try {
      String[] given = java.util.Arrays.copyOfRange(arguments, 1, arguments.length);
      options = Options.parse(Path.of(arguments[0]), given);
    } catch (Options.Usage e) {
      System.err.println("bench: " + e.getMessage() + "; see integration/bench --help");
      System.exit(USAGE);
      return;
    }
    List<String> machine = machine();
    machine.forEach(System.out::println);
    Report report = new Report();
    try (Workspace work = Workspace.make(options.root())) {
      new Rounds(options, work).measure(report);
      new Residents(options, work).measure(report);
    } catch (Failed e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(1);
    }
    report.print(System.out);
    report.write(options.json(), machine);
    System.out.println("written to " + options.json());
    System.exit(0);
  }

  /** Husk itself could not be measured. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    Failed(String message) {
      super(message);
    }
  }

  private static List<String> machine() throws IOException {
    return List.of(
        "Linux " + System.getProperty("os.version") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors() + " processors",
        "load " + Files.readString(Path.of("/proc/loadavg")).strip(),
        "cgroup view " + System.getProperty("bench.view", "the host's"));
  }
}
