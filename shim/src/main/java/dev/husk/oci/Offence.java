package dev.husk.oci;

/**
 * One thing that is wrong in a config.
 *
 * @param pointer JSON pointer (RFC 6901) of the offending value, or where a missing one belongs
 * @param message what is wrong with it
 */
public record Offence(String pointer, String message) {
  /** One line for people. */
  @Override
  public String toString() {
    return (pointer.isEmpty() ? "the document" : Quote.pointer(pointer)) + " " + message;
  }
}
