/**
 * What people want to see: of this host, and of the sandboxes on it. Looks only, changes nothing.
 */
@NullMarked
package dev.husk.inspect;

import org.jspecify.annotations.NullMarked;
