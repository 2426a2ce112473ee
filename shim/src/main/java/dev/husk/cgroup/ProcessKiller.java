package dev.husk.cgroup;

/** Ends one process by SIGKILL; used only where the kernel has no cgroup.kill. */
interface ProcessKiller {
  void kill(long pid);

  /** The JDK compares the start time before it signals, so a reused pid is not hit. */
  ProcessKiller SYSTEM =
      new ProcessKiller() {
        @Override
        public void kill(long pid) {
          ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
      };
}
