package dev.husk.oci;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The top level of the config: {@code config.md}. */
final class ConfigDecoder {
  /** HOST_NAME_MAX of Linux, which setdomainname(2) shares. */
  private static final int LONGEST_NAME = 64;

  private ConfigDecoder() {}

  static OciConfig decode(Fields config) {
    String version = config.requiredString("ociVersion");
    SpecVersion.check(config, "ociVersion", version);
    Fields root = config.requiredObject("root");
    List<Mount> mounts = MountDecoder.decode(config);
    Optional<String> hostname = name(config, "hostname");
    Optional<String> domainname = name(config, "domainname");
    Optional<ProcessSpec> process =
        config.has("process")
            ? Optional.of(ProcessDecoder.decode(config.object("process")))
            : Optional.empty();
    Hooks hooks = HooksDecoder.decode(config.object("hooks"));
    Map<String, String> annotations = config.stringMap("annotations");
    if (annotations.containsKey("")) {
      config.object("annotations").offend("", "must not have an empty key");
    }
    Linux linux = LinuxDecoder.decode(config.object("linux"));
    checkUts(config, hostname, linux, "hostname");
    checkUts(config, domainname, linux, "domainname");
    return new OciConfig(
        version,
        new OciConfig.Root(root.requiredString("path"), root.flag("readonly")),
        mounts,
        hostname,
        domainname,
        process,
        hooks,
        annotations,
        linux);
  }

  private static Optional<String> name(Fields config, String member) {
    Optional<String> name = config.string(member);
    if (name.isPresent() && name.get().getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      config.offend(member, "must not be longer than " + LONGEST_NAME + " bytes");
    }
    return name;
  }

  /** Without a UTS namespace the name would become the host's. */
  private static void checkUts(Fields config, Optional<String> name, Linux linux, String member) {
    if (name.isEmpty()) {
      return;
    }
    for (Linux.Namespace namespace : linux.namespaces()) {
      if (namespace.type() == NamespaceType.UTS) {
        return;
      }
    }
    config.offend(member, "needs a namespace of type \"uts\" in linux.namespaces");
  }
}
