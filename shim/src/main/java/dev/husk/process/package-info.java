/** Processes and native calls; the only package that may call native code. */
@NullMarked
package dev.husk.process;

import org.jspecify.annotations.NullMarked;
