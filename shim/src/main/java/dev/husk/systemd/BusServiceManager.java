package dev.husk.systemd;

import dev.husk.dbus.BusConnection;
import dev.husk.dbus.ErrorReply;
import dev.husk.dbus.MethodCall;
import dev.husk.dbus.Variant;
import dev.husk.failure.HuskException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** systemd behind a message bus. Each call has a connection of its own, so that none idles. */
public final class BusServiceManager implements ServiceManager {
  private static final String NAME = "org.freedesktop.systemd1";
  private static final String PATH = "/org/freedesktop/systemd1";
  private static final String MANAGER = "org.freedesktop.systemd1.Manager";
  private static final String NO_SUCH_UNIT = NAME + ".NoSuchUnit";
  private static final String UNIT_EXISTS = NAME + ".UnitExists";
  private static final String ATTACH = "AttachProcessesToUnit";
  private static final String JOB_REMOVED = "JobRemoved";

  /** runc waits as long for a job. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Rounds against a unit of that name that is just going away. */
  private static final int START_ROUNDS = 20;

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Path socket;
  private final int uid;
  private final Duration patience;

  /**
   * @param socket of the system bus, or of the user's own
   * @param uid effective
   */
  public BusServiceManager(Path socket, int uid) {
    this(socket, uid, PATIENCE);
  }

  BusServiceManager(Path socket, int uid, Duration patience) {
    this.socket = socket;
    this.uid = uid;
    this.patience = patience;
  }

  @Override
  public List<String> startScope(ScopeRequest request) throws HuskException {
    String unit = request.name().unit();
    List<UnitProperty> properties = new ArrayList<>(request.properties());
    List<String> dropped = new ArrayList<>();
    try (BusConnection bus = open("StartTransientUnit", unit)) {
      listenForJobs(bus);
      for (int round = 1; ; round++) {
        try {
          start(bus, unit, properties);
          return dropped;
        } catch (ErrorReply e) {
          Optional<UnitProperty> unknown = unknown(e, properties);
          if (unknown.isPresent()) {
            properties.remove(unknown.get());
            dropped.add(unknown.get().name());
          } else if (e.name().equals(UNIT_EXISTS)) {
            clearAway(bus, unit, e, round >= START_ROUNDS);
          } else {
            throw failure("StartTransientUnit", unit, e);
          }
        }
      }
    } catch (IOException e) {
      throw noAnswer("StartTransientUnit", unit, e);
    }
  }

  private void start(BusConnection bus, String unit, List<UnitProperty> properties)
      throws IOException, ErrorReply, HuskException {
    List<Object> encoded = new ArrayList<>();
    for (UnitProperty property : properties) {
      encoded.add(property.encoded());
    }
    String result =
        job(
            bus,
            manager(
                "StartTransientUnit",
                "ssa(sv)a(sa(sv))",
                List.of(unit, "fail", encoded, List.of())));
    if (!result.equals("done")) {
      throw new HuskException(
          new SystemdFailure.Refused("StartTransientUnit", unit, "the job ended as " + result));
    }
  }

  /**
   * What a crash left goes away by itself in a moment, and a unit that failed is forgotten; one
   * that stays active is somebody's.
   */
  private static void clearAway(BusConnection bus, String unit, ErrorReply exists, boolean last)
      throws IOException, HuskException {
    String state;
    try {
      state = activeState(bus, unit);
    } catch (ErrorReply e) {
      state = "inactive";
    }
    if (last) {
      throw new HuskException(
          new SystemdFailure.UnitExists(unit, exists.getMessage() + " It is " + state));
    }
    if (state.equals("failed")) {
      reset(bus, unit);
    }
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private static String activeState(BusConnection bus, String unit) throws IOException, ErrorReply {
    Object path = bus.call(manager("GetUnit", "s", List.of(unit))).get(0);
    Object value =
        bus.call(
                new MethodCall(
                    NAME,
                    path.toString(),
                    "org.freedesktop.DBus.Properties",
                    "Get",
                    "ss",
                    List.of(NAME + ".Unit", "ActiveState")))
            .get(0);
    return ((Variant) value).value().toString();
  }

  private static void reset(BusConnection bus, String unit) throws IOException {
    try {
      bus.call(manager("ResetFailedUnit", "s", List.of(unit)));
    } catch (ErrorReply e) {
      // It has not failed, or it is gone: what was to be reached.
      return;
    }
  }

  @Override
  public void attach(String unit, String subgroup, long pid) throws HuskException {
    try (BusConnection bus = open(ATTACH, unit)) {
      bus.call(manager(ATTACH, "ssau", List.of(unit, subgroup, List.of(pid))));
    } catch (ErrorReply e) {
      throw failure(ATTACH, unit, e);
    } catch (IOException e) {
      throw noAnswer(ATTACH, unit, e);
    }
  }

  @Override
  public void setProperties(String unit, List<UnitProperty> properties) throws HuskException {
    if (properties.isEmpty()) {
      return;
    }
    List<Object> encoded = new ArrayList<>();
    for (UnitProperty property : properties) {
      encoded.add(property.encoded());
    }
    try (BusConnection bus = open("SetUnitProperties", unit)) {
      bus.call(manager("SetUnitProperties", "sba(sv)", List.of(unit, true, encoded)));
    } catch (ErrorReply e) {
      throw failure("SetUnitProperties", unit, e);
    } catch (IOException e) {
      throw noAnswer("SetUnitProperties", unit, e);
    }
  }

  @Override
  public void stop(String unit) throws HuskException {
    try (BusConnection bus = open("StopUnit", unit)) {
      listenForJobs(bus);
      job(bus, manager("StopUnit", "ss", List.of(unit, "replace")));
      reset(bus, unit);
    } catch (ErrorReply e) {
      if (!e.name().equals(NO_SUCH_UNIT)) {
        throw failure("StopUnit", unit, e);
      }
    } catch (IOException e) {
      throw noAnswer("StopUnit", unit, e);
    }
  }

  private BusConnection open(String call, String unit) throws HuskException {
    try {
      return BusConnection.open(socket, uid, patience);
    } catch (InterruptedIOException e) {
      throw noAnswer(call, unit, e);
    } catch (IOException e) {
      throw new HuskException(
          new SystemdFailure.NoManager(
              socket.toString(),
              String.valueOf(e.getMessage()),
              uid == 0
                  ? "start the message bus (package dbus, unit dbus.socket), or use"
                      + " --cgroup-manager=cgroupfs"
                  : "have a service manager of this user run: log in by a session (PAM module"
                      + " pam_systemd), or, as root, loginctl enable-linger with this user's name;"
                      + " its bus is of the package dbus-user-session; XDG_RUNTIME_DIR says where"),
          e);
    } catch (ErrorReply e) {
      throw failure(call, unit, e);
    }
  }

  /** Before the call, so that no end of a job is missed; Subscribe makes systemd tell of jobs. */
  private static void listenForJobs(BusConnection bus) throws IOException, HuskException {
    try {
      bus.listen(
          "type='signal',sender='"
              + NAME
              + "',path='"
              + PATH
              + "',interface='"
              + MANAGER
              + "',member='"
              + JOB_REMOVED
              + "'");
      bus.call(manager("Subscribe", "", List.of()));
    } catch (ErrorReply e) {
      throw failure("Subscribe", "its manager", e);
    }
  }

  /**
   * Calls what returns a job, and waits for that job's result: done, failed, timeout and others.
   */
  private static String job(BusConnection bus, MethodCall call) throws IOException, ErrorReply {
    Object job = bus.call(call).get(0);
    // JobRemoved(u id, o job, s unit, s result)
    return bus.awaitSignal(
            MANAGER, JOB_REMOVED, values -> values.size() == 4 && values.get(1).equals(job))
        .get(3)
        .toString();
  }

  private static MethodCall manager(String member, String signature, List<?> arguments) {
    return new MethodCall(NAME, PATH, MANAGER, member, signature, arguments);
  }

  /** An older systemd names the first property that it does not know. */
  private static Optional<UnitProperty> unknown(ErrorReply e, List<UnitProperty> properties) {
    String message = String.valueOf(e.getMessage());
    if (!message.contains("unknown property")) {
      return Optional.empty();
    }
    for (UnitProperty property : properties) {
      if (!property.essential() && message.contains(" " + property.name() + ",")) {
        return Optional.of(property);
      }
    }
    return Optional.empty();
  }

  private static HuskException failure(String call, String unit, ErrorReply e) {
    String why = e.getMessage() + " (" + e.name() + ")";
    SystemdFailure failure =
        switch (e.name()) {
          case UNIT_EXISTS -> new SystemdFailure.UnitExists(unit, why);
          case "org.freedesktop.DBus.Error.AccessDenied",
              "org.freedesktop.DBus.Error.AuthFailed",
              "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired" ->
              new SystemdFailure.Denied(call, unit, why);
          case "org.freedesktop.DBus.Error.UnixProcessIdUnknown" ->
              new SystemdFailure.KeeperGone(unit, why);
          case "org.freedesktop.DBus.Error.ServiceUnknown",
              "org.freedesktop.DBus.Error.NameHasNoOwner" ->
              new SystemdFailure.NoManager(
                  unit, why, "use --cgroup-manager=cgroupfs where systemd does not run");
          case "org.freedesktop.DBus.Error.NoReply",
              "org.freedesktop.DBus.Error.Timeout",
              "org.freedesktop.DBus.Error.TimedOut",
              "org.freedesktop.DBus.Error.Disconnected" ->
              new SystemdFailure.NoAnswer(call, unit, why);
          default -> new SystemdFailure.Refused(call, unit, why);
        };
    return new HuskException(failure, e);
  }

  private static HuskException noAnswer(String call, String unit, IOException e) {
    return new HuskException(
        new SystemdFailure.NoAnswer(call, unit, String.valueOf(e.getMessage())), e);
  }
}
