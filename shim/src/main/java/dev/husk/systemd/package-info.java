/** The service manager of the host. */
@NullMarked
package dev.husk.systemd;

import org.jspecify.annotations.NullMarked;
