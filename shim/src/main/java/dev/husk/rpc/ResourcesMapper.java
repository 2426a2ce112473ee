package dev.husk.rpc;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import dev.husk.oci.ResourcesReader;
import dev.husk.v1.LinuxBlockIo;
import dev.husk.v1.LinuxCpu;
import dev.husk.v1.LinuxHugepageLimit;
import dev.husk.v1.LinuxMemory;
import dev.husk.v1.LinuxPids;
import dev.husk.v1.LinuxRdma;
import dev.husk.v1.LinuxResources;
import dev.husk.v1.LinuxThrottleDevice;
import dev.husk.v1.LinuxWeightDevice;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Limits as a message and back. */
final class ResourcesMapper {
  private ResourcesMapper() {}

  /**
   * By way of the runtime-spec's JSON, which the message has the form of: so the checks are those
   * of a config, and an error points to the same place.
   *
   * @throws HuskException with a failure of {@link ResourcesReader}
   */
  static Resources resources(LinuxResources message) throws HuskException {
    String json = Documents.withDefaults(message).toPlainJson();
    return ResourcesReader.parse(json.getBytes(StandardCharsets.UTF_8), "the request");
  }

  /** What can be changed at run time; the rest of the record has no place in the message. */
  static LinuxResources message(Resources resources) {
    LinuxResources.Builder message = LinuxResources.newBuilder();
    if (!resources.memory().equals(Resources.none().memory())) {
      message.setMemory(memory(resources.memory()));
    }
    if (!resources.cpu().equals(Resources.none().cpu())) {
      message.setCpu(cpu(resources.cpu()));
    }
    resources
        .pidsLimit()
        .ifPresent(limit -> message.setPids(LinuxPids.newBuilder().setLimit(limit)));
    if (!resources.blockIO().equals(Resources.none().blockIO())) {
      message.setBlockIo(blockIo(resources.blockIO()));
    }
    for (Resources.HugepageLimit pages : resources.hugepageLimits()) {
      message.addHugepageLimits(
          LinuxHugepageLimit.newBuilder().setPageSize(pages.pageSize()).setLimit(pages.limit()));
    }
    resources.rdma().forEach((device, limit) -> message.putRdma(device, rdma(limit)));
    return message.putAllUnified(resources.unified()).build();
  }

  private static LinuxMemory memory(Resources.Memory memory) {
    LinuxMemory.Builder message = LinuxMemory.newBuilder();
    memory.limit().ifPresent(message::setLimit);
    memory.reservation().ifPresent(message::setReservation);
    memory.swap().ifPresent(message::setSwap);
    memory.checkBeforeUpdate().ifPresent(message::setCheckBeforeUpdate);
    return message.build();
  }

  private static LinuxCpu cpu(Resources.Cpu cpu) {
    LinuxCpu.Builder message = LinuxCpu.newBuilder();
    cpu.shares().ifPresent(message::setShares);
    cpu.quota().ifPresent(message::setQuota);
    cpu.burst().ifPresent(message::setBurst);
    cpu.period().ifPresent(message::setPeriod);
    cpu.cpus().ifPresent(message::setCpus);
    cpu.mems().ifPresent(message::setMems);
    cpu.idle().ifPresent(message::setIdle);
    return message.build();
  }

  private static LinuxBlockIo blockIo(Resources.BlockIo blockIo) {
    LinuxBlockIo.Builder message = LinuxBlockIo.newBuilder();
    blockIo.weight().ifPresent(message::setWeight);
    for (Resources.WeightDevice device : blockIo.weightDevice()) {
      LinuxWeightDevice.Builder weight =
          LinuxWeightDevice.newBuilder().setMajor(device.major()).setMinor(device.minor());
      device.weight().ifPresent(weight::setWeight);
      message.addWeightDevice(weight);
    }
    return message
        .addAllThrottleReadBpsDevice(throttles(blockIo.throttleReadBpsDevice()))
        .addAllThrottleWriteBpsDevice(throttles(blockIo.throttleWriteBpsDevice()))
        .addAllThrottleReadIopsDevice(throttles(blockIo.throttleReadIOPSDevice()))
        .addAllThrottleWriteIopsDevice(throttles(blockIo.throttleWriteIOPSDevice()))
        .build();
  }

  private static List<LinuxThrottleDevice> throttles(List<Resources.ThrottleDevice> devices) {
    return devices.stream()
        .map(
            device ->
                LinuxThrottleDevice.newBuilder()
                    .setMajor(device.major())
                    .setMinor(device.minor())
                    .setRate(device.rate())
                    .build())
        .toList();
  }

  private static LinuxRdma rdma(Resources.Rdma limit) {
    LinuxRdma.Builder message = LinuxRdma.newBuilder();
    limit.hcaHandles().ifPresent(value -> message.setHcaHandles((int) value));
    limit.hcaObjects().ifPresent(value -> message.setHcaObjects((int) value));
    return message.build();
  }
}
