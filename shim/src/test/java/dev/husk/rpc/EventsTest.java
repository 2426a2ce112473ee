package dev.husk.rpc;

import static dev.husk.rpc.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.sandbox.Event.Warning;
import dev.husk.v1.DeleteRequest;
import dev.husk.v1.Event;
import dev.husk.v1.EventsRequest;
import dev.husk.v1.EventsResponse;
import dev.husk.v1.StartRequest;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventsTest {
  private TestServer test;
  private FakeSandbox sandbox;

  @BeforeEach
  void start() throws Exception {
    test = new TestServer();
    sandbox = test.createSandbox("a");
  }

  @AfterEach
  void stop() throws Exception {
    test.close();
  }

  @Test
  void aWholeLifeIsTold() {
    Iterator<EventsResponse> events = test.client().events(EventsRequest.getDefaultInstance());
    assertThat(events.next().getEvent().getCreated().getPid()).isEqualTo(1234);
    test.client().start(StartRequest.getDefaultInstance());
    sandbox.events().add(new Warning("something leaked"));
    test.client().delete(DeleteRequest.newBuilder().setForce(true).build());
    List<Event> rest = new ArrayList<>();
    events.forEachRemaining(item -> rest.add(item.getEvent()));
    assertThat(rest)
        .extracting(Event::getKindCase)
        .containsExactly(
            Event.KindCase.STARTED,
            Event.KindCase.WARNING,
            Event.KindCase.EXITED,
            Event.KindCase.DELETED);
    assertThat(rest).extracting(Event::getSequence).containsExactly(2L, 3L, 4L, 5L);
    assertThat(rest).extracting(Event::getSandboxId).containsOnly("a");
    assertThat(rest.get(0).getStarted().getPid()).isEqualTo(1234);
    assertThat(rest.get(1).getWarning().getMessage()).isEqualTo("something leaked");
    assertThat(rest.get(2).getExited().getStatus().getCode()).isEqualTo(137);
    assertThat(rest.get(0).getAt().getSeconds()).isPositive();
  }

  @Test
  void onlyLaterEventsThanTheAskedAreSent() {
    test.client().start(StartRequest.getDefaultInstance());
    Iterator<EventsResponse> events =
        test.client().events(EventsRequest.newBuilder().setAfterSequence(1).build());
    assertThat(events.next().getEvent().getSequence()).isEqualTo(2);
  }

  @Test
  void withoutFollowTheStreamEndsWithTheKeptEvents() {
    EventsRequest kept = EventsRequest.newBuilder().setNoFollow(true).build();
    List<EventsResponse> items = new ArrayList<>();
    test.client().events(kept).forEachRemaining(items::add);
    assertThat(items).hasSize(1);
    test.client().events(kept.toBuilder().setAfterSequence(1).build()).forEachRemaining(items::add);
    assertThat(items).hasSize(1);
  }

  @Test
  void aNegativeNumberIsRefused() {
    EventsRequest negative = EventsRequest.newBuilder().setAfterSequence(-1).build();
    assertThatThrownBy(() -> test.client().events(negative).hasNext())
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("after_sequence");
  }

  @Test
  void forgottenEventsAreReportedAsAGap() {
    for (int i = 0; i < 400; i++) {
      sandbox.events().add(new Warning("w"));
    }
    Iterator<EventsResponse> events = test.client().events(EventsRequest.getDefaultInstance());
    EventsResponse first = events.next();
    assertThat(first.getItemCase()).isEqualTo(EventsResponse.ItemCase.GAP);
    assertThat(events.next().getEvent().getSequence()).isEqualTo(first.getGap().getLost() + 1);
  }

  @Test
  void aSlowReaderHoldsNothingUpAndIsToldOfItsGap() throws Exception {
    SlowReader reader = new SlowReader();
    test.asyncClient().events(EventsRequest.getDefaultInstance(), reader);
    eventually(() -> reader.items.size() == 1);
    int total = 3000;
    String text = "x".repeat(1024);
    for (int i = 1; i < total; i++) {
      sandbox.events().add(new Warning(text));
    }
    sandbox.events().close();
    reader.readAll();
    reader.end.get(10, TimeUnit.SECONDS);

    long seen = 0;
    long gaps = 0;
    for (EventsResponse item : reader.items) {
      if (item.hasGap()) {
        gaps++;
        seen += item.getGap().getLost();
      } else {
        assertThat(item.getEvent().getSequence()).isEqualTo(++seen);
      }
    }
    assertThat(gaps).isPositive();
    assertThat(seen).isEqualTo(total);
    assertThat(reader.items.size()).isLessThan(total);
    eventually(() -> test.server.counts().eventStreams() == 0);
  }

  /** Takes one item and then no more until it is told to. */
  private static final class SlowReader
      implements ClientResponseObserver<EventsRequest, EventsResponse> {
    final List<EventsResponse> items = new ArrayList<>();
    final CompletableFuture<Void> end = new CompletableFuture<>();
    private final CompletableFuture<ClientCallStreamObserver<EventsRequest>> call =
        new CompletableFuture<>();

    void readAll() {
      call.join().request(Integer.MAX_VALUE);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<EventsRequest> stream) {
      stream.disableAutoRequestWithInitial(1);
      call.complete(stream);
    }

    @Override
    public void onNext(EventsResponse item) {
      items.add(item);
    }

    @Override
    public void onError(Throwable error) {
      end.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      end.complete(null);
    }
  }
}
