/** What the tests and the benchmark reach a shim with. */
package dev.husk.client;
