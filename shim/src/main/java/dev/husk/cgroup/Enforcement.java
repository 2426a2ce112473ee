package dev.husk.cgroup;

/** What happens to a limit of the config that cannot be put in force. */
public enum Enforcement {
  /** The sandbox is not created. */
  STRICT,
  /** The operator's explicit choice: the sandbox runs and its state names the limit. */
  BEST_EFFORT
}
