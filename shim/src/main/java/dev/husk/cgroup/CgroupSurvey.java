package dev.husk.cgroup;

import dev.husk.failure.Failure;
import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.MountInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the cgroups of this host allow, for people; never fails. Nothing is moved and nothing is
 * enabled: one cgroup is made for a moment, where that is permitted, to see what it has.
 *
 * @param host as far as there is a cgroup v2 tree at all
 * @param refusal why no sandbox can be made in it; empty when one can
 * @param mountOptions of the file system, such as {@code rw,nsdelegate}
 * @param families one per kind of limit
 * @param features what cgroups of this kernel have
 * @param toEvacuate how many processes would have to leave the container's root before its
 *     controllers can be handed down
 */
public record CgroupSurvey(
    Optional<CgroupHost> host,
    Optional<Failure> refusal,
    String mountOptions,
    List<Family> families,
    List<Feature> features,
    int toEvacuate) {

  /** Answer to a question. */
  public enum Answer {
    YES,
    LIMITED,
    NO,
    /** There was nothing to look at. */
    UNKNOWN
  }

  /**
   * A kind of limit.
   *
   * @param name of the property in {@code linux.resources}
   * @param remedy empty unless the answer is no
   */
  public record Family(String name, Answer answer, String found, String remedy) {}

  /**
   * Something that a cgroup may have.
   *
   * @param name of the file or mount option
   */
  public record Feature(String name, Answer answer) {}

  public CgroupSurvey {
    families = List.copyOf(families);
    features = List.copyOf(features);
  }

  /** Looks at this process' host. */
  public static CgroupSurvey look(CgroupFs fs) {
    List<MountInfo.Entry> mounts = mounts(fs);
    Optional<CgroupHost> host;
    Optional<Failure> refusal = Optional.empty();
    try {
      host = Optional.of(CgroupHost.locate(fs));
    } catch (HuskException e) {
      return new CgroupSurvey(
          Optional.empty(),
          Optional.of(e.failure()),
          "",
          LimitFamily.all(V1Controllers.look(fs, mounts), List.of(), Optional.empty(), false),
          List.of(),
          0);
    }
    try {
      CgroupHost.detect(fs);
    } catch (HuskException e) {
      refusal = Optional.of(e.failure());
    }
    return look(fs, mounts, host.get(), refusal);
  }

  private static CgroupSurvey look(
      CgroupFs fs, List<MountInfo.Entry> mounts, CgroupHost host, Optional<Failure> refusal) {
    Specimen specimen = Specimen.take(fs, host);
    Optional<Failure> reason = refusal.isPresent() ? refusal : specimen.refusal();
    try (specimen) {
      return new CgroupSurvey(
          Optional.of(host),
          reason,
          mountOptions(mounts, host),
          LimitFamily.all(
              V1Controllers.look(fs, mounts),
              host.controllers(),
              specimen.sight(),
              host.insideContainer()),
          features(mounts, host, specimen),
          toEvacuate(fs, host));
    }
  }

  private static List<MountInfo.Entry> mounts(CgroupFs fs) {
    try {
      return MountInfo.parse(fs.read(Path.of("/proc/self/mountinfo")));
    } catch (ErrnoException | IllegalArgumentException e) {
      return List.of();
    }
  }

  private static String mountOptions(List<MountInfo.Entry> mounts, CgroupHost host) {
    String options = "";
    for (MountInfo.Entry mount : mounts) {
      if (mount.fstype().equals("cgroup2")
          && mount.mountPoint().equals(host.mountPoint().toString())) {
        options = mount.superOptions();
      }
    }
    return options;
  }

  private static List<Feature> features(
      List<MountInfo.Entry> mounts, CgroupHost host, Specimen specimen) {
    List<Feature> features = new ArrayList<>();
    for (String file :
        List.of(
            "cgroup.kill",
            "cgroup.freeze",
            "cgroup.max.descendants",
            "cgroup.max.depth",
            "cpu.pressure")) {
      features.add(new Feature(file, specimen.has(file)));
    }
    boolean memory = host.controllers().contains("memory");
    features.add(
        new Feature(
            "memory.oom.group", memory ? specimen.hasOf("memory", "oom.group") : Answer.NO));
    boolean borders = List.of(mountOptions(mounts, host).split(",", -1)).contains("nsdelegate");
    features.add(new Feature("nsdelegate", borders ? Answer.YES : Answer.NO));
    return features;
  }

  private static int toEvacuate(CgroupFs fs, CgroupHost host) {
    if (!host.insideContainer() || !host.rootPopulated()) {
      return 0;
    }
    try {
      List<String> left = new ArrayList<>(host.controllers());
      left.retainAll(Controllers.DELEGATED);
      left.removeAll(Controllers.enabled(fs, host.mountPoint()));
      return left.isEmpty()
          ? 0
          : Controllers.words(fs.read(host.mountPoint().resolve("cgroup.procs"))).size();
    } catch (ErrnoException e) {
      return 0;
    }
  }
}
