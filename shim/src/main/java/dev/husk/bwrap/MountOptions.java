package dev.husk.bwrap;

import java.util.ArrayList;
import java.util.List;

/**
 * The options of one mount, read after the table of {@code config.md#linux-mount-options}. What
 * bwrap cannot give is an offence: it makes every mount nosuid and nodev and follows the host's
 * propagation not at all.
 */
final class MountOptions {
  private static final String DROP = "remove the option";

  /** An option and where it stands in the config. */
  private record Named(String name, String pointer) {}

  private final Offences offences;
  private final List<Named> data = new ArrayList<>();
  private final List<Named> attributes = new ArrayList<>();
  private final List<Named> ofFilesystem = new ArrayList<>();
  private long set;
  private long cleared;
  private boolean bind;
  private boolean recursive;
  private boolean readOnly;
  private boolean recursivelyReadOnly;
  private boolean writable;

  private MountOptions(Offences offences) {
    this.offences = offences;
  }

  /**
   * Reads the options of one mount; every one that cannot be honoured becomes an offence.
   *
   * @param pointer JSON pointer of the mount
   */
  static MountOptions parse(List<String> options, String pointer, Offences offences) {
    MountOptions parsed = new MountOptions(offences);
    for (int i = 0; i < options.size(); i++) {
      parsed.option(options.get(i), pointer + "/options/" + i);
    }
    return parsed;
  }

  private void option(String name, String at) {
    switch (name) {
      case "defaults", "async", "loud", "nomand", "noiversion", "symfollow", "norelatime" -> {}
      case "nostrictatime", "private", "rprivate", "rnosuid", "rnodev" -> {}
      case "nosuid" -> add(MountFlags.NOSUID);
      case "nodev" -> add(MountFlags.NODEV);
      case "noexec" -> attribute(name, at, MountFlags.NOEXEC, 0);
      case "exec" -> attribute(name, at, 0, MountFlags.NOEXEC);
      case "noatime" -> attribute(name, at, MountFlags.NOATIME, MountFlags.ATIMES);
      case "atime" -> attribute(name, at, 0, MountFlags.NOATIME);
      case "nodiratime" -> attribute(name, at, MountFlags.NODIRATIME, 0);
      case "diratime" -> attribute(name, at, 0, MountFlags.NODIRATIME);
      case "relatime" -> attribute(name, at, MountFlags.RELATIME, MountFlags.ATIMES);
      case "strictatime" -> attribute(name, at, MountFlags.STRICTATIME, MountFlags.ATIMES);
      case "sync" -> filesystem(name, at, MountFlags.SYNCHRONOUS);
      case "dirsync" -> filesystem(name, at, MountFlags.DIRSYNC);
      case "lazytime" -> filesystem(name, at, MountFlags.LAZYTIME);
      case "nolazytime" -> remove(MountFlags.LAZYTIME);
      case "silent" -> add(MountFlags.SILENT);
      case "ro" -> {
        readOnly = true;
        writable = false;
      }
      case "rw" -> {
        readOnly = false;
        recursivelyReadOnly = false;
        writable = true;
      }
      case "rro" -> {
        readOnly = true;
        recursivelyReadOnly = true;
      }
      case "bind" -> bind = true;
      case "rbind" -> {
        bind = true;
        recursive = true;
      }
      default -> unusual(name, at);
    }
  }

  private void unusual(String name, String at) {
    switch (name) {
      case "suid", "rsuid" ->
          refuse(name, at, "bubblewrap makes every mount nosuid and offers no way back");
      case "dev", "rdev" ->
          refuse(name, at, "every mount is nodev; devices come from husk's own /dev only");
      case "nosymfollow", "rnosymfollow" ->
          refuse(name, at, "bubblewrap takes it off when it remounts");
      case "slave", "rslave", "shared", "rshared", "unbindable", "runbindable" ->
          refuse(name, at, "the sandbox's mounts are private, nothing passes to or from the host");
      case "idmap", "ridmap" -> refuse(name, at, "id-mapped mounts are not applied");
      case "tmpcopyup" -> refuse(name, at, "nothing is copied into a fresh tmpfs");
      case "remount" -> refuse(name, at, "a mount is made once, with all its options");
      case "mand", "iversion" -> refuse(name, at, "the kernel no longer honours it");
      case "rrw", "rexec", "rnoexec", "ratime", "rnoatime", "rdiratime", "rnodiratime" ->
          recursiveAttribute(name, at);
      case "rrelatime", "rnorelatime", "rstrictatime", "rnostrictatime", "rsymfollow" ->
          recursiveAttribute(name, at);
      default -> {
        data.add(new Named(name, at));
      }
    }
  }

  private void recursiveAttribute(String name, String at) {
    refuse(name, at, "attributes are not set on the mounts below");
  }

  private void refuse(String name, String at, String why) {
    offences.unsupported(at, "option " + name + " cannot be honoured: " + why, DROP);
  }

  private void attribute(String name, String at, long add, long remove) {
    attributes.add(new Named(name, at));
    set = (set & ~remove) | add;
    cleared = (cleared | remove) & ~add;
  }

  private void filesystem(String name, String at, long flag) {
    ofFilesystem.add(new Named(name, at));
    add(flag);
  }

  private void add(long flag) {
    set |= flag;
    cleared &= ~flag;
  }

  private void remove(long flag) {
    set &= ~flag;
    cleared |= flag;
  }

  /** Flags asked for, without ro, bind and rec. */
  long set() {
    return set;
  }

  /** Flags asked not to be there. */
  long cleared() {
    return cleared;
  }

  boolean bind() {
    return bind;
  }

  boolean recursive() {
    return recursive;
  }

  boolean readOnly() {
    return readOnly;
  }

  boolean recursivelyReadOnly() {
    return recursivelyReadOnly;
  }

  /** Whether rw is written in the config. */
  boolean writable() {
    return writable;
  }

  /** Whether an attribute is named that bwrap's own bind mounts cannot give. */
  boolean hasAttributes() {
    return !attributes.isEmpty();
  }

  /** For procfs: refuses every attribute but those that bwrap gives it anyway. */
  void refuseAttributesBut(String given, String alsoGiven, String reason) {
    for (Named attribute : attributes) {
      if (!attribute.name().equals(given) && !attribute.name().equals(alsoGiven)) {
        refuse(attribute.name(), attribute.pointer(), reason);
      }
    }
  }

  /** For a mount whose file system is shared with others: refuses what would reach them. */
  void refuseFilesystemFlags(String reason) {
    for (Named flag : ofFilesystem) {
      refuse(flag.name(), flag.pointer(), reason);
    }
  }

  /** The data string of mount(2) for that file system; unknown parameters are offences. */
  String data(MountType type, IdRules ids) {
    StringBuilder joined = new StringBuilder();
    for (Named parameter : data) {
      String text = parameter.name();
      if (!FilesystemData.accepts(type, text)) {
        unknown(parameter);
      } else if (ids.passes(type, text, parameter.pointer())) {
        joined.append(joined.isEmpty() ? "" : ",").append(text);
      }
    }
    return joined.toString();
  }

  /** For a file system that takes none: any is an offence. */
  void refuseData() {
    for (Named parameter : data) {
      unknown(parameter);
    }
  }

  /** As {@link #data}, for husk's own /dev. */
  String dataForDev() {
    StringBuilder joined = new StringBuilder();
    for (Named parameter : data) {
      if (FilesystemData.acceptsForDev(parameter.name())) {
        joined.append(joined.isEmpty() ? "" : ",").append(parameter.name());
      } else {
        unknown(parameter);
      }
    }
    return joined.toString();
  }

  private void unknown(Named parameter) {
    offences.unsupported(
        parameter.pointer(),
        "option " + parameter.name() + " is not one that husk applies to this type of mount",
        "remove the option, or correct its value");
  }
}
