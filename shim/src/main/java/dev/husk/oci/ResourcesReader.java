package dev.husk.oci;

import dev.husk.failure.HuskException;
import java.util.List;

/**
 * Reads a {@code linux.resources} object that stands alone: what is to be changed of a running
 * sandbox. The same checks as in a config, with the same pointers.
 */
public final class ResourcesReader {
  private static final String POINTER = "/linux/resources";

  private ResourcesReader() {}

  /**
   * Parses and validates a change. Device rules are not among what can be changed: they are fixed
   * before the first process runs.
   *
   * @param json the object, UTF-8
   * @param name what to call it in messages
   * @throws HuskException with {@link ConfigFailure.Malformed}, {@link ConfigFailure.Invalid} or
   *     {@link ConfigFailure.NotApplied}
   */
  public static Resources parse(byte[] json, String name) throws HuskException {
    if (json.length > ConfigReader.MAX_BYTES) {
      throw new HuskException(new ConfigFailure.TooBig(name, ConfigReader.MAX_BYTES));
    }
    Offences offences = new Offences();
    Resources resources =
        ResourcesDecoder.decode(Fields.ofSection(JsonReader.read(json, name), POINTER, offences));
    if (!offences.isEmpty()) {
      throw new HuskException(new ConfigFailure.Invalid(name, offences.list(), offences.more()));
    }
    List<Refusal> refusals = Unsupported.checkChange(resources);
    if (!refusals.isEmpty()) {
      throw new HuskException(new ConfigFailure.NotApplied(name, refusals));
    }
    return resources;
  }
}
