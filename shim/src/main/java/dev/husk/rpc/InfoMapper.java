package dev.husk.rpc;

import dev.husk.sandbox.ShimInfo;
import dev.husk.v1.BwrapInfo;
import dev.husk.v1.CgroupInfo;
import dev.husk.v1.CgroupMode;
import dev.husk.v1.Feature;

/** The shim and its host as a message. */
final class InfoMapper {
  private InfoMapper() {}

  static dev.husk.v1.ShimInfo info(ShimInfo info) {
    dev.husk.v1.ShimInfo.Builder message =
        dev.husk.v1.ShimInfo.newBuilder()
            .setVersion(info.version())
            .setPid(info.pid())
            .setOciVersionMin(info.ociVersionMin())
            .setOciVersionMax(info.ociVersionMax())
            .setKernel(info.kernel())
            .setCgroup(
                CgroupInfo.newBuilder()
                    .setMode(mode(info.cgroupMode()))
                    .setMount(info.cgroupMount())
                    .addAllControllers(info.controllers()))
            .setBwrap(
                BwrapInfo.newBuilder().setPath(info.bwrapPath()).setVersion(info.bwrapVersion()));
    for (ShimInfo.Feature feature : info.features()) {
      message.addFeatures(
          Feature.newBuilder()
              .setName(feature.name())
              .setAvailable(feature.available())
              .setDetail(feature.detail()));
    }
    return message.build();
  }

  private static CgroupMode mode(String mode) {
    return switch (mode) {
      case "unified" -> CgroupMode.CGROUP_MODE_UNIFIED;
      case "hybrid" -> CgroupMode.CGROUP_MODE_HYBRID;
      default -> CgroupMode.CGROUP_MODE_UNSPECIFIED;
    };
  }
}
