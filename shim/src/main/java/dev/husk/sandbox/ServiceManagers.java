package dev.husk.sandbox;

import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.OwnRights;
import dev.husk.process.ProcessFailure;
import dev.husk.systemd.BusServiceManager;
import dev.husk.systemd.ServiceManager;
import dev.husk.systemd.SystemdHost;

/** Whom this process asks for scopes. */
final class ServiceManagers {
  private ServiceManagers() {}

  /** The system's manager for root, the user's own for others. */
  static ServiceManager ofThisUser() throws HuskException {
    try {
      int uid = OwnRights.look().uid();
      return new BusServiceManager(SystemdHost.bus(System.getenv(), uid), uid);
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }
}
