package dev.husk.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Samples of one quantity, all in one unit. */
final class Series {
  private final List<Double> samples = new ArrayList<>();

  void add(double sample) {
    samples.add(sample);
  }

  int size() {
    return samples.size();
  }

  double median() {
    return percentile(50);
  }

  double min() {
    return percentile(0);
  }

  double mean() {
    double sum = 0;
    for (double sample : samples) {
      sum += sample;
    }
    return sum / samples.size();
  }

  /** The smallest sample that at least {@code percent} of all do not exceed. */
  double percentile(int percent) {
    List<Double> sorted = new ArrayList<>(samples);
    Collections.sort(sorted);
    int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
    return sorted.get(Math.max(0, rank - 1));
  }
}
