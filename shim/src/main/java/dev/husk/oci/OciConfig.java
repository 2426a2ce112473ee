package dev.husk.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A validated {@code config.json}: OCI runtime-spec 1.3, {@code config.md}. Component names are the
 * spec's property names, so that a JSON pointer and the accessors read alike.
 *
 * @param ociVersion SemVer of the spec that the bundle follows
 * @param hooks lifecycle hooks by kind; empty lists when the config has none
 * @param annotations arbitrary metadata, keys never empty
 */
public record OciConfig(
    String ociVersion,
    Root root,
    List<Mount> mounts,
    Optional<String> hostname,
    Optional<String> domainname,
    Optional<ProcessSpec> process,
    Hooks hooks,
    Map<String, String> annotations,
    Linux linux) {

  public OciConfig {
    mounts = List.copyOf(mounts);
    annotations = Map.copyOf(annotations);
  }

  /**
   * The root filesystem: {@code config.md#root}.
   *
   * @param path as written: absolute, or relative to the bundle
   */
  public record Root(String path, boolean readonly) {}
}
