package dev.husk.systemd;

import dev.husk.failure.HuskException;
import java.util.List;

/** What husk asks of systemd. Each call is bounded and says how it ended, not how it began. */
public interface ServiceManager {
  /**
   * Starts a scope around a process that lives, and waits until that job is done.
   *
   * @return names of properties that this systemd does not know and that were left out
   * @throws HuskException with a {@link SystemdFailure}; the unit is not there then, or it is
   *     another's
   */
  List<String> startScope(ScopeRequest request) throws HuskException;

  /**
   * Moves a process of this user into a unit that is delegated, from wherever it is.
   *
   * @param subgroup of the unit: {@code /sandbox/payload}; it must exist
   * @throws HuskException with a {@link SystemdFailure}; it is where it was then
   */
  void attach(String unit, String subgroup, long pid) throws HuskException;

  /**
   * Changes properties of a unit until it ends.
   *
   * @throws HuskException with a {@link SystemdFailure}; none is changed then
   */
  void setProperties(String unit, List<UnitProperty> properties) throws HuskException;

  /**
   * Stops a unit, and forgets that it failed. One that does not exist is stopped already.
   *
   * @throws HuskException with a {@link SystemdFailure}
   */
  void stop(String unit) throws HuskException;
}
