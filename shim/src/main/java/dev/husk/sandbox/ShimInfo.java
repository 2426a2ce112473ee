package dev.husk.sandbox;

import java.util.List;

/**
 * What this shim and its host are.
 *
 * @param version of husk
 * @param pid of the shim
 * @param ociVersionMin lowest accepted {@code ociVersion}
 * @param ociVersionMax highest accepted {@code ociVersion}
 * @param cgroupMode {@code unified} or {@code hybrid}
 * @param controllers cgroup v2 controllers that husk can delegate here
 * @param bwrapPath program used
 * @param bwrapVersion as it names itself
 * @param features probed facts, never derived from a version number
 */
public record ShimInfo(
    String version,
    long pid,
    String ociVersionMin,
    String ociVersionMax,
    String kernel,
    String cgroupMode,
    String cgroupMount,
    List<String> controllers,
    String bwrapPath,
    String bwrapVersion,
    List<Feature> features) {

  /** One probed fact: {@code clone3-into-cgroup}, whether it is there, and what follows. */
  public record Feature(String name, boolean available, String detail) {}
}
