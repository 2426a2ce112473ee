package dev.husk.cli;

/** The texts of {@code --help} of the commands that ask about sandboxes. */
final class ClientHelp {
  private static final String ROOT =
      """
        --root DIR              state directories of all ids (default /run/husk; for other users than
                                root $XDG_RUNTIME_DIR/husk)
      """;

  private static final String SOCKET =
      ROOT
          + """
              --socket PATH           unix socket of the shim (default ROOT/ID/shim.sock)
            """;

  private static final String COMMON =
      """
        --json                  one line of JSON, with the names of the API
        --help                  this text

      Exit status: 0 done, 1 refused (the message says what, where, why and what to do), 2 the
      command line is wrong""";

  static final String LIST =
      """
      Usage: husk list [OPTIONS]

      Shows the sandboxes of all shims of ROOT, from their state files: no shim is asked. One whose
      shim is dead is shown as dead; a shim started with its id clears up what is left.

      Options:
      """
          + ROOT
          + COMMON;

  static final String STATE =
      """
      Usage: husk state [OPTIONS] ID

      Shows a sandbox: status, pid, cgroup, limits and whether each is enforced.

      Options:
      """
          + SOCKET
          + COMMON;

  static final String PS =
      """
      Usage: husk ps [OPTIONS] ID

      Shows every process of a sandbox: its pid here and inside (- for bwrap's monitor, which is
      outside), and its cgroup relative to the sandbox's.

      Options:
      """
          + SOCKET
          + COMMON;

  static final String STATS =
      """
      Usage: husk stats [OPTIONS] ID

      Shows what a sandbox uses and its limits, as the kernel's cgroup files say. What this kernel or
      this host's cgroups do not have is left out; --json has everything.

      Options:
      """
          + SOCKET
          + COMMON;

  static final String OWNER =
      """
      Usage: husk owner [OPTIONS] PID

      Shows which sandbox of ROOT a process or thread of this host belongs to, by its cgroup: also for
      those in cgroups and pid namespaces that the inside made. Says none for a stranger, with status
      0, and refuses a pid of which there is no process.

      Options:
      """
          + ROOT
          + COMMON;

  static final String KILL =
      """
      Usage: husk kill [OPTIONS] ID [SIGNAL]

      Sends SIGNAL, a name or a number (default TERM), to the payload. A paused sandbox takes KILL at
      once and any other signal when it is resumed.

      Options:
        --all                   to every process of the sandbox; with KILL none escapes
      """
          + SOCKET
          + COMMON;

  static final String WAIT =
      """
      Usage: husk wait [OPTIONS] ID

      Waits until the payload has ended and no process of the sandbox is left, and prints the payload's
      exit status (128 + N when signal N ended it).

      Options:
      """
          + SOCKET
          + COMMON;

  static final String DELETE =
      """
      Usage: husk delete [OPTIONS] ID

      Removes a sandbox that has stopped, or was never started, and ends its shim.

      Options:
        --force, -f             also when it runs or is paused: every process of it is killed first
      """
          + SOCKET
          + COMMON;

  static final String PAUSE =
      """
      Usage: husk pause [OPTIONS] ID

      Freezes every process of a running sandbox, and returns when all are frozen. When some do not
      freeze within 5 seconds they are named, and all run on.

      Options:
      """
          + SOCKET
          + COMMON;

  static final String RESUME =
      """
      Usage: husk resume [OPTIONS] ID

      Lets a paused sandbox run again.

      Options:
      """
          + SOCKET
          + COMMON;

  static final String UPDATE =
      """
      Usage: husk update [OPTIONS] ID

      Changes limits of a sandbox that is created, running or paused, and shows all its limits. What is
      not given stays. SIZE is in bytes or with k, m, g, t (powers of 1024). max is no limit of memory,
      swap, processors, quota, pids or huge pages. 0 is refused where it would mean "not set".

      Options:
        --memory SIZE           most memory
        --memory-reservation SIZE
                                memory that is protected from reclaim; max protects all
        --memory-swap SIZE      most memory and swap together
        --check-before-update   refuse a memory limit below what is in use
        --cpus N                most processors, such as 1.5
        --cpu-quota USEC        most processor time in each period
        --cpu-period USEC       length of a period (default 100000)
        --cpu-burst USEC        processor time beyond the quota, from what earlier periods left
        --cpu-shares N          relative weight, 2 to 262144
        --cpu-idle N            1: runs only when nobody else wants the processor
        --cpuset-cpus LIST      processors to run on, such as 0-3,7
        --cpuset-mems LIST      memory nodes to use
        --pids N                most processes and threads
        --io-weight N           relative weight of block I/O, 10 to 1000
        --hugepages SIZE=BYTES  most memory in huge pages of a size, such as 2MB=64m; repeatable
        --unified FILE=VALUE    any limit file of cgroup v2, such as memory.high=64M; repeatable
        --resources FILE        instead of these: a linux.resources object in JSON, as in config.json
      """
          + SOCKET
          + COMMON;

  private ClientHelp() {}
}
