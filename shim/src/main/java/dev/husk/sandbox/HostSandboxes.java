package dev.husk.sandbox;

import dev.husk.cgroup.AbandonedCgroup;
import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The sandboxes of all shims that keep their state below one directory, without asking a shim. */
public final class HostSandboxes {
  private HostSandboxes() {}

  /**
   * All of them, by id; those of dead shims too.
   *
   * @param root what the shims were given as {@code --root}; a missing one holds none
   * @throws HuskException {@link SandboxFailure.StateUnusable} when it cannot be read
   */
  public static List<KnownSandbox> list(Path root) throws HuskException {
    List<KnownSandbox> all = new ArrayList<>();
    ShimLocks locks = ShimLocks.now();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(root)) {
      for (Path directory : directories) {
        look(directory, locks).ifPresent(all::add);
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw unreadable(root, new IOException(e));
    } catch (IOException e) {
      throw unreadable(root, e);
    }
    all.sort(Comparator.comparing(KnownSandbox::id));
    return all;
  }

  private static HuskException unreadable(Path root, IOException cause) {
    boolean denied = cause instanceof AccessDeniedException;
    return new HuskException(
        new SandboxFailure.StateUnusable(
            root.toString(),
            denied ? "permission denied" : String.valueOf(cause.getMessage()),
            denied ? FailureKind.DENIED : FailureKind.PRECONDITION),
        cause);
  }

  /** Empty for what is no shim's directory, and for one that goes away meanwhile. */
  private static Optional<KnownSandbox> look(Path directory, ShimLocks locks) throws IOException {
    Path lock = directory.resolve(StateDirectory.LOCK);
    if (!Files.isRegularFile(lock)) {
      return Optional.empty();
    }
    String id = directory.getFileName().toString();
    String state;
    try {
      state = Files.readString(directory.resolve(StateDirectory.STATE));
    } catch (NoSuchFileException e) {
      state = "{}";
    }
    KnownSandbox known = StateJson.known(id, state, false);
    boolean runs =
        locks.holds(lock, known.shimPid())
            || ShimLocks.listens(directory.resolve(StateDirectory.SOCKET));
    if (!runs && !Files.exists(lock)) {
      return Optional.empty();
    }
    return Optional.of(runs ? StateJson.known(id, state, true) : known);
  }

  /**
   * The sandbox that a process belongs to; empty for a stranger. One whose shim is dead counts as
   * long as its cgroup is there.
   *
   * @param pid of a process or thread, in this process' pid namespace
   * @throws HuskException {@link SandboxFailure.NoSuchProcess}, and as {@link #list}
   */
  public static Optional<Owner> owner(Path root, int pid) throws HuskException {
    ProcessPlace place = ProcessPlace.of(pid);
    for (KnownSandbox sandbox : list(root)) {
      Optional<Owner> owner = Owner.of(sandbox.id(), sandbox.cgroup(), place);
      if (owner.isPresent() && isStill(sandbox)) {
        return owner;
      }
    }
    return Optional.empty();
  }

  /** A dead shim's file may name a cgroup that is another's by now. */
  private static boolean isStill(KnownSandbox sandbox) throws HuskException {
    return AbandonedCgroup.isStill(
        CgroupHost.detect(new KernelCgroupFs()), sandbox.cgroup(), sandbox.cgroupIdentity());
  }
}
