package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UserNamespacesTest {
  private static UserNamespaces judge(Optional<Errno> refusal, Map<String, String> switches) {
    return UserNamespaces.judge(refusal, name -> Optional.ofNullable(switches.get(name)));
  }

  @Test
  void whereNothingStandsInTheWayNoRemedyIsGiven() {
    UserNamespaces host =
        judge(
            Optional.empty(),
            Map.of("kernel/unprivileged_userns_clone", "1", "user/max_user_namespaces", "100"));
    assertThat(host.answer()).isEqualTo(UserNamespaces.Answer.YES);
    assertThat(host.remedy()).isEmpty();
  }

  /** There a namespace can be made, and then nothing be done in it. */
  @Test
  void theRestrictionOfAppArmorIsNamedEvenWhereOneCanBeMade() {
    Map<String, String> restricted = Map.of("kernel/apparmor_restrict_unprivileged_userns", "1");
    UserNamespaces made = judge(Optional.empty(), restricted);
    assertThat(made.answer()).isEqualTo(UserNamespaces.Answer.LIMITED);
    assertThat(made.remedy())
        .contains("userns,", "sysctl kernel/apparmor_restrict_unprivileged_userns=0");
    assertThat(judge(Optional.of(Errno.EACCES), restricted).answer())
        .isEqualTo(UserNamespaces.Answer.NO);
    assertThat(
            judge(Optional.empty(), Map.of("kernel/apparmor_restrict_unprivileged_userns", "0"))
                .answer())
        .isEqualTo(UserNamespaces.Answer.YES);
  }

  @Test
  void theSwitchOfDebianIsNamed() {
    UserNamespaces host =
        judge(Optional.of(Errno.EPERM), Map.of("kernel/unprivileged_userns_clone", "0"));
    assertThat(host.answer()).isEqualTo(UserNamespaces.Answer.NO);
    assertThat(host.remedy()).isEqualTo("sysctl kernel/unprivileged_userns_clone=1");
  }

  @Test
  void theNumberThatIsAllowedIsNamed() {
    UserNamespaces host = judge(Optional.of(Errno.EPERM), Map.of("user/max_user_namespaces", "0"));
    assertThat(host.found()).contains("user/max_user_namespaces is 0");
    assertThat(host.remedy()).contains("raise sysctl user/max_user_namespaces");
  }
}
