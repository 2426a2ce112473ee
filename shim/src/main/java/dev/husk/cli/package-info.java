/** The command line: thin, one command per file. */
@NullMarked
package dev.husk.cli;

import org.jspecify.annotations.NullMarked;
