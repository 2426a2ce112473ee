package dev.husk.process;

/** Both ends of a pipe. */
public record Pipe(Fd readEnd, Fd writeEnd) implements AutoCloseable {
  public static Pipe open() throws ErrnoException {
    int[] ends = new int[2];
    int result = Native.pipe(ends);
    if (result < 0) {
      throw new ErrnoException("pipe2", "a new pipe", Errno.of(-result));
    }
    return new Pipe(Fd.own(ends[0]), Fd.own(ends[1]));
  }

  @Override
  public void close() {
    readEnd.close();
    writeEnd.close();
  }
}
