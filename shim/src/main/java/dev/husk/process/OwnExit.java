package dev.husk.process;

/** How this process ends. */
public final class OwnExit {
  private OwnExit() {}

  /**
   * Whether this run records the start-up archive that {@code husk run} or {@code husk serve} use.
   */
  public static boolean isRecording() {
    return Boolean.getBoolean("husk.record");
  }

  /**
   * Ends the process at once, without shutdown hooks. {@link Runtime#halt} lets the JVM wait up to
   * 300 ms for threads that are inside a system call, and such a thread is always there (the one
   * that waits for signals, those of the server), so the kernel is asked instead. A start-up
   * archive, though, is recorded by the JVM's own exit.
   *
   * @param status 0 to 255
   */
  public static void now(int status) {
    try {
      if (!isRecording()) {
        Native.exit(status);
      }
    } catch (LinkageError e) {
      // Nothing has needed the library, not even loaded it; the JVM's exit is as good.
    }
    Runtime.getRuntime().halt(status);
  }
}
