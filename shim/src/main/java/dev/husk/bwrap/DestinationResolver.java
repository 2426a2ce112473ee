package dev.husk.bwrap;

import dev.husk.bwrap.Resolution.Kind;
import dev.husk.bwrap.Resolution.Place;
import dev.husk.bwrap.Resolution.Refused;
import dev.husk.failure.HuskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Resolves paths as the container will see them, across the mounts made so far, as openat2(2) with
 * RESOLVE_IN_ROOT does: symbolic links are relative to the container's root and {@code ..} stops
 * there. Below 0.12 bwrap follows links of the root file system onto the host (CVE-2026-87766), so
 * it is only ever given paths that came out of here: they have no links left. Nobody else may
 * change the trees between planning and start.
 */
final class DestinationResolver {
  /** As the kernel's MAXSYMLINKS. */
  static final int MOST_LINKS = 40;

  private static final int LONGEST_PATH = 4095;

  /** What the JDK makes of bytes that are no text: such a name would be taken for a missing one. */
  private static final char UNDECODABLE = '\ufffd';

  private record Layer(String path, Backing backing) {}

  /** One component of the way; {@code target} is set for a symbolic link only. */
  private record Step(
      String path, int layer, Optional<Path> host, Kind kind, Optional<String> target) {}

  private final List<Layer> layers = new ArrayList<>();
  private final HostMounts hostMounts;

  DestinationResolver(Path rootfs, HostMounts hostMounts) {
    this.hostMounts = hostMounts;
    layers.add(new Layer("", new Backing.Tree(rootfs, true)));
  }

  /** A mount at that place, over everything that is there now. */
  int mount(Place at, Backing backing) {
    String path = at.path().equals("/") ? "" : at.path();
    layers.add(new Layer(path, backing));
    return layers.size() - 1;
  }

  Backing backing(int layer) {
    return layers.get(layer).backing();
  }

  /** Where the path leads; a relative one starts at the container's root. */
  Resolution resolve(String path) throws HuskException {
    if (path.length() > LONGEST_PATH) {
      return new Refused("the path is longer than " + LONGEST_PATH + " characters");
    }
    try {
      return walk(path);
    } catch (InvalidPathException e) {
      return new Refused("the path cannot be written in husk's character encoding");
    } catch (IOException e) {
      return new Refused("cannot be looked up: " + e);
    }
  }

  private Resolution walk(String path) throws IOException, HuskException {
    ArrayDeque<String> pending = new ArrayDeque<>();
    prepend(pending, path);
    List<Step> way = new ArrayList<>();
    way.add(root());
    int links = 0;
    while (!pending.isEmpty()) {
      String name = pending.removeFirst();
      Step here = way.getLast();
      if (here.kind() == Kind.FILE) {
        return new Refused(here.path() + " is not a directory");
      }
      if (name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        if (way.size() > 1) {
          way.removeLast();
        }
        continue;
      }
      Step next = child(here, name);
      if (hiddenByHostMount(next)) {
        return new Refused(next.path() + " is covered by a mount that a non-recursive bind omits");
      }
      if (next.target().isEmpty()) {
        way.add(next);
        continue;
      }
      if (layers.get(next.layer()).backing() instanceof Backing.KernelView) {
        return new Refused(next.path() + " is a symbolic link of the kernel's");
      }
      if (++links > MOST_LINKS) {
        return new Refused("more than " + MOST_LINKS + " symbolic links on the way");
      }
      String target = next.target().get();
      if (target.indexOf(UNDECODABLE) >= 0) {
        return new Refused(next.path() + " is a symbolic link to a name that is not UTF-8");
      }
      if (target.startsWith("/")) {
        way.subList(1, way.size()).clear();
      }
      prepend(pending, target);
    }
    return place(way.getLast());
  }

  private boolean hiddenByHostMount(Step step) throws HuskException {
    return step.host().isPresent()
        && layers.get(step.layer()).backing() instanceof Backing.Tree tree
        && !tree.recursive()
        && !step.host().get().equals(tree.directory())
        && hostMounts.isMountPoint(step.host().get());
  }

  private Place place(Step step) {
    String mountPath = layers.get(step.layer()).path();
    String inside =
        step.path().length() > mountPath.length()
            ? step.path().substring(mountPath.length() + 1)
            : "";
    String path = step.path().isEmpty() ? "/" : step.path();
    return new Place(path, step.kind(), step.layer(), inside, step.host());
  }

  private Step root() {
    return entered("", top("", 0));
  }

  private Step child(Step here, String name) throws IOException {
    String path = here.path() + "/" + name;
    int covering = top(path, here.layer());
    if (covering != here.layer()) {
      return entered(path, covering);
    }
    if (here.host().isPresent()) {
      return onHost(path, here.layer(), here.host().get().resolve(name));
    }
    Backing backing = layers.get(here.layer()).backing();
    return backing instanceof Backing.Devices
        ? inDev(path, here.layer())
        : step(path, here.layer(), backing.below());
  }

  /**
   * The mount visible at a path whose parent is shown by {@code layer}: itself if nothing covers
   * the path. A mount made on that path before {@code layer} lies hidden under it.
   */
  private int top(String path, int layer) {
    for (int i = layers.size() - 1; i > layer; i--) {
      if (layers.get(i).path().equals(path)) {
        return i;
      }
    }
    return layer;
  }

  private Step entered(String path, int layer) {
    Backing backing = layers.get(layer).backing();
    return new Step(path, layer, backing.host(), backing.root(), Optional.empty());
  }

  private static Step step(String path, int layer, Kind kind) {
    return new Step(path, layer, Optional.empty(), kind, Optional.empty());
  }

  private Step inDev(String path, int layer) {
    String inside = path.substring(layers.get(layer).path().length() + 1);
    String target = DevFilesystem.linkTarget(inside);
    if (!target.isEmpty()) {
      return new Step(path, layer, Optional.empty(), Kind.FILE, Optional.of(target));
    }
    return step(path, layer, DevFilesystem.isNode(inside) ? Kind.FILE : Kind.MISSING);
  }

  private static Step onHost(String path, int layer, Path host) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(host, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return step(path, layer, Kind.MISSING);
    }
    Optional<String> target =
        attributes.isSymbolicLink()
            ? Optional.of(Files.readSymbolicLink(host).toString())
            : Optional.empty();
    Kind kind = attributes.isDirectory() ? Kind.DIRECTORY : Kind.FILE;
    return new Step(path, layer, Optional.of(host), kind, target);
  }

  /** Puts the components of a path before what is still to be walked. */
  private static void prepend(ArrayDeque<String> pending, String path) {
    int end = path.length();
    while (end > 0) {
      int slash = path.lastIndexOf('/', end - 1);
      if (slash + 1 < end) {
        pending.addFirst(path.substring(slash + 1, end));
      }
      end = Math.max(slash, 0);
    }
  }
}
