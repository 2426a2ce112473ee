package dev.husk.sandbox;

import dev.husk.cgroup.SandboxCgroup;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.process.BoundedOutput;
import dev.husk.process.Child;
import dev.husk.process.ControlChannel;
import dev.husk.process.ErrnoException;
import dev.husk.process.Fd;
import dev.husk.process.InitMessage;
import dev.husk.process.Pidfd;
import dev.husk.process.Pipe;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Ready;
import dev.husk.process.Signal;
import dev.husk.process.SpawnRequest;
import dev.husk.process.Spawner;
import dev.husk.process.WaitStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The conversation with husk-init, from its birth in the sandbox's cgroup to the moment when the
 * payload waits for start. Nothing foreign runs before the shim has seen in /proc where it runs.
 */
final class Launch implements AutoCloseable {
  private static final int LARGEST_MESSAGE = 8 << 10;
  private static final Duration LAST_WORDS = Duration.ofMillis(200);
  private static final int KILL_PATIENCE = 2000;

  private final SandboxCgroup cgroup;
  private final Optional<UserEntry> entry;
  private final Duration stepTimeout;
  private final ControlChannel control;
  private final Pipe messages;
  private final Child monitor;
  private boolean handedOver;

  private Launch(
      SandboxCgroup cgroup,
      Optional<UserEntry> entry,
      Duration stepTimeout,
      ControlChannel control,
      Pipe messages,
      Child monitor) {
    this.cgroup = cgroup;
    this.entry = entry;
    this.stepTimeout = stepTimeout;
    this.control = control;
    this.messages = messages;
    this.monitor = monitor;
  }

  /**
   * Prepares S and gives birth to the launcher in S/init; with an {@code entry} it is born
   * elsewhere, and comes there when it settles.
   */
  static Launch begin(
      Spawner spawner,
      Path huskInit,
      SandboxCgroup cgroup,
      StdioFiles stdio,
      Orders orders,
      Optional<UserEntry> entry,
      Duration stepTimeout)
      throws HuskException {
    if (entry.isEmpty()) {
      try (Fd home = Fd.directory(cgroup.initDir());
          Fd namespace = spawner.cgroupNamespace(cgroup.payloadDir())) {
        cgroup.enableControllers();
        return born(
            spawner,
            huskInit,
            cgroup,
            stdio,
            orders,
            entry,
            stepTimeout,
            Optional.of(home),
            namespace);
      } catch (ErrnoException e) {
        throw new HuskException(ProcessFailure.CallFailed.of(e), e);
      }
    }
    Optional<Path> birthplace = entry.get().birthplace(cgroup);
    try (Fd nothing = Fd.readOnly(Path.of("/dev/null"));
        Fd home = Fd.directory(birthplace.orElse(Path.of("/")))) {
      return born(
          spawner,
          huskInit,
          cgroup,
          stdio,
          orders,
          entry,
          stepTimeout,
          birthplace.map(there -> home),
          nothing);
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  /**
   * Gives birth to it.
   *
   * @param home empty: the shim's own cgroup
   * @param namespace what it gets as its cgroup namespace's descriptor
   */
  private static Launch born(
      Spawner spawner,
      Path huskInit,
      SandboxCgroup cgroup,
      StdioFiles stdio,
      Orders orders,
      Optional<UserEntry> entry,
      Duration stepTimeout,
      Optional<Fd> home,
      Fd namespace)
      throws HuskException {
    ControlChannel control = null;
    Pipe messages = null;
    Launch launch = null;
    try (Fd plan = Fd.memory("husk-plan", orders.launch());
        Fd arguments = Fd.memory("husk-bwrap", orders.bwrap());
        Fd spec = Fd.memory("husk-spec", orders.init())) {
      control = ControlChannel.open();
      messages = Pipe.open();
      List<Fd> descriptors =
          List.of(
              stdio.stdin(),
              stdio.stdout(),
              messages.writeEnd(),
              control.childEnd(),
              spec,
              arguments,
              plan,
              namespace,
              stdio.stderr());
      Child monitor =
          spawner.spawn(
              new SpawnRequest(huskInit, List.of("husk-init", "launch"), descriptors, home));
      control.childEnd().close();
      messages.writeEnd().close();
      launch = new Launch(cgroup, entry, stepTimeout, control, messages, monitor);
      return launch;
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    } finally {
      if (launch == null) {
        closeIfOpen(control);
        closeIfOpen(messages);
      }
    }
  }

  /** Waits until the launcher is in its namespaces, looks where it is and lets it go on. */
  void settle() throws HuskException {
    if (entry.isPresent()) {
      expectFromLauncher(InitMessage.InUserNamespace.class);
      entry.get().admit(monitor.pid(), cgroup);
      go();
    }
    expectFromLauncher(InitMessage.Settled.class);
    if (entry.isPresent()) {
      // It was in S for its cgroup namespace, and is moved to S/init by this.
      cgroup.enableControllers();
    }
    cgroup.verifyMember(monitor.pid());
    go();
  }

  private void expectFromLauncher(Class<? extends InitMessage> wanted) throws HuskException {
    ControlChannel.Received received = expect("settle", wanted);
    if (received.senderPid() != monitor.pid()) {
      throw new HuskException(
          new ProcessFailure.EndedEarly(
              "settle", "an unexpected process " + received.senderPid() + " answered", ""));
    }
  }

  private void go() throws HuskException {
    try {
      control.go();
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  /** Waits until the payload's process is ready for start, and looks where it is. */
  Payload ready() throws HuskException {
    int pid = expect("ready", InitMessage.Ready.class).senderPid();
    try {
      // The process waits for us, so that the pid cannot have come to mean another.
      Pidfd pidfd = Pidfd.open(pid);
      try {
        cgroup.verifyMember(pid);
      } catch (HuskException e) {
        pidfd.close();
        throw e;
      }
      handedOver = true;
      return new Payload(pid, pidfd, monitor, cgroup, control, messages.readEnd());
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  private ControlChannel.Received expect(String step, Class<? extends InitMessage> wanted)
      throws HuskException {
    Ready.First first = Ready.messageOrEnd(control, monitor.pidfd(), stepTimeout);
    if (first == Ready.First.TIMEOUT) {
      throw new HuskException(new ProcessFailure.TimedOut(step, stepTimeout.toMillis()));
    }
    try {
      if (first == Ready.First.MESSAGE) {
        ControlChannel.Received received = control.receive();
        if (received.message().isPresent()) {
          InitMessage message = received.message().get();
          if (wanted.isInstance(message)) {
            return received;
          }
          throw new HuskException(
              entry.isPresent()
                  ? UserNamespaceRefusal.orItself(message, failure(step, message))
                  : failure(step, message));
        }
      }
      throw new HuskException(endedEarly(step));
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  private static ProcessFailure failure(String step, InitMessage message) {
    return message instanceof InitMessage.Failed failed
        ? initFailure(failed)
        : new ProcessFailure.EndedEarly(step, "unexpected message " + message, "");
  }

  /** Why the program did not start, from what came instead of the end of the channel. */
  static ProcessFailure startFailure(InitMessage message) {
    return failure("exec", message);
  }

  /** The failure that husk-init reported, with the class that callers act upon. */
  private static ProcessFailure initFailure(InitMessage.Failed failed) {
    FailureKind kind = FailureKind.PRECONDITION;
    if (failed.step().equals(InitMessage.EXECUTABLE) || failed.step().equals(InitMessage.EXEC)) {
      kind =
          failed.errno().name().equals("ENOENT")
              ? FailureKind.EXECUTABLE_NOT_FOUND
              : FailureKind.EXECUTABLE_DENIED;
    }
    return new ProcessFailure.InitFailed(failed.step(), failed.detail(), failed.errno(), kind);
  }

  private ProcessFailure endedEarly(String step) throws ErrnoException {
    String output = BoundedOutput.read(messages.readEnd(), LARGEST_MESSAGE, LAST_WORDS);
    String ending = "still running";
    if (monitor.pidfd().awaitEnd(KILL_PATIENCE)) {
      WaitStatus status = monitor.reap().orElseThrow();
      ending =
          status.signal().isPresent()
              ? "killed by signal " + status.signal().getAsInt() + outOfMemory()
              : "ended with status " + status.code();
    }
    return new ProcessFailure.EndedEarly(step, ending, output);
  }

  private String outOfMemory() {
    Optional<String> why = cgroup.endByOom();
    return why.isPresent() ? ", " + why.get() : "";
  }

  private static void closeIfOpen(@org.jspecify.annotations.Nullable AutoCloseable resource) {
    if (resource != null) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Takes back a launch that did not become a payload. */
  @Override
  public void close() {
    if (handedOver) {
      return;
    }
    control.close();
    messages.close();
    try (Pidfd pidfd = monitor.pidfd()) {
      if (!pidfd.awaitEnd(0)) {
        pidfd.signal(Signal.SIGKILL);
        pidfd.awaitEnd(KILL_PATIENCE);
      }
      monitor.reap();
    } catch (ErrnoException e) {
      // Reaped already, when its early end was reported.
      return;
    }
  }
}
