package dev.husk.cgroup;

import dev.husk.process.Errno;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** One cgroup of the model: the predicates are those of kernel/cgroup/cgroup.c. */
final class ModelNode {
  static final List<String> KNOWN =
      List.of(
          "cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma", "misc", "dmem", "perf_event");

  final String name;
  final Optional<ModelNode> parent;
  final Map<String, ModelNode> children = new TreeMap<>();
  final Set<Long> processes = new LinkedHashSet<>();
  final Set<Long> zombies = new LinkedHashSet<>();
  final Set<String> enabled = new TreeSet<>();
  final Set<String> rootControllers;
  final Map<String, String> values = new LinkedHashMap<>();
  final boolean mixable;
  boolean threaded;
  boolean freeze;

  ModelNode(String name, Optional<ModelNode> parent, Set<String> controllers, boolean mixable) {
    this.name = name;
    this.parent = parent;
    this.rootControllers = controllers;
    this.mixable = mixable;
  }

  Set<String> controllers() {
    return parent.isPresent() ? parent.get().enabled : rootControllers;
  }

  boolean populated() {
    return !processes.isEmpty() || children.values().stream().anyMatch(ModelNode::populated);
  }

  /** Its processes and those of all cgroups below. */
  Stream<Long> members() {
    return Stream.concat(
        processes.stream(), children.values().stream().flatMap(ModelNode::members));
  }

  boolean toBeFrozen() {
    return freeze || parent.map(ModelNode::toBeFrozen).orElse(false);
  }

  private static boolean isThreadedController(String controller) {
    return List.of("cpu", "cpuset", "pids", "perf_event").contains(controller);
  }

  boolean threadRoot() {
    if (threaded || mixable) {
      return false;
    }
    return children.values().stream().anyMatch(child -> child.threaded)
        || (!processes.isEmpty() && enabled.stream().anyMatch(ModelNode::isThreadedController));
  }

  boolean canBeThreadRoot() {
    if (mixable) {
      return true;
    }
    return !threaded
        && children.values().stream().noneMatch(child -> !child.threaded && child.populated())
        && enabled.stream().allMatch(ModelNode::isThreadedController);
  }

  boolean validDomain() {
    if (threaded) {
      return false;
    }
    for (Optional<ModelNode> up = parent; up.isPresent(); up = up.get().parent) {
      if (up.get().threaded || up.get().threadRoot()) {
        return false;
      }
    }
    return true;
  }

  String type() {
    if (threaded) {
      return "threaded";
    }
    return !validDomain() ? "domain invalid" : threadRoot() ? "domain threaded" : "domain";
  }

  /** Whether a process may be moved or born here. */
  Optional<Errno> refusesProcess() {
    if (!threaded && !validDomain()) {
      return Optional.of(Errno.EOPNOTSUPP);
    }
    if (threaded || canBeThreadRoot() || enabled.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(Errno.EBUSY);
  }

  Optional<Errno> refusesEnabling(Set<String> wanted) {
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    if (!threaded && !validDomain()) {
      return Optional.of(Errno.EOPNOTSUPP);
    }
    if (mixable) {
      return Optional.empty();
    }
    if (!wanted.stream().allMatch(ModelNode::isThreadedController)) {
      if (threadRoot() || threaded) {
        return Optional.of(Errno.EOPNOTSUPP);
      }
    } else if (canBeThreadRoot() || threaded) {
      return Optional.empty();
    }
    return processes.isEmpty() ? Optional.empty() : Optional.of(Errno.EBUSY);
  }

  int depth() {
    return parent.map(up -> up.depth() + 1).orElse(0);
  }

  int descendants() {
    return children.values().stream().mapToInt(child -> 1 + child.descendants()).sum();
  }
}
