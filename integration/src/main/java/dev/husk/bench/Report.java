package dev.husk.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The figures as a table and as JSON. */
final class Report {
  private final List<Figure> figures = new ArrayList<>();

  void add(Figure figure) {
    figures.add(figure);
  }

  void print(PrintStream out) {
    out.printf("%-34s %10s %-5s %-22s %s%n", "figure", "value", "unit", "aim", "more");
    for (Figure figure : figures) {
      out.printf(
          "%-34s %10s %-5s %-22s %s%n",
          figure.name(),
          figure.value().map(Report::number).orElse("-"),
          figure.unit(),
          verdict(figure),
          figure.note());
    }
  }

  private static String verdict(Figure figure) {
    if (figure.aim().isEmpty() || figure.value().isEmpty()) {
      return "";
    }
    Figure.Aim aim = figure.aim().get();
    return (aim.inclusive() ? "<= " : "< ")
        + number(aim.limit())
        + (aim.met(figure.value().get()) ? " met" : " NOT MET");
  }

  void write(Path json, List<String> machine) throws IOException {
    StringBuilder out = new StringBuilder("{\n  \"machine\": [");
    for (int i = 0; i < machine.size(); i++) {
      out.append(i == 0 ? "" : ", ").append(quoted(machine.get(i)));
    }
    out.append("],\n  \"figures\": [");
    for (int i = 0; i < figures.size(); i++) {
      out.append(i == 0 ? "\n    " : ",\n    ").append(object(figures.get(i)));
    }
    out.append("\n  ]\n}\n");
    if (json.getParent() != null) {
      Files.createDirectories(json.getParent());
    }
    Files.writeString(json, out);
  }

  private static String object(Figure figure) {
    String value = figure.value().map(Report::number).orElse("null");
    String aim = figure.aim().map(a -> number(a.limit())).orElse("null");
    String met =
        figure.aim().isPresent() && figure.value().isPresent()
            ? String.valueOf(figure.aim().get().met(figure.value().get()))
            : "null";
    return "{\"name\": %s, \"value\": %s, \"unit\": %s, \"aim\": %s, \"met\": %s, \"note\": %s}"
        .formatted(
            quoted(figure.name()), value, quoted(figure.unit()), aim, met, quoted(figure.note()));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.3f" : "%.1f", value);
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        default -> {
          if (c < ' ') {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
