/**
 * From an OCI config to bubblewrap's arguments: mounts, namespaces and capabilities as a list of
 * typed operations, the staging before bwrap, and the check of the result afterwards.
 */
@NullMarked
package dev.husk.bwrap;

import org.jspecify.annotations.NullMarked;
