package dev.husk.cgroup;

/** Time, as the retry loops see it. */
public interface Pacer {
  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** Returns early, with the thread's interrupt flag set, when interrupted. */
  void pause(long millis);

  Pacer SYSTEM =
      new Pacer() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void pause(long millis) {
          try {
            Thread.sleep(millis);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      };
}
