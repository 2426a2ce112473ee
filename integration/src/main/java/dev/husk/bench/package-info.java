/** Measures husk beside its peers; see {@code integration/bench --help}. */
package dev.husk.bench;
