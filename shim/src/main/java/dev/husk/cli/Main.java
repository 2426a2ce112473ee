package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.process.OwnExit;
import dev.husk.process.Stderr;
import java.util.Arrays;
import java.util.List;

/** Entry point: picks the command and ends the process with its exit status. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    int status;
    Stderr.takeOver();
    try {
      status = command(args);
    } catch (UsageException e) {
      Stderr.say(e.getMessage() + "; see husk --help");
      status = ExitCode.USAGE;
    } catch (HuskException e) {
      Stderr.say(String.valueOf(e.getMessage()));
      status = ExitCode.of(e.failure().kind());
    } catch (RuntimeException | Error e) {
      Stderr.say("internal error, please report it with what follows");
      e.printStackTrace(System.err);
      status = ExitCode.HUSK_FAILED;
    }
    System.out.flush();
    Stderr.flush();
    OwnExit.now(status);
  }

  private static int command(String[] args) throws UsageException, HuskException {
    String name = args.length == 0 ? "" : args[0];
    List<String> rest = args.length == 0 ? List.of() : Arrays.asList(args).subList(1, args.length);
    return switch (name) {
      case "run" -> RunCommand.run(rest);
      case "serve" -> ServeCommand.run(rest);
      case "doctor" -> DoctorCommand.run(rest);
      case "tree" -> TreeCommand.run(rest);
      case "version", "--version", "-v" -> {
        System.out.println("husk version " + Version.HUSK);
        yield ExitCode.OK;
      }
      case "help", "--help", "-h" -> {
        System.out.println(Help.MAIN);
        yield ExitCode.OK;
      }
      case "" -> throw new UsageException("no command");
      default -> ClientCommands.run(name, rest);
    };
  }
}
