package dev.husk.inspect;

import dev.husk.cgroup.CgroupTreeReader;
import dev.husk.cgroup.CgroupView;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Takes a tree piece by piece, so that one of any size fits. */
public interface TreeSink {
  void begin() throws IOException;

  void sandbox(SandboxLine sandbox) throws IOException;

  /**
   * A cgroup of that sandbox, before those below it.
   *
   * @param last none follows it on its level
   */
  void enter(CgroupView cgroup, List<ProcessLine> processes, boolean last) throws IOException;

  void leave(CgroupView cgroup) throws IOException;

  /** No cgroup of that sandbox follows. */
  void endSandbox(Optional<CgroupTreeReader.Totals> totals) throws IOException;

  /**
   * No sandbox follows.
   *
   * @param problem why there may be others
   */
  void end(Optional<String> problem) throws IOException;
}
