package dev.husk.sandbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.husk.cgroup.Evacuation;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A state file as somebody else reads it. What it does not say is empty or 0.
 *
 * @param status in the words of the OCI state: {@code running}
 * @param cgroup P as {@code /proc/PID/cgroup} names it
 * @param identity of P, see {@link dev.husk.cgroup.SandboxCgroup#identity()}
 * @param created when create was asked for, RFC 3339
 * @param exitCode of a payload that has ended
 * @param evacuation what it took to empty the root of the container around the shim
 */
public record StateFile(
    String status,
    long pid,
    String bundle,
    String cgroup,
    String identity,
    String created,
    long shimPid,
    OptionalLong exitCode,
    String exitReason,
    Optional<Evacuation> evacuation) {
  /** Says nothing. */
  public static final StateFile NOTHING =
      new StateFile("", 0, "", "", "", "", 0, OptionalLong.empty(), "", Optional.empty());

  private static final int DEEPEST = 2;
  private static final JsonFactory FACTORY = new JsonFactory();

  /** A damaged file says nothing from where the damage is. */
  static StateFile parse(String text) {
    Map<String, String> texts = new HashMap<>();
    Map<String, Long> numbers = new HashMap<>();
    try (JsonParser json = FACTORY.createParser(text)) {
      collect(json, texts, numbers);
    } catch (IOException e) {
      // What was read so far is all there is to know.
    }
    return new StateFile(
        texts.getOrDefault("/status", ""),
        numbers.getOrDefault("/pid", 0L),
        texts.getOrDefault("/bundle", ""),
        texts.getOrDefault("/" + StateJson.CGROUP, ""),
        texts.getOrDefault("/" + StateJson.IDENTITY, ""),
        texts.getOrDefault("/" + StateJson.CREATED, ""),
        numbers.getOrDefault("/" + StateJson.SHIM_PID, 0L),
        numbers.containsKey("/" + StateJson.EXIT_CODE)
            ? OptionalLong.of(numbers.getOrDefault("/" + StateJson.EXIT_CODE, 0L))
            : OptionalLong.empty(),
        texts.getOrDefault("/" + StateJson.EXIT_REASON, ""),
        evacuation(texts, numbers));
  }

  private static void collect(JsonParser json, Map<String, String> texts, Map<String, Long> numbers)
      throws IOException {
    String section = "";
    int depth = 0;
    for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
      if (token.isStructStart()) {
        depth++;
        section = depth == DEEPEST ? "/" + json.currentName() : section;
      } else if (token.isStructEnd()) {
        depth--;
        section = depth < DEEPEST ? "" : section;
      } else if (depth <= DEEPEST && json.currentName() != null) {
        String place = section + "/" + json.currentName();
        if (token == JsonToken.VALUE_STRING) {
          texts.put(place, json.getText());
        } else if (token == JsonToken.VALUE_NUMBER_INT) {
          numbers.put(place, json.getLongValue());
        }
      }
    }
  }

  private static Optional<Evacuation> evacuation(
      Map<String, String> texts, Map<String, Long> numbers) {
    String at = "/" + StateJson.EVACUATION + "/";
    if (!texts.containsKey(at + StateJson.CGROUP)) {
      return Optional.empty();
    }
    return Optional.of(
        new Evacuation(
            texts.getOrDefault(at + StateJson.CGROUP, ""),
            texts.getOrDefault(at + StateJson.LEAF, ""),
            numbers.getOrDefault(at + StateJson.ROUNDS, 0L).intValue(),
            numbers.getOrDefault(at + StateJson.MOVED, 0L).intValue(),
            numbers.getOrDefault(at + StateJson.MILLIS, 0L)));
  }
}
