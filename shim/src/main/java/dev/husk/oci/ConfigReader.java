package dev.husk.oci;

import dev.husk.failure.HuskException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Reads and validates the {@code config.json} of a bundle. */
public final class ConfigReader {
  /** Largest config read, in bytes. */
  public static final int MAX_BYTES = 4 << 20;

  private static final String FILE = "config.json";

  private ConfigReader() {}

  /**
   * Reads a bundle's config, once: what happens to the file later has no effect ({@code
   * runtime.md#lifecycle}).
   *
   * @throws HuskException with a {@link ConfigFailure}
   */
  public static OciConfig read(Path bundle) throws HuskException {
    try {
      if (!Files.readAttributes(bundle, BasicFileAttributes.class).isDirectory()) {
        throw new HuskException(new ConfigFailure.NotADirectory(bundle.toString()));
      }
    } catch (NoSuchFileException e) {
      throw new HuskException(new ConfigFailure.NoBundle(bundle.toString()), e);
    } catch (IOException e) {
      throw unreadable(bundle, e);
    }
    Path file = bundle.resolve(FILE);
    return parse(bytes(file), file.toString());
  }

  /**
   * Loads the JSON parser, for a thread that has nothing better to do: the class initializer of
   * {@link java.math.BigDecimal}, which the parser needs, computes powers of five for 10 to 20 ms
   * in JDK 25.
   */
  public static void warmUp() {
    try {
      JsonReader.read(new byte[] {'0'}, "");
    } catch (HuskException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Parses and validates a config.
   *
   * @param json the document, UTF-8
   * @param name what to call it in messages
   * @throws HuskException with {@link ConfigFailure.Malformed} or {@link ConfigFailure.Invalid}
   */
  public static OciConfig parse(byte[] json, String name) throws HuskException {
    if (json.length > MAX_BYTES) {
      throw new HuskException(new ConfigFailure.TooBig(name, MAX_BYTES));
    }
    Offences offences = new Offences();
    OciConfig config = ConfigDecoder.decode(Fields.of(JsonReader.read(json, name), offences));
    if (!offences.isEmpty()) {
      throw new HuskException(new ConfigFailure.Invalid(name, offences.list(), offences.more()));
    }
    return config;
  }

  private static byte[] bytes(Path file) throws HuskException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new HuskException(new ConfigFailure.NotAFile(file.toString()));
      }
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw new HuskException(new ConfigFailure.TooBig(file.toString(), MAX_BYTES));
        }
        return bytes;
      }
    } catch (NoSuchFileException e) {
      throw new HuskException(new ConfigFailure.NoConfig(file.toString()), e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static HuskException unreadable(Path path, IOException e) {
    boolean denied = e instanceof AccessDeniedException;
    String why = "it cannot be read";
    if (denied) {
      why = "EACCES (Permission denied)";
    } else if (e instanceof FileSystemException f && f.getReason() != null) {
      why = f.getReason();
    } else if (e.getMessage() != null) {
      why = e.getMessage();
    }
    return new HuskException(new ConfigFailure.Unreadable(path.toString(), why, denied), e);
  }
}
