package dev.husk.process;

/** The five capability sets of a process; bit n is capability n, see {@link Capability}. */
public record CapabilitySets(
    long effective, long permitted, long inheritable, long bounding, long ambient) {

  public static final CapabilitySets NONE = new CapabilitySets(0, 0, 0, 0, 0);

  /** The same sets without what {@code known} lacks. */
  public CapabilitySets intersect(long known) {
    return new CapabilitySets(
        effective & known,
        permitted & known,
        inheritable & known,
        bounding & known,
        ambient & known);
  }
}
