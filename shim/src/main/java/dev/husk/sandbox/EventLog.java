package dev.husk.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The latest events, bounded. Readers pull, so a slow one costs nothing and is told how many events
 * it missed.
 */
public final class EventLog {
  private static final int CAPACITY = 256;

  private final String sandboxId;
  private final Clock clock;
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private long lastSequence;
  private boolean closed;

  public EventLog(String sandboxId, Clock clock) {
    this.sandboxId = sandboxId;
    this.clock = clock;
  }

  /**
   * Events after a sequence number.
   *
   * @param events oldest first; empty when the time was over
   * @param lost how many events after the asked number are no longer kept
   * @param closed no event will ever follow these
   */
  public record Batch(List<Event> events, long lost, boolean closed) {
    public Batch {
      events = List.copyOf(events);
    }
  }

  /** Adds an event with the next sequence number. */
  public synchronized void add(Event.Kind kind) {
    if (closed) {
      return;
    }
    lastSequence++;
    if (events.size() == CAPACITY) {
      events.removeFirst();
    }
    events.addLast(new Event(lastSequence, clock.instant(), sandboxId, kind));
    notifyAll();
  }

  /** Marks the end: readers get what is left and then {@code closed}. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  /**
   * Waits for events after {@code sequence}; 0 asks for all that are kept. May run on a virtual
   * thread.
   */
  public synchronized Batch await(long sequence, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (lastSequence <= sequence && !closed) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return new Batch(List.of(), 0, false);
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
    List<Event> after = new ArrayList<>();
    for (Event event : events) {
      if (event.sequence() > sequence) {
        after.add(event);
      }
    }
    long lost = Math.max(0, lastSequence - Math.max(sequence, 0) - after.size());
    return new Batch(after, lost, closed);
  }
}
