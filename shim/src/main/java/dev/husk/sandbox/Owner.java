package dev.husk.sandbox;

import java.util.List;
import java.util.Optional;

/**
 * The sandbox that a process belongs to.
 *
 * @param id of the sandbox
 * @param cgroup relative to the sandbox's: {@code payload/init}; empty for the sandbox's own
 * @param namespacePids of the process, from this process' pid namespace inwards
 */
public record Owner(String id, String cgroup, List<Integer> namespacePids) {
  public Owner {
    namespacePids = List.copyOf(namespacePids);
  }

  /**
   * The sandbox, if the process is in its cgroup or in one below.
   *
   * @param sandboxCgroup as {@code /proc/PID/cgroup} would name it; empty while there is none
   */
  static Optional<Owner> of(String id, String sandboxCgroup, ProcessPlace place) {
    if (sandboxCgroup.isEmpty()) {
      return Optional.empty();
    }
    if (place.cgroup().equals(sandboxCgroup)) {
      return Optional.of(new Owner(id, "", place.namespacePids()));
    }
    String below = sandboxCgroup + "/";
    return place.cgroup().startsWith(below)
        ? Optional.of(
            new Owner(id, place.cgroup().substring(below.length()), place.namespacePids()))
        : Optional.empty();
  }
}
