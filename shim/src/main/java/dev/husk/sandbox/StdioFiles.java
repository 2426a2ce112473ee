package dev.husk.sandbox;

import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;

/** The opened standard streams of a payload; the shim's copies are closed once it has its own. */
record StdioFiles(Fd stdin, Fd stdout, Fd stderr) implements AutoCloseable {
  private static final Path DEV_NULL = Path.of("/dev/null");

  static StdioFiles open(Stdio stdio) throws HuskException {
    Fd stdin = input(stdio.stdin());
    Fd stdout = stdin;
    try {
      stdout = output("stdout", 1, stdio.stdout());
      return new StdioFiles(stdin, stdout, output("stderr", 2, stdio.stderr()));
    } catch (HuskException e) {
      stdin.close();
      stdout.close();
      throw e;
    }
  }

  private static Fd input(Stdio.Stream stream) throws HuskException {
    try {
      if (stream instanceof Stdio.File(Path path)) {
        if (!Files.isRegularFile(path)) {
          throw failure("stdin", path, "not an existing regular file", FailureKind.INVALID);
        }
        return Fd.readOnly(path);
      }
      return stream instanceof Stdio.Inherit ? Fd.standard(0) : Fd.readOnly(DEV_NULL);
    } catch (ErrnoException e) {
      throw failure("stdin", Path.of(e.path()), e.errno().toString(), FailureKind.DENIED);
    }
  }

  private static Fd output(String name, int number, Stdio.Stream stream) throws HuskException {
    try {
      if (stream instanceof Stdio.File(Path path)) {
        return outputFile(name, path);
      }
      return stream instanceof Stdio.Inherit ? Fd.standard(number) : Fd.writeOnly(DEV_NULL);
    } catch (ErrnoException e) {
      throw failure(name, Path.of(e.path()), e.errno().toString(), FailureKind.DENIED);
    }
  }

  private static Fd outputFile(String name, Path path) throws HuskException, ErrnoException {
    if (!Files.exists(path)) {
      return Fd.append(path);
    }
    try {
      PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
      if (attributes.isDirectory()) {
        throw failure(name, path, "is a directory", FailureKind.INVALID);
      }
      // A FIFO opened for writing alone would wait for its reader, without a bound.
      return attributes.isOther() ? Fd.readWrite(path) : Fd.append(path);
    } catch (IOException e) {
      throw failure(name, path, String.valueOf(e.getMessage()), FailureKind.DENIED);
    }
  }

  private static HuskException failure(String stream, Path path, String reason, FailureKind kind) {
    return new HuskException(
        new SandboxFailure.StreamUnusable(stream, path.toString(), reason, kind));
  }

  @Override
  public void close() {
    stdin.close();
    stdout.close();
    stderr.close();
  }
}
