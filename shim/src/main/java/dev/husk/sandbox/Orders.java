package dev.husk.sandbox;

import dev.husk.bwrap.SandboxPlan;
import dev.husk.failure.HuskException;
import dev.husk.oci.ProcessSpec;
import dev.husk.oci.ProcessSpec.Capabilities;
import dev.husk.process.Capability;
import dev.husk.process.CapabilitySets;
import dev.husk.process.InitSpec;
import dev.husk.process.Rlimit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What husk-init and bwrap are told; each goes to them as a sealed in-memory file.
 *
 * @param launch for {@code husk-init launch}
 * @param bwrap for {@code bwrap --args}
 * @param init for {@code husk-init init}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copying buys nothing
record Orders(byte[] launch, byte[] bwrap, byte[] init) {
  /** What runc gives a process whose config sets none. */
  private static final int DEFAULT_UMASK = 0022;

  /**
   * @param capabilities what the shim itself has
   * @param forbidden what the payload may not do
   * @param keepGroups whether nobody may change groups there
   */
  static Orders of(
      SandboxPlan plan,
      Path bwrap,
      ProcessSpec process,
      long capabilities,
      InitSpec.Forbidden forbidden,
      boolean keepGroups)
      throws HuskException {
    return new Orders(
        plan.launch(bwrap).encode(),
        plan.argumentBytes(),
        spec(process, capabilities, forbidden, keepGroups).encode());
  }

  private static InitSpec spec(
      ProcessSpec process, long capabilities, InitSpec.Forbidden forbidden, boolean keepGroups) {
    List<Rlimit> limits = new ArrayList<>();
    for (ProcessSpec.Rlimit limit : process.rlimits()) {
      int resource = Rlimit.resource(limit.type()).orElseThrow();
      limits.add(new Rlimit(resource, limit.soft(), limit.hard()));
    }
    return new InitSpec(
        process.user().uid(),
        process.user().gid(),
        process.user().additionalGids(),
        keepGroups,
        OptionalInt.of(process.user().umask().orElse(DEFAULT_UMASK)),
        sets(process.capabilities(), capabilities),
        true,
        forbidden,
        limits,
        process.cwd(),
        process.args(),
        process.env(),
        Optional.of(SandboxPlan.INIT));
  }

  /** Without capabilities in the config the payload has none, as with runc. */
  private static CapabilitySets sets(Optional<Capabilities> wanted, long available) {
    if (wanted.isEmpty()) {
      return CapabilitySets.NONE;
    }
    Capabilities names = wanted.get();
    return new CapabilitySets(
            Capability.mask(names.effective()),
            Capability.mask(names.permitted()),
            Capability.mask(names.inheritable()),
            Capability.mask(names.bounding()),
            Capability.mask(names.ambient()))
        .intersect(available);
  }
}
