package dev.husk.sandbox;

import java.time.Instant;
import java.util.OptionalInt;

/**
 * How the payload ended.
 *
 * @param code exit status; 128 + signal for a death by signal
 * @param signal the signal that ended it
 * @param exact whether the kernel's own record said so; false when only bwrap's summary is known,
 *     in which an exit with 137 and a SIGKILL look alike
 * @param reason one phrase for people: {@code exited with status 3}
 * @param oomKilled the kernel's OOM killer ended it
 */
public record ExitStatus(
    int code,
    OptionalInt signal,
    boolean exact,
    String reason,
    Instant exitedAt,
    boolean oomKilled) {}
