package dev.husk.bwrap;

import java.nio.file.Path;
import java.util.List;

/** One option of bwrap; they take effect in order. */
public sealed interface BwrapOp {
  /** Appends the option and its values. */
  void addTo(List<String> argv);

  /** A new pid namespace. */
  record UnsharePid() implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--unshare-pid");
    }
  }

  /** A new uts namespace. */
  record UnshareUts() implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--unshare-uts");
    }
  }

  /** The host name; wants a new uts namespace. */
  record Hostname(String name) implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--hostname");
      argv.add(name);
    }
  }

  /** No process of bwrap's own inside: the payload is the first one. */
  record AsPid1() implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--as-pid-1");
    }
  }

  /** A session of its own, away from any terminal of the caller. */
  record NewSession() implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--new-session");
    }
  }

  /** Drops every capability. */
  record DropAllCapabilities() implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--cap-drop");
      argv.add("ALL");
    }
  }

  /** Keeps one capability. */
  record AddCapability(String name) implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--cap-add");
      argv.add(name);
    }
  }

  /** A recursive bind mount of a host path; adds nosuid and nodev. */
  record Bind(Path source, String destination) implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--bind");
      argv.add(source.toString());
      argv.add(destination);
    }
  }

  /** As {@link Bind}, and read-only with all mounts below it. */
  record RoBind(Path source, String destination) implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--ro-bind");
      argv.add(source.toString());
      argv.add(destination);
    }
  }

  /** As {@link Bind}, without adding nodev. */
  record DevBind(Path source, String destination) implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--dev-bind");
      argv.add(source.toString());
      argv.add(destination);
    }
  }

  /** A procfs of the new pid namespace: nosuid, nodev, noexec. */
  record Proc(String destination) implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--proc");
      argv.add(destination);
    }
  }

  /** Makes one mount read-only, not those below it. */
  record RemountRo(String destination) implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--remount-ro");
      argv.add(destination);
    }
  }

  /** The working directory of what bwrap executes. */
  record Chdir(String directory) implements BwrapOp {
    @Override
    public void addTo(List<String> argv) {
      argv.add("--chdir");
      argv.add(directory);
    }
  }
}
