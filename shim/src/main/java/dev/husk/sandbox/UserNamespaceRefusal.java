package dev.husk.sandbox;

import dev.husk.process.InitMessage;
import dev.husk.process.ProcessFailure;
import dev.husk.process.UserNamespaces;

/** Tells a host that gives unprivileged users no user namespaces from other failures in one. */
final class UserNamespaceRefusal {
  private UserNamespaceRefusal() {}

  /**
   * The refusal, named with its remedy, when this host's switches explain the failure.
   *
   * @param itself the failure as it is
   */
  static ProcessFailure orItself(InitMessage message, ProcessFailure itself) {
    if (!(message instanceof InitMessage.Failed failed)) {
      return itself;
    }
    boolean making = failed.step().equals(InitMessage.USERNS);
    // AppArmor lets the namespace be made and then nothing be done in it.
    boolean using =
        failed.step().equals(InitMessage.UNSHARE) || failed.step().equals(InitMessage.PROPAGATION);
    if (!making && !(using && isDenial(failed.errno().name()))) {
      return itself;
    }
    UserNamespaces host = UserNamespaces.look();
    if (!making && host.answer() == UserNamespaces.Answer.YES) {
      return itself;
    }
    return new ProcessFailure.NoUserNamespace(
        failed.step() + ", " + failed.detail(),
        failed.errno() + "; " + host.found(),
        host.remedy().isEmpty() ? "see husk doctor" : host.remedy());
  }

  private static boolean isDenial(String errno) {
    return errno.equals("EPERM") || errno.equals("EACCES");
  }
}
