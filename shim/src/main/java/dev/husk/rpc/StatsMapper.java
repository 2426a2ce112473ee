package dev.husk.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.husk.cgroup.Counters;
import dev.husk.cgroup.KeyedLine;
import dev.husk.cgroup.Pressure;
import dev.husk.cgroup.Stats;
import dev.husk.v1.CgroupStats;
import dev.husk.v1.CpuStats;
import dev.husk.v1.FreezerStats;
import dev.husk.v1.HugetlbStats;
import dev.husk.v1.IoEntry;
import dev.husk.v1.IoStats;
import dev.husk.v1.MemoryEvents;
import dev.husk.v1.MemoryStats;
import dev.husk.v1.PidsStats;
import dev.husk.v1.PressureData;
import dev.husk.v1.PressureStats;
import dev.husk.v1.RdmaEntry;
import dev.husk.v1.RdmaStats;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/** Statistics as a message. */
final class StatsMapper {
  private StatsMapper() {}

  static dev.husk.v1.Stats stats(Stats stats) {
    dev.husk.v1.Stats.Builder message =
        dev.husk.v1.Stats.newBuilder().setAt(SandboxMapper.timestamp(stats.at()));
    PidsStats pids = pids(stats.pids());
    if (isThere(pids)) {
      message.setPids(pids);
    }
    message.setCpu(cpu(stats));
    MemoryStats memory = memory(stats.memory());
    if (isThere(memory)) {
      message.setMemory(memory);
    }
    if (!stats.rdmaCurrent().isEmpty() || !stats.rdmaLimit().isEmpty()) {
      message.setRdma(
          RdmaStats.newBuilder()
              .addAllCurrent(rdma(stats.rdmaCurrent()))
              .addAllLimit(rdma(stats.rdmaLimit())));
    }
    IoStats io = io(stats);
    if (isThere(io)) {
      message.setIo(io);
    }
    for (Stats.Hugetlb pages : stats.hugetlb()) {
      message.addHugetlb(hugetlb(pages));
    }
    if (!stats.memoryEvents().isEmpty()) {
      MemoryEvents.Builder events = MemoryEvents.newBuilder();
      byName(stats.memoryEvents(), events);
      message.setMemoryEvents(events);
    }
    return message.setCgroup(tree(stats.tree())).setFreezer(freezer(stats.freeze())).build();
  }

  private static boolean isThere(Message message) {
    return !message.getAllFields().isEmpty();
  }

  private static void set(OptionalLong value, LongConsumer setter) {
    if (value.isPresent()) {
      setter.accept(value.getAsLong());
    }
  }

  /** Sets every optional number whose name is a key of the file. */
  private static void byName(Counters counters, Message.Builder message) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getType() == FieldDescriptor.Type.UINT64) {
        set(counters.get(field.getName()), value -> message.setField(field, value));
      }
    }
  }

  private static PidsStats pids(Stats.Pids pids) {
    PidsStats.Builder message = PidsStats.newBuilder();
    set(pids.current(), message::setCurrent);
    set(pids.limit(), message::setLimit);
    set(pids.peak(), message::setPeak);
    set(pids.failedForks(), message::setEventsMax);
    return message.build();
  }

  private static CpuStats cpu(Stats stats) {
    CpuStats.Builder message = CpuStats.newBuilder();
    byName(stats.cpu(), message);
    pressure(stats.cpuPressure()).ifPresent(message::setPsi);
    return message.build();
  }

  /** Where Linux 5.9 split a line into one for anonymous memory and one for files, their sum. */
  private static MemoryStats memory(Stats.Memory memory) {
    MemoryStats.Builder message = MemoryStats.newBuilder();
    Counters stat = memory.stat();
    byName(stat, message);
    if (!message.hasWorkingsetRefault()) {
      set(
          stat.sum("workingset_refault_anon", "workingset_refault_file"),
          message::setWorkingsetRefault);
    }
    if (!message.hasWorkingsetActivate()) {
      set(
          stat.sum("workingset_activate_anon", "workingset_activate_file"),
          message::setWorkingsetActivate);
    }
    set(memory.current(), message::setUsage);
    set(memory.limit(), message::setUsageLimit);
    set(memory.swapCurrent(), message::setSwapUsage);
    set(memory.swapLimit(), message::setSwapLimit);
    set(memory.peak(), message::setMaxUsage);
    set(memory.swapPeak(), message::setSwapMaxUsage);
    pressure(memory.pressure()).ifPresent(message::setPsi);
    return message.build();
  }

  private static IoStats io(Stats stats) {
    IoStats.Builder message = IoStats.newBuilder();
    for (KeyedLine line : stats.io()) {
      int colon = line.key().indexOf(':');
      if (colon > 0) {
        message.addUsage(device(line, colon));
      }
    }
    pressure(stats.ioPressure()).ifPresent(message::setPsi);
    return message.build();
  }

  private static IoEntry device(KeyedLine line, int colon) {
    IoEntry.Builder message =
        IoEntry.newBuilder()
            .setMajor(number(line.key().substring(0, colon)))
            .setMinor(number(line.key().substring(colon + 1)));
    set(line.number("rbytes"), message::setRbytes);
    set(line.number("wbytes"), message::setWbytes);
    set(line.number("rios"), message::setRios);
    set(line.number("wios"), message::setWios);
    set(line.number("dbytes"), message::setDbytes);
    set(line.number("dios"), message::setDios);
    return message.build();
  }

  private static long number(String digits) {
    try {
      return Long.parseUnsignedLong(digits);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static HugetlbStats hugetlb(Stats.Hugetlb pages) {
    HugetlbStats.Builder message = HugetlbStats.newBuilder().setPagesize(pages.pageSize());
    set(pages.current(), message::setCurrent);
    set(pages.limit(), message::setMax);
    set(pages.reserved(), message::setReserved);
    set(pages.failures(), message::setFailcnt);
    return message.build();
  }

  private static List<RdmaEntry> rdma(List<KeyedLine> lines) {
    return lines.stream()
        .map(
            line -> {
              RdmaEntry.Builder message = RdmaEntry.newBuilder().setDevice(line.key());
              set(line.number("hca_handle"), value -> message.setHcaHandles((int) value));
              set(line.number("hca_object"), value -> message.setHcaObjects((int) value));
              return message.build();
            })
        .toList();
  }

  private static Optional<PressureStats> pressure(Optional<Pressure> pressure) {
    return pressure.map(
        psi -> {
          PressureStats.Builder message = PressureStats.newBuilder();
          psi.some().ifPresent(line -> message.setSome(pressure(line)));
          psi.full().ifPresent(line -> message.setFull(pressure(line)));
          return message.build();
        });
  }

  private static PressureData pressure(Pressure.Line line) {
    return PressureData.newBuilder()
        .setAvg10(line.avg10())
        .setAvg60(line.avg60())
        .setAvg300(line.avg300())
        .setTotal(line.totalMicros())
        .build();
  }

  private static CgroupStats tree(Stats.Tree tree) {
    CgroupStats.Builder message = CgroupStats.newBuilder();
    set(tree.stat().get("nr_descendants"), message::setNrDescendants);
    set(tree.stat().get("nr_dying_descendants"), message::setNrDyingDescendants);
    set(tree.maxDescendants(), message::setMaxDescendants);
    set(tree.maxDepth(), message::setMaxDepth);
    set(tree.populated(), value -> message.setPopulated(value == 1));
    return message.build();
  }

  private static FreezerStats freezer(Stats.Freeze freeze) {
    FreezerStats.Builder message = FreezerStats.newBuilder();
    set(freeze.wanted(), value -> message.setWanted(value == 1));
    set(freeze.frozen(), value -> message.setFrozen(value == 1));
    set(freeze.frozenMicros(), message::setFrozenUsec);
    return message.build();
  }
}
