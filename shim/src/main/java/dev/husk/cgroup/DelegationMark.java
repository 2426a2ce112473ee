package dev.husk.cgroup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;

/** The extended attribute by which systemd marks a cgroup that it has delegated. */
final class DelegationMark {
  private static final String NAME = "delegate";

  private DelegationMark() {}

  static boolean isSet(Path cgroup) {
    try {
      UserDefinedFileAttributeView attributes =
          Files.getFileAttributeView(cgroup, UserDefinedFileAttributeView.class);
      ByteBuffer value = ByteBuffer.allocate(8);
      return attributes != null && attributes.read(NAME, value) == 1 && value.get(0) == (byte) '1';
    } catch (IOException | UnsupportedOperationException e) {
      return false; // no such attribute, or a kernel without them here (before 5.7)
    }
  }
}
