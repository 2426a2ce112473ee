package dev.husk.cli;

import dev.husk.inspect.Doctor;
import dev.husk.inspect.DoctorJson;
import dev.husk.inspect.DoctorReport;
import dev.husk.inspect.DoctorText;
import dev.husk.process.Terminal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** {@code husk doctor}: what this host can and cannot do. */
final class DoctorCommand {
  private static final int NO_SANDBOX = 1;

  private DoctorCommand() {}

  static int run(List<String> arguments) throws UsageException {
    InspectOptions options = InspectOptions.parse(arguments);
    if (options.help()) {
      System.out.println(Help.DOCTOR);
      return ExitCode.OK;
    }
    if (!options.operands().isEmpty() || options.all()) {
      throw new UsageException("doctor takes no operands, and no --all");
    }
    DoctorReport report = Doctor.examine(options.root(), options.bwrap(), ShimSetup.huskInit());
    if (options.json()) {
      try {
        DoctorJson.print(report, System.out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    } else {
      DoctorText.print(report, System.out, Terminal.columns().orElse(Integer.MAX_VALUE));
    }
    return report.ready() ? ExitCode.OK : NO_SANDBOX;
  }
}
