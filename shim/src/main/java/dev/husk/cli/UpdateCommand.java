package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.oci.ConfigReader;
import dev.husk.oci.Resources;
import dev.husk.oci.ResourcesReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

/** {@code husk update}: changes limits of a sandbox. */
final class UpdateCommand {
  private static final String RESOURCES = "--resources";

  private UpdateCommand() {}

  static int run(List<String> words) throws UsageException, HuskException {
    ClientCommand command =
        ClientCommand.parse("update", words, LimitOptions.FLAGS, LimitOptions.valuedAnd(RESOURCES));
    if (command.helped(ClientHelp.UPDATE)) {
      return ExitCode.OK;
    }
    command.requireOperands(1, "one id");
    Resources resources = resources(command.arguments());
    return command.call(client -> client.update(resources), SandboxText::limits);
  }

  private static Resources resources(Arguments arguments) throws UsageException, HuskException {
    Optional<Path> file = arguments.path(RESOURCES);
    Optional<String> given = LimitOptions.json(arguments);
    if (file.isPresent() == given.isPresent()) {
      throw new UsageException(
          file.isPresent()
              ? "update takes either --resources or limits as options"
              : "update needs a limit to change, or --resources FILE");
    }
    return file.isPresent()
        ? ResourcesReader.parse(bytes(file.get()), file.get().toString())
        : ResourcesReader.parse(
            given.orElseThrow().getBytes(StandardCharsets.UTF_8), "the command line");
  }

  private static byte[] bytes(Path file) throws UsageException {
    try {
      if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
        throw new UsageException(RESOURCES + ": " + file + " is no regular file");
      }
      try (InputStream in = Files.newInputStream(file)) {
        // One more than is read, for the reader to complain about.
        return in.readNBytes(ConfigReader.MAX_BYTES + 1);
      }
    } catch (IOException e) {
      throw new UsageException(RESOURCES + ": cannot read " + e.getMessage());
    }
  }
}
