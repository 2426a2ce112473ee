package dev.husk.rpc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The Events calls in progress. */
final class EventStreams {
  private final Set<EventStream> streams = new LinkedHashSet<>();
  private boolean stopped;

  void start(EventStream stream) {
    boolean late;
    synchronized (this) {
      streams.add(stream);
      late = stopped;
    }
    stream.start();
    if (late) {
      stream.stop();
    }
  }

  synchronized void remove(EventStream stream) {
    streams.remove(stream);
  }

  synchronized int size() {
    return streams.size();
  }

  /** Ends all calls with UNAVAILABLE, later ones too. */
  void stop() {
    List<EventStream> all;
    synchronized (this) {
      stopped = true;
      all = new ArrayList<>(streams);
    }
    for (EventStream stream : all) {
      stream.stop();
    }
  }
}
