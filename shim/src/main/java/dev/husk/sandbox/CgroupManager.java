package dev.husk.sandbox;

/** Who makes the cgroup that a sandbox lies in. */
public enum CgroupManager {
  /** By the config's cgroupsPath; without one, systemd where it runs and husk is no unit's part. */
  AUTO,
  /** A transient scope of systemd for each sandbox. */
  SYSTEMD,
  /** husk, by mkdir. */
  CGROUPFS
}
