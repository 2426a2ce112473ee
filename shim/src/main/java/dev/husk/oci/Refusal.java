package dev.husk.oci;

/**
 * A property that the spec allows and husk does not apply.
 *
 * @param pointer JSON pointer (RFC 6901) of the property
 * @param why the reason
 * @param remedy what the user can do; never empty
 */
public record Refusal(String pointer, String why, String remedy) {
  /** One line for people. */
  @Override
  public String toString() {
    return pointer + " " + why + " (" + remedy + ")";
  }
}
