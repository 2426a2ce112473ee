/**
 * A client of a message bus, as much of it as calls to the service manager need: D-Bus
 * Specification 0.43. Neither of the ready-made ways does: busctl reports an error without its name
 * and a job without its result, and dbus-java costs 150 ms and 10 MiB at first use.
 */
@NullMarked
package dev.husk.dbus;

import org.jspecify.annotations.NullMarked;
