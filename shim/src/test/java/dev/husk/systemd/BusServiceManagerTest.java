package dev.husk.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.dbus.FakeBus;
import dev.husk.dbus.FakeBus.Answer;
import dev.husk.dbus.FakeBus.JobRemoved;
import dev.husk.dbus.Variant;
import dev.husk.failure.HuskException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a bus that answers as systemd does, or as it should not. */
@Timeout(60)
class BusServiceManagerTest {
  private static final String UNIT = "husk-x.scope";
  private static final String JOB = "/org/freedesktop/systemd1/job/1";
  private static final String EXISTS = "org.freedesktop.systemd1.UnitExists";
  private static final Answer NOTHING = new Answer.Values("", List.of(), List.of());

  @TempDir Path directory;

  private static Answer job(String result) {
    return new Answer.Values(
        "o",
        List.of(JOB),
        List.of(
            new JobRemoved("/org/freedesktop/systemd1/job/77", UNIT, "failed"),
            new JobRemoved(JOB, UNIT, result)));
  }

  private static Answer error(String name, String message) {
    return new Answer.Refusal(name, message);
  }

  /** The answers to StartTransientUnit, one after the other. */
  private static Function<FakeBus.Call, Answer> starting(String activeState, Answer... answers) {
    ArrayDeque<Answer> left = new ArrayDeque<>(List.of(answers));
    return call ->
        switch (call.member()) {
          case "StartTransientUnit" -> left.size() > 1 ? left.pop() : left.peek();
          case "GetUnit" -> new Answer.Values("o", List.of("/unit"), List.of());
          case "Get" -> new Answer.Values("v", List.of(new Variant("s", activeState)), List.of());
          default -> NOTHING;
        };
  }

  private ServiceManager manager() {
    return new BusServiceManager(directory.resolve("bus"), 0, Duration.ofSeconds(1));
  }

  private FakeBus bus(Function<FakeBus.Call, Answer> service) throws Exception {
    return FakeBus.at(directory.resolve("bus"), service);
  }

  private static ScopeRequest request() {
    return new ScopeRequest(
        new ScopeName(UNIT, "system.slice"),
        "husk sandbox x",
        4711,
        LimitProperties.of(List.of(new ControlFile("memory.zswap.max", "0"))));
  }

  private static long count(FakeBus bus, String member) {
    return bus.calls().stream().filter(call -> call.member().equals(member)).count();
  }

  private void assertFails(Class<? extends SystemdFailure> failure, String word) {
    assertThatThrownBy(() -> manager().startScope(request()))
        .isInstanceOfSatisfying(
            HuskException.class,
            e -> {
              assertThat(e.failure()).isInstanceOf(failure);
              assertThat(e.failure().message()).contains(word);
              assertThat(e.failure().remedy()).isNotBlank();
            });
  }

  @Test
  void theScopeIsThereWhenItsJobIsDone() throws Exception {
    try (FakeBus bus = bus(starting("active", job("done")))) {
      assertThat(manager().startScope(request())).isEmpty();
      List<Object> arguments =
          bus.calls().stream()
              .filter(call -> call.member().equals("StartTransientUnit"))
              .findFirst()
              .orElseThrow()
              .arguments();
      assertThat(arguments.subList(0, 2)).containsExactly(UNIT, "fail");
      assertThat((List<?>) arguments.get(2))
          .asString()
          .contains("[Slice, Variant[signature=s, value=system.slice]]")
          .contains("[PIDs, Variant[signature=au, value=[4711]]]")
          .contains("[Delegate, Variant[signature=b, value=true]]")
          .contains("[MemoryZSwapMax, Variant[signature=t, value=0]]");
    }
  }

  @ParameterizedTest
  @CsvSource({"failed", "canceled", "timeout", "dependency", "skipped"})
  void aJobThatEndsOtherwiseFails(String result) throws Exception {
    try (FakeBus bus = bus(starting("active", job(result)))) {
      assertFails(SystemdFailure.Refused.class, result);
      assertThat(count(bus, "StartTransientUnit")).isEqualTo(1);
    }
  }

  @Test
  void whatFailedBeforeIsForgottenAndTriedAgain() throws Exception {
    try (FakeBus bus = bus(starting("failed", error(EXISTS, "exists"), job("done")))) {
      manager().startScope(request());
      assertThat(count(bus, "ResetFailedUnit")).isEqualTo(1);
      assertThat(count(bus, "StartTransientUnit")).isEqualTo(2);
    }
  }

  @Test
  void whatIsJustGoingAwayIsWaitedFor() throws Exception {
    try (FakeBus bus =
        bus(
            starting(
                "deactivating", error(EXISTS, "exists"), error(EXISTS, "exists"), job("done")))) {
      manager().startScope(request());
      assertThat(count(bus, "ResetFailedUnit")).isZero();
    }
  }

  @Test
  void whatStaysIsSomebodysAndIsNotTouched() throws Exception {
    try (FakeBus bus =
        FakeBus.at(directory.resolve("bus"), starting("active", error(EXISTS, "already loaded")))) {
      ServiceManager patient =
          new BusServiceManager(directory.resolve("bus"), 0, Duration.ofSeconds(30));
      assertThatThrownBy(() -> patient.startScope(request()))
          .isInstanceOfSatisfying(
              HuskException.class,
              e -> assertThat(e.failure()).isInstanceOf(SystemdFailure.UnitExists.class));
      assertThat(count(bus, "ResetFailedUnit")).isZero();
      assertThat(count(bus, "StopUnit")).isZero();
    }
  }

  @Test
  void aPropertyThatAnOlderSystemdDoesNotKnowIsLeftOutAndNamed() throws Exception {
    Answer unknown =
        error(
            "org.freedesktop.DBus.Error.PropertyReadOnly",
            "Cannot set property MemoryZSwapMax, or unknown property.");
    try (FakeBus bus = bus(starting("active", unknown, job("done")))) {
      assertThat(manager().startScope(request())).containsExactly("MemoryZSwapMax");
      assertThat(bus.calls().getLast().arguments().toString()).doesNotContain("MemoryZSwapMax");
    }
  }

  @Test
  void anEssentialPropertyIsNeverLeftOut() throws Exception {
    Answer unknown =
        error(
            "org.freedesktop.DBus.Error.PropertyReadOnly",
            "Cannot set property Delegate, or unknown property.");
    try (FakeBus bus = bus(starting("active", unknown))) {
      assertFails(SystemdFailure.Refused.class, "Delegate");
      assertThat(count(bus, "StartTransientUnit")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "org.freedesktop.DBus.Error.AccessDenied, Denied",
    "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired, Denied",
    "org.freedesktop.DBus.Error.UnixProcessIdUnknown, KeeperGone",
    "org.freedesktop.DBus.Error.ServiceUnknown, NoManager",
    "org.freedesktop.DBus.Error.NoReply, NoAnswer",
    "org.freedesktop.DBus.Error.InvalidArgs, Refused",
    "org.freedesktop.systemd1.NoSuchUnit, Refused"
  })
  void everyErrorHasItsOwnFailureWithItsName(String name, String failure) throws Exception {
    try (FakeBus bus = bus(starting("active", error(name, "what systemd says")))) {
      assertThatThrownBy(() -> manager().startScope(request()))
          .isInstanceOfSatisfying(
              HuskException.class,
              e -> {
                assertThat(e.failure().getClass().getSimpleName()).isEqualTo(failure);
                assertThat(e.failure().message()).contains(name).contains("what systemd says");
              });
      assertThat(count(bus, "StartTransientUnit")).isEqualTo(1);
    }
  }

  @Test
  void silenceHangUpAndGarbageEndInAnErrorInTime() throws Exception {
    for (Answer answer : List.of(new Answer.Silence(), new Answer.HangUp(), new Answer.Garbage())) {
      try (FakeBus bus = bus(starting("active", answer))) {
        assertFails(SystemdFailure.NoAnswer.class, "StartTransientUnit");
        assertThat(bus.calls()).isNotEmpty();
      }
      java.nio.file.Files.delete(directory.resolve("bus"));
    }
  }

  @Test
  void aJobWithoutAnEndIsWaitedForInBoundsOnly() throws Exception {
    Answer noEnd = new Answer.Values("o", List.of(JOB), List.of());
    try (FakeBus bus = bus(starting("active", noEnd))) {
      assertFails(SystemdFailure.NoAnswer.class, "StartTransientUnit");
      assertThat(bus.calls()).isNotEmpty();
    }
  }

  @Test
  void withoutABusTheSocketIsNamed() {
    assertFails(SystemdFailure.NoManager.class, directory.resolve("bus").toString());
  }

  @Test
  void aUnitThatIsNotThereIsStopped() throws Exception {
    try (FakeBus bus =
        bus(
            call ->
                call.member().equals("StopUnit")
                    ? error("org.freedesktop.systemd1.NoSuchUnit", "not loaded")
                    : NOTHING)) {
      manager().stop(UNIT);
      assertThat(count(bus, "StopUnit")).isEqualTo(1);
    }
  }
}
