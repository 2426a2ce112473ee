package dev.husk.rpc;

import dev.husk.sandbox.Event;
import dev.husk.v1.EventGap;
import dev.husk.v1.EventsResponse;

/** Events as messages. */
final class EventMapper {
  private EventMapper() {}

  static EventsResponse event(Event event) {
    dev.husk.v1.Event.Builder message =
        dev.husk.v1.Event.newBuilder()
            .setSequence(event.sequence())
            .setAt(SandboxMapper.timestamp(event.at()))
            .setSandboxId(event.sandboxId());
    switch (event.kind()) {
      case Event.Created created ->
          message.setCreated(dev.husk.v1.Event.Created.newBuilder().setPid(created.pid()));
      case Event.Started started ->
          message.setStarted(dev.husk.v1.Event.Started.newBuilder().setPid(started.pid()));
      case Event.Exited exited ->
          message.setExited(
              dev.husk.v1.Event.Exited.newBuilder().setStatus(SandboxMapper.exit(exited.status())));
      case Event.Deleted deleted ->
          message.setDeleted(dev.husk.v1.Event.Deleted.getDefaultInstance());
      case Event.Oom oom ->
          message.setOom(dev.husk.v1.Event.Oom.newBuilder().setOomKills(oom.kills()));
      case Event.Paused paused -> message.setPaused(dev.husk.v1.Event.Paused.getDefaultInstance());
      case Event.Resumed resumed ->
          message.setResumed(dev.husk.v1.Event.Resumed.getDefaultInstance());
      case Event.Updated updated ->
          message.setUpdated(dev.husk.v1.Event.Updated.getDefaultInstance());
      case Event.Warning warning ->
          message.setWarning(dev.husk.v1.Event.Warning.newBuilder().setMessage(warning.message()));
    }
    return EventsResponse.newBuilder().setEvent(message).build();
  }

  static EventsResponse gap(long lost) {
    return EventsResponse.newBuilder().setGap(EventGap.newBuilder().setLost(lost)).build();
  }
}
