/** The domain: one sandbox's life from create to delete. Knows no gRPC and no transport. */
@NullMarked
package dev.husk.sandbox;

import org.jspecify.annotations.NullMarked;
