package dev.husk.bench;

import java.nio.file.Path;

/**
 * The command line.
 *
 * @param runs rounds of the cold runs and of Create and Start
 * @param calls of State on one connection
 * @param crowd shims at once
 * @param json where the figures go as JSON
 * @param root the directory that holds shim/ and oci-config-samples/
 */
record Options(int runs, int calls, int crowd, Path json, Path root) {
  static final String HELP =
      """
      usage: integration/bench [--runs N] [--quick] [--json FILE]

      Measures husk beside crun, runc and bwrap on one bundle (busybox, /bin/true), interleaved in one
      run, prints a table and writes the figures as JSON. Needs root. Leaves nothing behind.

        --runs N      rounds of the cold runs and of Create+Start (default 30)
        --quick       5 rounds, 500 calls of State, 5 shims at once
        --json FILE   default integration/target/bench.json
        HUSK_DIST     the built distribution (default shim/target/dist, built when it is missing)

      On a host with hybrid cgroups all are measured in a private mount namespace in which
      /sys/fs/cgroup is the cgroup2 tree, since crun refuses the hybrid one. A peer that is missing or
      fails is shown as absent, with the reason. Figures are the machine's as well: compare those of one
      run only. Exit status: 0 measured (aims met or not), 1 husk itself failed, 64 bad usage.""";

  static final class Usage extends Exception {
    private static final long serialVersionUID = 1;

    Usage(String message) {
      super(message);
    }
  }

  static Options parse(Path root, String[] arguments) throws Usage {
    int runs = 30;
    int calls = 2000;
    int crowd = 20;
    Path json = root.resolve("integration/target/bench.json");
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--quick" -> {
          runs = 5;
          calls = 500;
          crowd = 5;
        }
        case "--runs" -> runs = count(value(arguments, i++));
        case "--json" -> json = Path.of(value(arguments, i++)).toAbsolutePath();
        default -> throw new Usage("unknown argument \"" + arguments[i] + "\"");
      }
    }
    return new Options(runs, calls, crowd, json, root);
  }

  private static String value(String[] arguments, int at) throws Usage {
    if (at + 1 == arguments.length) {
      throw new Usage(arguments[at] + " needs a value");
    }
    return arguments[at + 1];
  }

  private static int count(String text) throws Usage {
    try {
      int count = Integer.parseInt(text);
      if (count >= 1 && count <= 10_000) {
        return count;
      }
    } catch (NumberFormatException e) {
      throw new Usage("--runs \"" + text + "\" is not a number");
    }
    throw new Usage("--runs " + text + " is not in 1..10000");
  }
}
