package dev.husk.cgroup;

import java.util.Optional;

/**
 * Pressure stall information of one resource (Documentation/accounting/psi.rst): time lost to
 * waiting for it.
 *
 * @param some at least one task waited
 * @param full all tasks waited at once; not there for processors before Linux 5.13
 */
public record Pressure(Optional<Line> some, Optional<Line> full) {
  /**
   * One line.
   *
   * @param avg10 percent of the latest 10 seconds
   * @param avg60 percent of the latest minute
   * @param avg300 percent of the latest 5 minutes
   * @param totalMicros in all, unsigned
   */
  public record Line(double avg10, double avg60, double avg300, long totalMicros) {}

  /** Empty when the text has no such line. */
  static Optional<Pressure> parse(String text) {
    Optional<Line> some = Optional.empty();
    Optional<Line> full = Optional.empty();
    for (KeyedLine line : KeyedLine.parse(text)) {
      if (line.key().equals("some")) {
        some = line(line);
      } else if (line.key().equals("full")) {
        full = line(line);
      }
    }
    return some.isEmpty() && full.isEmpty()
        ? Optional.empty()
        : Optional.of(new Pressure(some, full));
  }

  private static Optional<Line> line(KeyedLine line) {
    var avg10 = line.decimal("avg10");
    var avg60 = line.decimal("avg60");
    var avg300 = line.decimal("avg300");
    var total = line.number("total");
    if (avg10.isEmpty() || avg60.isEmpty() || avg300.isEmpty() || total.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Line(
            avg10.getAsDouble(), avg60.getAsDouble(), avg300.getAsDouble(), total.getAsLong()));
  }
}
