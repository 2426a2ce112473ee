package dev.husk.rpc;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import java.nio.file.Path;

/** What the server itself refuses or cannot do. */
public sealed interface RpcFailure extends Failure {

  /** The socket's path does not fit into {@code sockaddr_un}: unix(7). */
  record SocketPathTooLong(Path path, int bytes) implements RpcFailure {
    @Override
    public String what() {
      return "listen on the socket";
    }

    @Override
    public String where() {
      return path.toString();
    }

    @Override
    public String why() {
      return "its path has " + bytes + " bytes, the most is " + UnixServerSocket.LONGEST_PATH;
    }

    @Override
    public String remedy() {
      return "choose a shorter path with --socket, or a shorter id";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /** Another process listens on the socket. */
  record SocketInUse(Path path) implements RpcFailure {
    @Override
    public String what() {
      return "listen on the socket";
    }

    @Override
    public String where() {
      return path.toString();
    }

    @Override
    public String why() {
      return "another process listens there";
    }

    @Override
    public String remedy() {
      return "choose another id or socket, or shut the other shim down";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXISTS;
    }
  }

  /** The socket cannot be made at that place. */
  record SocketRefused(Path path, String why, String remedy, FailureKind kind)
      implements RpcFailure {
    @Override
    public String what() {
      return "listen on the socket";
    }

    @Override
    public String where() {
      return path.toString();
    }
  }

  /** A field of a request that is wrong by itself. */
  record InvalidField(String method, String field, String why, String remedy)
      implements RpcFailure {
    @Override
    public String what() {
      return method;
    }

    @Override
    public String where() {
      return "field " + field;
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /** A bound on calls at once was reached. */
  record TooManyCalls(String method, int bound) implements RpcFailure {
    @Override
    public String what() {
      return method;
    }

    @Override
    public String where() {
      return "this shim";
    }

    @Override
    public String why() {
      return "the bound of " + bound + " such calls at once is reached";
    }

    @Override
    public String remedy() {
      return "end calls that are no longer needed, and try again";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXHAUSTED;
    }
  }

  /**
   * An answer that would not fit the shim's memory beside everything else.
   *
   * @param bytes it would have
   * @param bound in bytes
   */
  record AnswerTooLarge(String method, long bytes, long bound) implements RpcFailure {
    @Override
    public String what() {
      return method;
    }

    @Override
    public String where() {
      return "this shim";
    }

    @Override
    public String why() {
      return "the answer has " + bytes + " bytes, more than " + bound;
    }

    @Override
    public String remedy() {
      return "look at the sandbox's cgroups on the host, with husk tree for example";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXHAUSTED;
    }
  }

  /** The server's own deadline for an operation passed; the operation itself goes on. */
  record NotFinished(String method, long seconds) implements RpcFailure {
    @Override
    public String what() {
      return method;
    }

    @Override
    public String where() {
      return "this shim";
    }

    @Override
    public String why() {
      return "the operation has not finished within " + seconds + " seconds and goes on";
    }

    @Override
    public String remedy() {
      return "ask State how it went on, or call with a longer deadline";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.TIMEOUT;
    }
  }

  /** Nobody listens on a sandbox's socket. */
  record NoShim(String id, Path path, String reason) implements RpcFailure {
    @Override
    public String what() {
      return "reach the shim of sandbox \"" + id + "\"";
    }

    @Override
    public String where() {
      return path.toString();
    }

    @Override
    public String why() {
      return "nobody listens there: " + reason;
    }

    @Override
    public String remedy() {
      return "see husk list for the sandboxes that are there; name another directory with --root, or"
          + " the socket with --socket";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.NOT_FOUND;
    }
  }

  /** Somebody listens and takes no connection: the queue stayed full. */
  record NotAccepting(String id, Path path, long seconds) implements RpcFailure {
    @Override
    public String what() {
      return "reach the shim of sandbox \"" + id + "\"";
    }

    @Override
    public String where() {
      return path.toString();
    }

    @Override
    public String why() {
      return "who listens there has not taken a connection for " + seconds + " s";
    }

    @Override
    public String remedy() {
      return "see whether that process is stopped or hangs (husk list shows its pid); killing it"
          + " ends its sandbox";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.TIMEOUT;
    }
  }

  /** What a shim answered instead of doing as it was asked, in its own words. */
  record Refused(
      String what, String where, String why, String remedy, FailureKind kind, String message)
      implements RpcFailure {}

  /** The connection to a shim broke, or something that is no shim answered. */
  record NoAnswer(Path path, String reason) implements RpcFailure {
    @Override
    public String what() {
      return "ask the shim";
    }

    @Override
    public String where() {
      return path.toString();
    }

    @Override
    public String why() {
      return reason;
    }

    @Override
    public String remedy() {
      return "see husk list whether the shim still runs, and ask again";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INTERNAL;
    }
  }

  /** An exception that no part of husk expects. */
  record Unexpected(String method, String why) implements RpcFailure {
    @Override
    public String what() {
      return method;
    }

    @Override
    public String where() {
      return "this shim";
    }

    @Override
    public String remedy() {
      return "this is an error in husk; please report it with the shim's log";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INTERNAL;
    }
  }
}
