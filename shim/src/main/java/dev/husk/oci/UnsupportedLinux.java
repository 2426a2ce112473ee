package dev.husk.oci;

import dev.husk.oci.Unsupported.Refusals;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What husk does not apply of {@code linux}, resources apart. */
final class UnsupportedLinux {
  private UnsupportedLinux() {}

  static void check(Linux linux, boolean ownUsers, Refusals refusals) {
    namespaces(linux.namespaces(), ownUsers, refusals);
    if (!ownUsers) {
      mappings(linux, refusals);
    }
    if (!linux.timeOffsets().isEmpty()) {
      refusals.remove("/linux/timeOffsets", "asks for a time namespace, which husk does not make");
    }
    if (!linux.devices().isEmpty()) {
      refusals.add(
          "/linux/devices",
          "asks for device nodes, which husk does not make",
          "remove the property; null, zero, full, random, urandom and tty are always there");
    }
    if (!linux.netDevices().isEmpty()) {
      refusals.remove("/linux/netDevices", "asks to move network devices, which husk does not do");
    }
    if (linux.rootfsPropagation().isPresent()
        && !linux.rootfsPropagation().get().equals("private")
        && !linux.rootfsPropagation().get().equals("rprivate")) {
      refusals.add(
          "/linux/rootfsPropagation",
          "can only be private: no mount event crosses the sandbox's border",
          "set it to private or remove it");
    }
    if (linux.mountLabel().isPresent()) {
      refusals.remove("/linux/mountLabel", "is not applied by husk");
    }
    if (!linux.sysctl().isEmpty()) {
      refusals.remove("/linux/sysctl", "is not written by husk");
    }
    if (linux.seccomp().isPresent()) {
      refusals.remove("/linux/seccomp", "is a filter that husk does not install");
    }
    if (linux.intelRdt().isPresent()) {
      refusals.remove("/linux/intelRdt", "asks for resctrl, which husk does not drive");
    }
    if (linux.memoryPolicy().isPresent()) {
      refusals.add(
          "/linux/memoryPolicy",
          "is not applied by husk",
          "remove the property, or bind the whole sandbox with linux.resources.cpu.mems");
    }
    if (linux.personality().isPresent()) {
      refusals.remove("/linux/personality", "is not applied by husk");
    }
  }

  private static void mappings(Linux linux, Refusals refusals) {
    if (!linux.uidMappings().isEmpty()) {
      refusals.remove("/linux/uidMappings", "asks for a user namespace, which husk does not make");
    }
    if (!linux.gidMappings().isEmpty()) {
      refusals.remove("/linux/gidMappings", "asks for a user namespace, which husk does not make");
    }
  }

  /**
   * A type that is not listed means "inherit the runtime's" (config-linux.md), which bubblewrap
   * cannot do for pid and mount. The cgroup namespace is new in any case: it only narrows a view.
   */
  private static void namespaces(
      List<Linux.Namespace> namespaces, boolean ownUsers, Refusals refusals) {
    Set<NamespaceType> listed = EnumSet.noneOf(NamespaceType.class);
    for (int i = 0; i < namespaces.size(); i++) {
      Linux.Namespace namespace = namespaces.get(i);
      String pointer = "/linux/namespaces/" + i;
      listed.add(namespace.type());
      if ((namespace.type() == NamespaceType.USER && !ownUsers)
          || namespace.type() == NamespaceType.TIME) {
        refusals.add(
            pointer,
            "asks for a namespace of type " + namespace.type().specName() + ", not made by husk",
            "remove the entry");
      }
      if (namespace.path().isPresent()) {
        refusals.add(
            pointer + "/path",
            "asks to join a namespace, which husk does not do",
            "remove the path to get a new namespace");
      }
    }
    requireNew(NamespaceType.PID, listed, refusals);
    requireNew(NamespaceType.MOUNT, listed, refusals);
  }

  private static void requireNew(NamespaceType type, Set<NamespaceType> listed, Refusals refusals) {
    if (!listed.contains(type)) {
      refusals.add(
          "/linux/namespaces",
          "asks to share the host's " + type.specName() + " namespace by not listing it",
          "add an entry of type " + type.specName());
    }
  }
}
