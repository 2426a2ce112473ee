package dev.husk.bench;

import java.util.Optional;

/**
 * One line of the report.
 *
 * @param name stable key in the JSON
 * @param value absent when it could not be measured
 * @param note further numbers, or the reason of the absence
 */
record Figure(String name, Optional<Double> value, String unit, Optional<Aim> aim, String note) {
  /**
   * What the figure should be.
   *
   * @param inclusive whether the limit itself meets it
   */
  record Aim(double limit, boolean inclusive) {
    boolean met(double value) {
      return inclusive ? value <= limit : value < limit;
    }
  }

  static Figure of(String name, double value, String unit, String note) {
    return new Figure(name, Optional.of(value), unit, Optional.empty(), note);
  }

  static Figure absent(String name, String unit, String reason) {
    return new Figure(name, Optional.empty(), unit, Optional.empty(), "absent: " + reason);
  }

  Figure below(double limit) {
    return new Figure(name, value, unit, Optional.of(new Aim(limit, false)), note);
  }

  Figure atMost(double limit) {
    return new Figure(name, value, unit, Optional.of(new Aim(limit, true)), note);
  }
}
