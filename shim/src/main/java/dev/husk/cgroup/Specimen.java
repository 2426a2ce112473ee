package dev.husk.cgroup;

import dev.husk.failure.Failure;
import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import dev.husk.process.Stderr;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A cgroup to look at for what cgroups have here, since the kernel's root lacks most of it: one
 * made for the moment where that is permitted, else any that is there.
 */
final class Specimen implements AutoCloseable {
  private final CgroupFs fs;
  private final Optional<Path> directory;
  private final boolean made;
  private final Optional<Failure> refusal;

  private Specimen(CgroupFs fs, Optional<Path> directory, boolean made, Optional<Failure> refusal) {
    this.fs = fs;
    this.directory = directory;
    this.made = made;
    this.refusal = refusal;
  }

  static Specimen take(CgroupFs fs, CgroupHost host) {
    Path fresh = host.mountPoint().resolve("husk-doctor-" + ProcessHandle.current().pid());
    try {
      fs.mkdir(fresh);
      return new Specimen(fs, Optional.of(fresh), true, Optional.empty());
    } catch (ErrnoException e) {
      HuskException failure = CgroupErrors.of(fs, "make a cgroup", fresh, e);
      return new Specimen(fs, existing(fs, host), false, Optional.of(failure.failure()));
    }
  }

  private static Optional<Path> existing(CgroupFs fs, CgroupHost host) {
    Path own = host.directory(host.ownPath());
    if (fs.exists(own.resolve("cgroup.type"))) {
      return Optional.of(own);
    }
    try {
      List<Path> children = fs.children(host.mountPoint());
      return children.isEmpty() ? Optional.empty() : Optional.of(children.getFirst());
    } catch (ErrnoException e) {
      return Optional.empty();
    }
  }

  /** Why none can be made; empty when one could. */
  Optional<Failure> refusal() {
    return refusal;
  }

  /** What there is to see; empty when there is nothing to look at. */
  Optional<Sight> sight() {
    return directory.isPresent() ? Optional.of(new Sight(fs, directory.get())) : Optional.empty();
  }

  CgroupSurvey.Answer has(String file) {
    if (directory.isEmpty()) {
      return CgroupSurvey.Answer.UNKNOWN;
    }
    return fs.exists(directory.get().resolve(file))
        ? CgroupSurvey.Answer.YES
        : CgroupSurvey.Answer.NO;
  }

  /** The same for a file of a controller that may not be enabled for the specimen. */
  CgroupSurvey.Answer hasOf(String controller, String file) {
    return sight().map(sight -> sight.has(controller, file)).orElse(CgroupSurvey.Answer.UNKNOWN);
  }

  @Override
  public void close() {
    if (made) {
      try {
        fs.rmdir(directory.orElseThrow());
      } catch (ErrnoException e) {
        if (!e.errno().equals(Errno.ENOENT)) {
          Stderr.say("cannot remove " + directory.get() + ": " + e.errno());
        }
      }
    }
  }

  /** The files of one cgroup. */
  record Sight(CgroupFs fs, Path directory) {
    CgroupSurvey.Answer has(String controller, String file) {
      try {
        if (!Controllers.available(fs, directory).contains(controller)) {
          return CgroupSurvey.Answer.UNKNOWN;
        }
      } catch (ErrnoException e) {
        return CgroupSurvey.Answer.UNKNOWN;
      }
      return fs.exists(directory.resolve(controller + "." + file))
          ? CgroupSurvey.Answer.YES
          : CgroupSurvey.Answer.NO;
    }
  }
}
