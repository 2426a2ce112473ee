/** The one form that every error of husk has, and how it is shown. Knows no other package. */
@NullMarked
package dev.husk.failure;

import org.jspecify.annotations.NullMarked;
