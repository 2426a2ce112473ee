package dev.husk.bwrap;

import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import java.util.ArrayList;
import java.util.List;

/** Collects all that is wrong, so that the operator sees it in one go. */
final class Offences {
  private final List<Offence> found = new ArrayList<>();

  void invalid(String pointer, String why, String remedy) {
    found.add(new Offence(pointer, why, remedy, FailureKind.INVALID));
  }

  void unsupported(String pointer, String why, String remedy) {
    found.add(new Offence(pointer, why, remedy, FailureKind.UNSUPPORTED));
  }

  void missing(String pointer, String why, String remedy) {
    found.add(new Offence(pointer, why, remedy, FailureKind.NOT_FOUND));
  }

  int count() {
    return found.size();
  }

  void throwIfAny() throws HuskException {
    if (!found.isEmpty()) {
      throw new HuskException(new BwrapFailure.ConfigRefused(List.copyOf(found)));
    }
  }
}
