package dev.husk.oci;

/** The kinds of namespace of {@code config-linux.md#namespaces}. */
public enum NamespaceType {
  PID("pid"),
  NETWORK("network"),
  MOUNT("mount"),
  IPC("ipc"),
  UTS("uts"),
  USER("user"),
  CGROUP("cgroup"),
  TIME("time");

  private final String specName;

  NamespaceType(String specName) {
    this.specName = specName;
  }

  /** The name that the spec uses. */
  public String specName() {
    return specName;
  }
}
