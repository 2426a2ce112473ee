package dev.husk.rpc;

import dev.husk.failure.HuskException;
import dev.husk.sandbox.CreateOptions;
import dev.husk.sandbox.Stdio;
import dev.husk.v1.CreateRequest;
import dev.husk.v1.StdioStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** The request of Create as the domain has it. */
final class CreateMapper {
  private static final String METHOD = "create";

  private CreateMapper() {}

  /**
   * Maps the request.
   *
   * @param ownBundle the bundle that the shim was started with
   * @throws HuskException INVALID: a path that is not absolute or no path at all
   */
  static CreateOptions options(CreateRequest request, Optional<Path> ownBundle)
      throws HuskException {
    dev.husk.v1.Stdio stdio = request.getStdio();
    return new CreateOptions(
        request.getId(),
        bundle(request.getBundle(), ownBundle),
        new Stdio(
            stream("stdio.stdin.path", stdio.getStdin()),
            stream("stdio.stdout.path", stdio.getStdout()),
            stream("stdio.stderr.path", stdio.getStderr())));
  }

  private static Path bundle(String bundle, Optional<Path> ownBundle) throws HuskException {
    if (!bundle.isEmpty()) {
      return absolute("bundle", bundle);
    }
    if (ownBundle.isEmpty()) {
      throw new HuskException(
          new RpcFailure.InvalidField(
              METHOD,
              "bundle",
              "it is empty and the shim was started without a bundle",
              "name the bundle in the request, or start the shim with --bundle"));
    }
    return ownBundle.get();
  }

  private static Stdio.Stream stream(String field, StdioStream stream) throws HuskException {
    return switch (stream.getTargetCase()) {
      case INHERIT -> stream.getInherit() ? new Stdio.Inherit() : new Stdio.Null();
      case PATH -> new Stdio.File(absolute(field, stream.getPath()));
      case TARGET_NOT_SET -> new Stdio.Null();
    };
  }

  private static Path absolute(String field, String text) throws HuskException {
    String why = "it is not an absolute path: \"" + text + "\"";
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      why = "it is not a path: " + e.getReason();
    }
    throw new HuskException(
        new RpcFailure.InvalidField(METHOD, field, why, "give a path that begins with /"));
  }
}
