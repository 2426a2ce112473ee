package dev.husk.cli;

/** The texts of {@code --help}. */
final class Help {
  private static final String OPTIONS =
      """
        --root DIR              state directories of all ids (default /run/husk; for other users than
                                root $XDG_RUNTIME_DIR/husk)
        --socket PATH           unix socket of the API (default ROOT/ID/shim.sock), at most 106 bytes
        --cgroup-limits MODE    strict (default): a limit of the config that cannot be put in force
                                fails create; best-effort: the sandbox runs without it, State says so
        --cgroup-manager WHO    auto (default), systemd (a transient scope for each sandbox) or cgroupfs.
                                auto goes by linux.cgroupsPath: slice:prefix:name is systemd's; without
                                one it is systemd where that runs and has not delegated husk a unit
        --no-default-limits     no bounds on pids and memory when the config sets none
        --privileged            trust payloads with the host: allow capabilities that lead out of any
                                sandbox (CAP_SYS_ADMIN and its like), and a shared pid namespace
        --bwrap PATH            the bubblewrap to use (default: the first bwrap in PATH)
        --help                  this text
      """;

  private static final String EXIT_STATUS =
      """
      Exit status:
        the payload's own (128 + N when signal N ended it), and of husk itself:
        2    the command line is wrong
        125  husk failed before the payload ran; the message says what, where, why and what to do
        126  the payload's executable cannot be executed
        127  the payload's executable was not found in the sandbox
      of the commands that ask a shim: 0 done, 1 refused, 2 the command line is wrong""";

  static final String MAIN =
      """
      husk: runs an OCI bundle in a contained bubblewrap sandbox and serves its life over gRPC.

      Usage:
        husk run [OPTIONS] BUNDLE                        run a sandbox in the foreground
        husk serve --id ID --bundle DIR [OPTIONS]        serve one sandbox to a manager
        husk list                                        show the sandboxes of this host
        husk state | ps | stats ID                       show one, its processes, what it uses
        husk owner PID                                   show the sandbox of a process
        husk kill ID [SIGNAL]                            send a signal
        husk wait ID                                     wait for the end
        husk delete [--force] ID                         remove it, and end its shim
        husk pause | resume ID                           freeze it, let it run again
        husk update ID --LIMIT VALUE...                  change limits
        husk tree [ID] [--json] [--all]                  show the cgroups and processes of sandboxes
        husk doctor [--json]                             say what this host can and cannot do
        husk setup                                       build again and prepare what is missing
        husk version                                     print the version

      husk COMMAND --help tells more of each command.

      """
          + EXIT_STATUS;

  static final String RUN =
      """
      Usage: husk run [OPTIONS] BUNDLE

      Creates a sandbox from BUNDLE/config.json, starts it with this terminal's standard streams,
      waits for its end, deletes it and exits with the payload's status. SIGINT, SIGTERM, SIGHUP
      and SIGQUIT go to the payload; a second SIGINT or SIGTERM (100 ms later or more, if it is the
      same) kills the whole sandbox. The API is served meanwhile.

      Options:
        --id ID                 1 to 80 of a-z A-Z 0-9 _ + . - (default: made up)
      """
          + OPTIONS
          + "\n"
          + EXIT_STATUS;

  static final String SERVE =
      """
      Usage: husk serve --id ID --bundle DIR [OPTIONS]

      Serves husk.v1 for one sandbox on a unix socket: directory 0700, socket 0600, and only the
      same user and root are let in. Says so with one line of JSON on standard output, and by
      sd_notify. Creates nothing by itself: the manager calls Create. Ends on the Shutdown call, when
      the sandbox is deleted, and on SIGTERM, SIGINT or SIGHUP, which kill and delete the sandbox.

      Options:
        --id ID                 1 to 80 of a-z A-Z 0-9 _ + . -
        --bundle DIR            directory with config.json, used by a Create that names none
        --exit-when-empty       delete the sandbox and end once its last process has ended
      """
          + OPTIONS
          + "\n"
          + """
            Exit status: 0 after an end that was asked for, whatever the payload's status was; 2 for a
            wrong command line; 125 for a failure of husk, which the message explains""";

  static final String DOCTOR =
      """
      Usage: husk doctor [OPTIONS]

      Says what this host can and cannot do, a line each: yes, limited or no, what was found, what
      follows, and the remedy. It is found by trying, as the user that asks, and nothing is left
      behind: one cgroup (as another user than root: one scope) is made and removed, no process of
      yours is moved.

      Options:
        --root DIR              state directories of all ids (default /run/husk; for other users than
                                root $XDG_RUNTIME_DIR/husk)
        --bwrap PATH            the bubblewrap to use (default: the first bwrap in PATH)
        --json                  one JSON object instead
        --help                  this text

      Exit status: 0 when a sandbox can be run; 1 when none can, the last lines say why; 2 for a
      wrong command line""";

  static final String TREE =
      """
      Usage: husk tree [OPTIONS] [ID]

      Shows the cgroups of one sandbox or of all: limits, use, pressure, and the processes with their
      pid, their pid inside, and their name. Asks no shim, so it works when one is dead or hangs.
      Control characters in names are spelt out: the inside chooses them.

      Options:
        --root DIR              state directories of all ids (default /run/husk; for other users than
                                root $XDG_RUNTIME_DIR/husk)
        --all                   no bounds; without it 64 cgroups and 128 processes of each sandbox are
                                shown and the rest is counted
        --json                  one JSON object instead
        --help                  this text

      Exit status: 0; 2 for a wrong command line; 125 for an unknown ID and a host without cgroup v2""";

  private Help() {}
}
