package dev.husk.cgroup;

import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A real file system with something that happens just before an action, and files that lie. */
final class InterposedFs implements CgroupFs {
  /** What happens. */
  interface Event {
    void before(String operation, Path path, String content) throws ErrnoException;
  }

  private final CgroupFs real;
  private final Map<Path, String> lies = new HashMap<>();
  private final Map<Path, String> onlyOnce = new HashMap<>();
  private Event event = (operation, path, content) -> {};

  InterposedFs(CgroupFs real) {
    this.real = real;
  }

  InterposedFs before(Event happens) {
    event = happens;
    return this;
  }

  /** From now on that file seems to have that content. */
  InterposedFs lie(Path file, String content) {
    lies.put(file, content);
    return this;
  }

  /** The next one who reads that file finds that content. */
  InterposedFs lieOnce(Path file, String content) {
    onlyOnce.put(file, content);
    return this;
  }

  @Override
  public String read(Path file) throws ErrnoException {
    event.before("read", file, "");
    String once = onlyOnce.remove(file);
    String lie = once != null ? once : lies.get(file);
    return lie != null ? lie : real.read(file);
  }

  @Override
  public void write(Path file, String content) throws ErrnoException {
    event.before("write", file, content);
    real.write(file, content);
  }

  @Override
  public void attachDeviceFilter(Path cgroup, byte[] program) throws ErrnoException {
    event.before("attach", cgroup, "");
    real.attachDeviceFilter(cgroup, program);
  }

  @Override
  public void mkdir(Path directory) throws ErrnoException {
    event.before("mkdir", directory, "");
    real.mkdir(directory);
  }

  @Override
  public void rmdir(Path directory) throws ErrnoException {
    event.before("rmdir", directory, "");
    real.rmdir(directory);
  }

  @Override
  public void rmdirTree(Path directory) throws ErrnoException {
    real.rmdirTree(directory);
  }

  @Override
  public List<Path> children(Path directory) throws ErrnoException {
    return real.children(directory);
  }

  @Override
  public void walk(Path directory, CgroupVisitor visitor) throws ErrnoException {
    PathWalk.walk(this, directory, visitor);
  }

  @Override
  public boolean exists(Path path) {
    return real.exists(path);
  }

  @Override
  public boolean writable(Path file) {
    return real.writable(file);
  }

  @Override
  public String awaitChange(Path file, String seen, Duration timeout) throws ErrnoException {
    return real.awaitChange(file, seen, timeout);
  }
}
