package dev.husk.cgroup;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a cgroup is in a tree, for people. Places share what is above them, and a name is cut: the
 * inside chooses names of up to 4 KiB, of which a tree of the size that it may make would not fit
 * this process's memory.
 *
 * @param above empty for the tree's root
 * @param name empty for the tree's root; bytes that are no UTF-8 as {@code \xNN}
 */
record CgroupPlace(Optional<CgroupPlace> above, String name) {
  static final CgroupPlace ROOT = new CgroupPlace(Optional.empty(), "");

  /** What common file systems take. */
  private static final int LONGEST_NAME = 255;

  private static final String CUT = "...";

  CgroupPlace below(Path name) {
    return new CgroupPlace(Optional.of(this), cut(RawName.of(name), LONGEST_NAME));
  }

  /**
   * Relative to the tree's root: {@code payload/init}; empty for the root itself.
   *
   * @param longest a longer one is cut and ends in {@code ...}
   */
  String relative(int longest) {
    StringBuilder path = new StringBuilder(name);
    for (Optional<CgroupPlace> up = above;
        up.isPresent() && !up.get().name.isEmpty();
        up = up.get().above) {
      path.insert(0, '/').insert(0, up.get().name);
    }
    return cut(path.toString(), longest);
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest - CUT.length()) + CUT;
  }
}
