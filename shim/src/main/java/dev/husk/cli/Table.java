package dev.husk.cli;

import dev.husk.failure.Printable;
import java.util.ArrayList;
import java.util.List;

/** Columns for a terminal. What a payload has chosen cannot do anything to the terminal. */
final class Table {
  private static final int LONGEST_CELL = 4096;

  private final List<List<String>> rows = new ArrayList<>();

  Table row(String... cells) {
    List<String> row = new ArrayList<>();
    for (String cell : cells) {
      row.add(Printable.of(cell, LONGEST_CELL));
    }
    rows.add(row);
    return this;
  }

  /** Each row on a line, the columns two spaces apart. */
  @Override
  public String toString() {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        if (i == widths.size()) {
          widths.add(0);
        }
        widths.set(i, Math.max(widths.get(i), row.get(i).length()));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(row.get(i)).append(" ".repeat(widths.get(i) - row.get(i).length() + 2));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
