package dev.husk.bwrap;

import dev.husk.process.LaunchPlan;
import dev.husk.process.StageOp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a sandbox is built: first {@code husk-init launch} unshares and stages, then bwrap runs.
 *
 * @param namespaces the CLONE_NEW* bits that the launcher unshares, as in {@link LaunchPlan}
 * @param userNamespace whether all of it is in a user namespace of its own
 * @param loopback whether the launcher sets {@code lo} up in its new network namespace
 * @param staging what the launcher does before bwrap, in order
 * @param operations bwrap's options, in order
 * @param expected the mounts that must be there afterwards
 * @param warnings sentences for the operator; a capability that husk itself does not have is one:
 *     the spec wants a warning, not an error
 */
public record SandboxPlan(
    int namespaces,
    boolean userNamespace,
    boolean loopback,
    List<StageOp> staging,
    List<BwrapOp> operations,
    List<ExpectedMount> expected,
    List<String> warnings) {

  /** Where the in-sandbox init is found inside. */
  public static final String INIT = "/dev/" + DevFilesystem.INIT;

  /** The descriptor from which bwrap reads its options. */
  private static final String ARGS_FD = "5";

  public SandboxPlan {
    staging = List.copyOf(staging);
    operations = List.copyOf(operations);
    expected = List.copyOf(expected);
    warnings = List.copyOf(warnings);
  }

  /** bwrap's options with their values. */
  public List<String> arguments() {
    List<String> argv = new ArrayList<>(operations.size() * 3);
    for (BwrapOp operation : operations) {
      operation.addTo(argv);
    }
    return argv;
  }

  /** The content of the descriptor for {@code --args}. */
  public byte[] argumentBytes() {
    StringBuilder joined = new StringBuilder(2048);
    for (String argument : arguments()) {
      joined.append(argument).append('\0');
    }
    return joined.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** What the launcher is told; it ends as this bwrap. */
  public LaunchPlan launch(Path bwrap) {
    return new LaunchPlan(
        namespaces,
        userNamespace,
        loopback,
        staging,
        bwrap.toString(),
        List.of("--args", ARGS_FD, "--", INIT, "init"));
  }
}
