/**
 * The bundle's {@code config.json} (OCI runtime-spec 1.3, Linux) as immutable records, read and
 * validated.
 */
@NullMarked
package dev.husk.oci;

import org.jspecify.annotations.NullMarked;
