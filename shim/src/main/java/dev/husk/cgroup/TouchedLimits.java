package dev.husk.cgroup;

import dev.husk.oci.Resources;
import java.util.ArrayList;
import java.util.List;

/**
 * Which limits a change is about: all of a section of which it sets anything, since the fields of a
 * section depend on each other, and the entries of {@code unified} that it names. What it is not
 * about is not written again.
 */
final class TouchedLimits {
  private final List<String> prefixes = new ArrayList<>();

  TouchedLimits(Resources change) {
    Resources none = Resources.none();
    section(!change.memory().equals(none.memory()), "/memory/");
    section(!change.cpu().equals(none.cpu()), "/cpu/");
    section(!change.blockIO().equals(none.blockIO()), "/blockIO/");
    section(!change.hugepageLimits().isEmpty(), "/hugepageLimits/");
    section(change.pidsLimit().isPresent(), "/pids/");
    section(!change.rdma().isEmpty(), "/rdma/");
    for (String file : change.unified().keySet()) {
      prefixes.add(LimitCollector.POINTER + "/unified/" + OtherLimits.pointerToken(file));
    }
  }

  private void section(boolean touched, String prefix) {
    if (touched) {
      prefixes.add(LimitCollector.POINTER + prefix);
    }
  }

  boolean contains(LimitWrite write) {
    for (String prefix : prefixes) {
      boolean whole = !prefix.endsWith("/");
      if (whole ? write.property().equals(prefix) : write.property().startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
