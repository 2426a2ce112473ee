package dev.husk.sandbox;

import dev.husk.cgroup.DeviceControl;
import dev.husk.cgroup.LimitStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A snapshot of one sandbox.
 *
 * @param ociVersion of the config
 * @param bundle absolute
 * @param pid of the payload in the shim's pid namespace, the same before and after start
 * @param cgroup path of P below the cgroup v2 mount, as in {@code /proc/PID/cgroup}
 * @param limits every limit asked for or defaulted, and whether it is in force
 * @param deviceControl what keeps it from other devices than it is given, from created on
 */
public record SandboxStatus(
    String id,
    String ociVersion,
    Phase phase,
    String bundle,
    OptionalInt pid,
    Map<String, String> annotations,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<ExitStatus> exit,
    String cgroup,
    List<LimitStatus> limits,
    Optional<DeviceControl> deviceControl) {}
