package dev.husk.bwrap;

import dev.husk.bwrap.ExpectedMount.Access;
import dev.husk.bwrap.Resolution.Place;
import dev.husk.process.IdMaps;
import dev.husk.process.StageOp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A plan in the making. Bwrap's operations are kept by the layer of mounts they belong to. */
final class Draft {
  final Offences offences = new Offences();
  final HostMounts hostMounts;
  final IdRules ids;
  final Staging staging;
  final DestinationResolver resolver;

  /** In one, what the host has mounted below a directory cannot be left out of a bind of it. */
  final boolean inUserNamespace;

  private final List<List<BwrapOp>> layers = new ArrayList<>();
  private final List<Path> sources = new ArrayList<>();
  private final List<BwrapOp> protections = new ArrayList<>();
  private final List<BwrapOp> remounts = new ArrayList<>();
  private final List<ExpectedMount> expected = new ArrayList<>();

  Draft(Path rootfs, Path stageDirectory, HostMounts hostMounts, Optional<IdMaps> userNamespace) {
    ids = new IdRules(userNamespace, offences);
    inUserNamespace = userNamespace.isPresent();
    this.hostMounts = hostMounts;
    staging = new Staging(stageDirectory);
    resolver = new DestinationResolver(rootfs, hostMounts);
    layers.add(new ArrayList<>());
    sources.add(rootfs);
    layers.getFirst().add(new BwrapOp.Bind(rootfs, "/"));
  }

  /** A mount over all before it; {@code source} is what bwrap binds, if it binds anything. */
  void mount(Place at, Backing backing, Path source, BwrapOp... operations) {
    resolver.mount(at, backing);
    layers.add(new ArrayList<>(List.of(operations)));
    sources.add(source);
  }

  /** An operation that takes effect right after the mounts of that layer, before later ones. */
  void after(int layer, BwrapOp operation) {
    layers.get(layer).add(operation);
  }

  /** The path from which the place can be bound once more. */
  Path sourceOf(Place place) {
    Path root = sources.get(place.layer());
    return place.inside().isEmpty() ? root : root.resolve(place.inside());
  }

  /** An operation after all mounts. */
  void protect(BwrapOp operation) {
    protections.add(operation);
  }

  /** Read-only once every mount point has been made. */
  void remountReadOnly(String destination) {
    remounts.add(new BwrapOp.RemountRo(destination));
  }

  void expect(String destination, String fstype, Access access, String... options) {
    expected.add(
        new ExpectedMount(
            destination,
            fstype.isEmpty() ? Optional.empty() : Optional.of(fstype),
            access,
            List.of(options)));
  }

  List<BwrapOp> mountOperations() {
    List<BwrapOp> all = new ArrayList<>();
    for (List<BwrapOp> layer : layers) {
      all.addAll(layer);
    }
    all.addAll(protections);
    all.addAll(remounts);
    return all;
  }

  List<StageOp> stageOperations() {
    return staging.operations();
  }

  List<ExpectedMount> expected() {
    return expected;
  }
}
