package dev.husk.cli;

import dev.husk.sandbox.ShimOptions;
import dev.husk.sandbox.StateDirectory;
import java.nio.file.Path;

/** From the command line to the options of a shim. */
final class ShimSetup {
  private ShimSetup() {}

  static ShimOptions options(Options given, String id, Path bundle) {
    return new ShimOptions(
        Version.HUSK,
        id,
        bundle,
        huskInit(),
        given.bwrap(),
        given.root(),
        given.limits(),
        given.cgroupManager(),
        given.privileged());
  }

  static Path socket(Options given, StateDirectory directory) {
    return given.socket().orElse(directory.socket());
  }

  static Path huskInit() {
    String path = System.getProperty("husk.init");
    if (path == null) {
      throw new IllegalStateException(
          "system property husk.init is not set; start husk through its launcher, which sets it");
    }
    return Path.of(path);
  }
}
