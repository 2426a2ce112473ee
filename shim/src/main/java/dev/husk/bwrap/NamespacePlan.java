package dev.husk.bwrap;

import dev.husk.oci.Linux.Namespace;
import dev.husk.oci.NamespaceType;
import dev.husk.oci.OciConfig;
import dev.husk.process.LaunchPlan;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which namespaces are new. The launcher makes mount and cgroup (always), network and ipc; bwrap
 * makes pid and uts.
 */
final class NamespacePlan {
  private static final int LONGEST_HOSTNAME = 64;

  private final Set<NamespaceType> fresh = EnumSet.of(NamespaceType.MOUNT, NamespaceType.CGROUP);

  /**
   * @param ownUsers whether all is in a new user namespace, which the config may ask for then
   */
  NamespacePlan(OciConfig config, Offences offences, boolean ownUsers) {
    List<Namespace> namespaces = config.linux().namespaces();
    for (int i = 0; i < namespaces.size(); i++) {
      add(namespaces.get(i), "/linux/namespaces/" + i, offences, ownUsers);
    }
    hostname(config, offences);
    String propagation = config.linux().rootfsPropagation().orElse("private");
    if (!propagation.equals("private") && !propagation.equals("rprivate")) {
      offences.unsupported(
          "/linux/rootfsPropagation",
          propagation + " cannot be honoured: nothing passes between host and sandbox",
          "use private");
    }
  }

  private void add(Namespace namespace, String pointer, Offences offences, boolean ownUsers) {
    NamespaceType type = namespace.type();
    if ((type == NamespaceType.USER && !ownUsers) || type == NamespaceType.TIME) {
      offences.unsupported(
          pointer + "/type", "no " + type.specName() + " namespace is made", "remove the entry");
    }
    if (namespace.path().isPresent()) {
      offences.unsupported(
          pointer + "/path",
          "an existing namespace is not joined",
          "remove the path to get a new namespace");
    }
    fresh.add(type);
  }

  private void hostname(OciConfig config, Offences offences) {
    if (config.hostname().isPresent()) {
      String name = config.hostname().get();
      if (!fresh(NamespaceType.UTS)) {
        offences.invalid(
            "/hostname",
            "set without a new uts namespace, it would rename the host",
            "add a namespace of type uts, or remove the host name");
      }
      if (name.length() > LONGEST_HOSTNAME || name.indexOf('\0') >= 0) {
        offences.invalid(
            "/hostname", "longer than " + LONGEST_HOSTNAME + " bytes, or with a NUL", "shorten it");
      }
    }
    if (config.domainname().isPresent()) {
      offences.unsupported("/domainname", "the NIS domain name is not set", "remove it");
    }
  }

  boolean fresh(NamespaceType type) {
    return fresh.contains(type);
  }

  /** What the launcher unshares; the shim makes the cgroup namespace, bwrap the others. */
  int ofLauncher() {
    int bits = LaunchPlan.NEWNS;
    bits |= fresh(NamespaceType.NETWORK) ? LaunchPlan.NEWNET : 0;
    return bits | (fresh(NamespaceType.IPC) ? LaunchPlan.NEWIPC : 0);
  }
}
