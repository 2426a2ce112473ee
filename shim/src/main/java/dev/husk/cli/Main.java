package dev.husk.cli;

/** Entry point. */
public final class Main {
  private Main() {}

  /** Says hello. */
  public static void main(String[] args) {
    System.out.println("hello from husk");
  }
}
