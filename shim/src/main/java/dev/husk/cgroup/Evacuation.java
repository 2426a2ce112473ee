package dev.husk.cgroup;

/**
 * What it took to empty the root of the container that husk runs in, so that it can hand
 * controllers down.
 *
 * @param cgroup that held processes
 * @param leaf its child that holds them now
 * @param rounds attempts to enable the controllers, 1 without a race
 * @param moved writes of a pid that the kernel accepted
 * @param millis all of it together
 */
public record Evacuation(String cgroup, String leaf, int rounds, int moved, long millis) {
  /** One line for people. */
  public String message() {
    return "moved "
        + moved
        + (moved == 1 ? " process" : " processes")
        + " of "
        + cgroup
        + " into its "
        + leaf
        + ", so that it can hand controllers down: "
        + rounds
        + (rounds == 1 ? " round, " : " rounds, ")
        + millis
        + " ms";
  }
}
