package dev.husk.oci;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects what is wrong, the first complaint for each place, up to {@link #LIMIT}. One complaint
 * for each place lets decoders go on with a stand-in value without accusing it too.
 */
final class Offences {
  static final int LIMIT = 50;

  private final Map<String, Offence> found = new LinkedHashMap<>();
  private boolean more;

  void add(String pointer, String message) {
    if (found.containsKey(pointer)) {
      return;
    }
    if (found.size() == LIMIT) {
      more = true;
      return;
    }
    found.put(pointer, new Offence(pointer, message));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  List<Offence> list() {
    return new ArrayList<>(found.values());
  }

  /** Whether there were more than {@link #LIMIT}. */
  boolean more() {
    return more;
  }
}
