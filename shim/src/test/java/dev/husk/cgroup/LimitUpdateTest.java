package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import dev.husk.oci.ResourcesReader;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits that change while the sandbox runs. */
class LimitUpdateTest {
  private static final Path P = ModelCgroupFs.MOUNT.resolve("husk/x");
  private static final Path S = P.resolve("payload");
  private static final String EVERYTHING =
      """
      {"memory": {"limit": 1073741824, "reservation": 4096, "swap": 2147483648},
       "cpu": {"shares": 512, "quota": 50000, "period": 100000, "burst": 20000, "cpus": "0-1", "mems": "0"},
       "pids": {"limit": 100},
       "blockIO": {"weight": 500, "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 1000}]},
       "hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}],
       "unified": {"memory.high": "900000000"}}
      """;
  private static final String OTHER =
      """
      {"memory": {"limit": 536870912, "reservation": 8192, "swap": 536870912},
       "cpu": {"shares": 2048, "quota": 10000, "period": 200000, "burst": 5000, "cpus": "0", "mems": "0"},
       "pids": {"limit": 50},
       "blockIO": {"weight": 100, "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 7},
                                                             {"major": 8, "minor": 16, "rate": 9}]},
       "hugepageLimits": [{"pageSize": "2MB", "limit": 0}],
       "unified": {"memory.high": "400000000", "io.max": "8:32 wiops=5"}}
      """;

  private final ModelCgroupFs fs = newFs();

  private static ModelCgroupFs newFs() {
    return ModelCgroupFs.host("cpu", "cpuset", "io", "memory", "pids", "hugetlb");
  }

  private static Resources resources(String json) throws HuskException {
    return ResourcesReader.parse(json.getBytes(StandardCharsets.UTF_8), "change");
  }

  private static SandboxCgroup create(ModelCgroupFs fs, String json, LimitPolicy policy)
      throws Exception {
    return create(fs, fs, json, policy);
  }

  private static SandboxCgroup create(
      CgroupFs fs, ModelCgroupFs model, String json, LimitPolicy policy) throws Exception {
    SandboxCgroup.Spec spec =
        new SandboxCgroup.Spec(
            "x", Optional.empty(), resources(json), policy, RetryBudget.DEFAULT, false);
    return new SandboxCgroupMaker(fs, host(fs), spec, new TestPacer(), model::exit).make();
  }

  private static CgroupHost host(CgroupFs fs) throws ErrnoException {
    return new CgroupHost(
        CgroupHost.Mode.UNIFIED,
        ModelCgroupFs.MOUNT,
        "/",
        "/",
        Controllers.available(fs, ModelCgroupFs.MOUNT),
        false,
        false);
  }

  private SandboxCgroup create(String json) throws Exception {
    return create(fs, json, LimitPolicy.STRICT);
  }

  @Test
  void whatCannotBeFollowedAboveIsPutBack() throws Exception {
    Path unit = ModelCgroupFs.MOUNT.resolve("unit");
    fs.mkdir(unit);
    fs.write(ModelCgroupFs.MOUNT.resolve("cgroup.subtree_control"), "+memory +pids");
    List<String> followed = new ArrayList<>();
    SandboxCgroup.OuterLimits outer =
        inForce -> {
          for (LimitStatus limit : inForce) {
            followed.add(limit.file() + "=" + limit.value());
          }
          if (followed.contains("pids.max=9")) {
            throw new HuskException(new CgroupFailure.Vanished("follow", "unit", Errno.ENODEV));
          }
        };
    SandboxCgroup cgroup =
        new SandboxCgroupMaker(
                fs,
                host(fs),
                new SandboxCgroup.Spec(
                    "x",
                    Optional.empty(),
                    Optional.of(new SandboxCgroup.Below(unit, "inner", Optional.of(outer))),
                    resources("{\"pids\":{\"limit\":7}}"),
                    LimitPolicy.STRICT,
                    RetryBudget.DEFAULT,
                    false),
                new TestPacer(),
                fs::exit)
            .make();
    cgroup.update(resources("{\"pids\":{\"limit\":8}}"));
    // What did not change too: of several files one property may be made.
    assertThat(followed).contains("pids.max=8", "memory.oom.group=1");
    assertThatThrownBy(() -> cgroup.update(resources("{\"pids\":{\"limit\":9}}")))
        .isInstanceOf(HuskException.class);
    assertThat(fs.read(cgroup.sandboxDir().resolve("pids.max"))).isEqualTo("8\n");
    assertThat(fs.read(cgroup.payloadDir().resolve("pids.max"))).isEqualTo("8\n");
    assertThat(cgroup.limits())
        .anySatisfy(
            limit -> {
              assertThat(limit.file()).isEqualTo("pids.max");
              assertThat(limit.value()).isEqualTo("8");
            });
  }

  private String p(String file) throws ErrnoException {
    return fs.read(P.resolve(file)).strip();
  }

  private String s(String file) throws ErrnoException {
    return fs.read(S.resolve(file)).strip();
  }

  /** All that the two cgroups hold. */
  private static Map<String, String> values(ModelCgroupFs fs) throws ErrnoException {
    Map<String, String> values = new TreeMap<>();
    for (Path cgroup : List.of(P, S)) {
      for (String file :
          List.of(
              "memory.max",
              "memory.high",
              "memory.low",
              "memory.swap.max",
              "memory.oom.group",
              "cpu.weight",
              "cpu.max",
              "cpu.max.burst",
              "cpu.idle",
              "cpuset.cpus",
              "cpuset.mems",
              "pids.max",
              "io.weight",
              "io.max",
              "hugetlb.2MB.max",
              "hugetlb.2MB.rsvd.max",
              "cgroup.max.depth",
              "cgroup.max.descendants")) {
        values.put(cgroup.resolve(file).toString(), fs.read(cgroup.resolve(file)).strip());
      }
    }
    return values;
  }

  @Test
  void everyLimitIsChangedAtPAndShownAtS() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    List<LimitStatus> now = cgroup.update(resources(OTHER));
    assertThat(now).allMatch(LimitStatus::enforced).allMatch(limit -> limit.reason().isEmpty());
    assertThat(cgroup.limits()).isEqualTo(now);
    assertThat(p("memory.max")).isEqualTo(s("memory.max")).isEqualTo("536870912");
    assertThat(p("memory.swap.max")).isEqualTo(s("memory.swap.max")).isEqualTo("0");
    assertThat(p("memory.high")).isEqualTo(s("memory.high"));
    assertThat(p("memory.low")).isEqualTo("8192");
    assertThat(p("cpu.weight")).isEqualTo("174");
    assertThat(p("cpu.max")).isEqualTo(s("cpu.max")).isEqualTo("10000 200000");
    assertThat(p("cpu.max.burst")).isEqualTo(s("cpu.max.burst")).isEqualTo("5000");
    assertThat(p("cpuset.cpus")).isEqualTo(s("cpuset.cpus")).isEqualTo("0");
    assertThat(p("pids.max")).isEqualTo(s("pids.max")).isEqualTo("50");
    assertThat(p("io.weight")).isEqualTo("default 910");
    assertThat(p("io.max"))
        .isEqualTo(
            """
            8:0 rbps=7 wbps=max riops=max wiops=max
            8:16 rbps=9 wbps=max riops=max wiops=max
            8:32 rbps=max wbps=max riops=max wiops=5""");
    assertThat(p("hugetlb.2MB.max")).isEqualTo(s("hugetlb.2MB.max")).isEqualTo("0");
  }

  @Test
  void limitsGrowAsTheyShrink() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    Map<String, String> before = values(fs);
    cgroup.update(resources(OTHER));
    assertThat(values(fs)).isNotEqualTo(before);
    cgroup.update(
        resources(
            EVERYTHING
                .replace(
                    "\"rate\": 1000}",
                    "\"rate\": 1000}, {\"major\": 8, \"minor\": 16, \"rate\": 0}")
                .replace("\"memory.high\"", "\"io.max\": \"8:32 wiops=max\", \"memory.high\"")));
    assertThat(values(fs)).isEqualTo(before);
  }

  @Test
  void whatTheChangeLeavesOutStaysAndIsNotWrittenAgain() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    fs.write(P.resolve("pids.max"), "77");
    List<String> written = new ArrayList<>();
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("write")) {
            written.add(path + "=" + content);
          }
        });
    List<LimitStatus> before = cgroup.limits();
    List<LimitStatus> now =
        cgroup.update(resources("{\"unified\": {\"memory.high\": \"5000000\"}}"));
    assertThat(written).containsExactly(P + "/memory.high=5000000", S + "/memory.high=5000000");
    assertThat(now).hasSameSizeAs(before);
    assertThat(p("pids.max")).isEqualTo("77");
  }

  @Test
  void quotaAndPeriodAndSwapAreJudgedWithWhatIsInForce() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    cgroup.update(resources("{\"cpu\": {\"period\": 50000}}"));
    assertThat(p("cpu.max")).isEqualTo("50000 50000");
    cgroup.update(resources("{\"memory\": {\"limit\": 1610612736}}"));
    assertThat(p("memory.swap.max")).as("both together stay 2 GiB").isEqualTo("536870912");
    var burst =
        Failures.expect(
            CgroupFailure.InvalidValue.class,
            () -> cgroup.update(resources("{\"cpu\": {\"quota\": 10000}}")));
    assertThat(burst.where()).isEqualTo("/linux/resources/cpu/burst");
    var swap =
        Failures.expect(
            CgroupFailure.InvalidValue.class,
            () -> cgroup.update(resources("{\"memory\": {\"limit\": 3221225472}}")));
    assertThat(swap.where()).isEqualTo("/linux/resources/memory/swap");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"limit\": 67108864, \"swap\": 67108864} | {\"limit\": -1}",
        "{\"limit\": 67108864, \"swap\": 67108864} | {\"limit\": 134217728}",
        "{\"limit\": 67108864, \"swap\": 67108864} | {\"swap\": 0}",
        "{\"limit\": -1} | {\"swap\": 67108864}"
      })
  void whatAConfigMayNotSayNoUpdateReaches(String config, String change) throws Exception {
    SandboxCgroup cgroup = create("{\"memory\": " + config + "}");
    String limit = p("memory.max");
    String swap = p("memory.swap.max");

    var failure =
        Failures.expect(
            CgroupFailure.InvalidValue.class,
            () -> cgroup.update(resources("{\"memory\": " + change + "}")));

    assertThat(failure.where()).isEqualTo("/linux/resources/memory/swap");
    assertThat(p("memory.max")).isEqualTo(limit);
    assertThat(p("memory.swap.max")).isEqualTo(swap);
  }

  @Test
  void aLimitIsTakenAwayByMinusOne() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    cgroup.update(
        resources(
            "{\"memory\": {\"limit\": -1, \"swap\": -1}, \"pids\": {\"limit\": -1},"
                + " \"cpu\": {\"quota\": -1}}"));
    assertThat(p("memory.max")).isEqualTo(s("memory.max")).isEqualTo("max");
    assertThat(p("memory.swap.max")).isEqualTo("max");
    assertThat(p("pids.max")).isEqualTo("max");
    assertThat(p("cpu.max")).isEqualTo("max 100000");
  }

  /** Passed over, each would leave the old limit in force and out of sight, or widen it. */
  @Test
  void aValueThatMeansNotSetIsRefusedByName() throws Exception {
    Map<String, String> pointers = new TreeMap<>();
    pointers.put("{\"memory\": {\"limit\": 0}}", "/memory/limit");
    pointers.put("{\"memory\": {\"reservation\": 0}}", "/memory/reservation");
    pointers.put("{\"memory\": {\"swap\": 0}}", "/memory/swap");
    pointers.put("{\"cpu\": {\"shares\": 0}}", "/cpu/shares");
    pointers.put("{\"cpu\": {\"cpus\": \"\"}}", "/cpu/cpus");
    pointers.put("{\"cpu\": {\"mems\": \"\"}}", "/cpu/mems");
    for (boolean defaults : new boolean[] {true, false}) {
      ModelCgroupFs model = newFs();
      SandboxCgroup cgroup =
          create(model, EVERYTHING, new LimitPolicy(defaults, Enforcement.STRICT));
      Map<String, String> before = values(model);
      List<LimitStatus> limits = cgroup.limits();
      for (Map.Entry<String, String> change : pointers.entrySet()) {
        var failure =
            Failures.expect(
                CgroupFailure.InvalidValue.class, () -> cgroup.update(resources(change.getKey())));
        assertThat(failure.where()).isEqualTo("/linux/resources" + change.getValue());
        assertThat(failure.remedy()).startsWith("leave it out");
      }
      assertThat(values(model)).isEqualTo(before);
      assertThat(cgroup.limits()).isEqualTo(limits);
    }
  }

  @Test
  void aZeroThatIsALimitIsSet() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    cgroup.update(
        resources(
            """
            {"pids": {"limit": 0}, "cpu": {"burst": 0, "idle": 0},
             "hugepageLimits": [{"pageSize": "2MB", "limit": 0}],
             "blockIO": {"throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 0}]},
             "unified": {"memory.low": "0"}}
            """));
    assertThat(p("pids.max")).as("the payload and the monitor").isEqualTo("2");
    assertThat(p("cpu.max.burst")).isEqualTo("0");
    assertThat(p("hugetlb.2MB.max")).isEqualTo("0");
    assertThat(p("io.max")).isEmpty();
    assertThat(p("memory.low")).isEqualTo("0");
  }

  @Test
  void aLimitInForceThatThePlanLeavesOutIsAnErrorBeforeAnythingIsWritten() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    Map<String, String> before = values(fs);
    Resources change = resources("{\"pids\": {\"limit\": 3}}");
    LimitPlan plan = Limits.plan(change, LimitPolicy.STRICT, 8L << 30);
    LimitUpdate update =
        new LimitUpdate(
            fs, new LimitApplier(fs, LimitPolicy.STRICT), P, S, SandboxCgroup.OuterLimits.NONE);
    var failure =
        Failures.expect(
            CgroupFailure.LimitLost.class,
            () -> update.run(plan, new TouchedLimits(change), cgroup.limits()));
    assertThat(failure.file()).isEqualTo("memory.swap.max");
    assertThat(values(fs)).isEqualTo(before);
  }

  @Test
  void aDeviceThatUnifiedOfTheChangeDoesNotNameKeepsItsLimit() throws Exception {
    SandboxCgroup cgroup =
        create("{\"unified\": {\"io.max\": \"8:0 rbps=5 wiops=6\\n8:16 rbps=7\"}}");
    List<LimitStatus> now = cgroup.update(resources("{\"unified\": {\"io.max\": \"8:0 rbps=9\"}}"));
    assertThat(p("io.max"))
        .isEqualTo(
            """
            8:0 rbps=9 wbps=max riops=max wiops=6
            8:16 rbps=7 wbps=max riops=max wiops=max""");
    assertThat(now)
        .filteredOn(limit -> limit.file().equals("io.max"))
        .extracting(LimitStatus::value)
        .containsExactly("8:0 wiops=6", "8:16 rbps=7", "8:0 rbps=9");
  }

  @Test
  void quotaAndPeriodOfUnifiedOutliveAChangeOfTheOther() throws Exception {
    SandboxCgroup cgroup = create("{\"unified\": {\"cpu.max\": \"20000 50000\"}}");
    cgroup.update(resources("{\"cpu\": {\"quota\": 10000}}"));
    assertThat(p("cpu.max")).isEqualTo("10000 50000");
    SandboxCgroup other =
        create(newFs(), "{\"unified\": {\"cpu.max\": \"20000\"}}", LimitPolicy.STRICT);
    assertThat(other.update(resources("{\"cpu\": {\"period\": 50000}}")))
        .filteredOn(limit -> limit.file().equals("cpu.max"))
        .extracting(LimitStatus::value)
        .containsExactly("20000 50000");
  }

  @Test
  void noLimitOfSwapIsNoneToLose() throws Exception {
    SandboxCgroup cgroup = create("{\"memory\": {\"limit\": -1}}");
    cgroup.update(resources("{\"memory\": {\"limit\": 1073741824}}"));
    assertThat(p("memory.max")).isEqualTo("1073741824");
  }

  @Test
  void aDefaultIsReplacedByWhatTheChangeSays() throws Exception {
    SandboxCgroup cgroup = create("{}");
    assertThat(p("pids.max")).isEqualTo("1024");
    List<LimitStatus> now = cgroup.update(resources("{\"pids\": {\"limit\": 9}}"));
    assertThat(now)
        .filteredOn(limit -> limit.file().equals("pids.max"))
        .singleElement()
        .satisfies(
            limit -> {
              assertThat(limit.value()).isEqualTo("9");
              assertThat(limit.isDefault()).isFalse();
            });
    assertThat(now).anyMatch(limit -> limit.file().equals("memory.max") && limit.isDefault());
  }

  @Test
  void theNewerWordWinsOverUnifiedOfTheConfig() throws Exception {
    SandboxCgroup cgroup = create("{\"unified\": {\"memory.max\": \"1073741824\"}}");
    cgroup.update(resources("{\"memory\": {\"limit\": 4096000}}"));
    assertThat(p("memory.max")).isEqualTo("4096000");
    cgroup.update(resources("{\"unified\": {\"memory.max\": \"8192000\"}}"));
    assertThat(p("memory.max")).isEqualTo("8192000");
  }

  @Test
  void idleAndWeightReplaceEachOther() throws Exception {
    SandboxCgroup cgroup = create("{\"cpu\": {\"shares\": 512}}");
    List<LimitStatus> idle = cgroup.update(resources("{\"cpu\": {\"idle\": 1}}"));
    assertThat(p("cpu.idle")).isEqualTo("1");
    assertThat(idle)
        .filteredOn(limit -> limit.file().equals("cpu.weight"))
        .singleElement()
        .satisfies(limit -> assertThat(limit.enforced()).isFalse());
    cgroup.update(resources("{\"cpu\": {\"idle\": 0}}"));
    assertThat(p("cpu.weight")).isEqualTo("59");
  }

  @Test
  void aWeightIsPutBackExactlyAfterItWasGivenAsNice() throws Exception {
    SandboxCgroup cgroup = create("{\"unified\": {\"cpu.weight\": \"300\"}}");
    assertThatThrownBy(
            () ->
                cgroup.update(
                    resources(
                        "{\"unified\": {\"cpu.weight.nice\": \"3\", \"io.max\": \"nonsense\"}}")))
        .isInstanceOf(HuskException.class);
    assertThat(p("cpu.weight")).isEqualTo("300");
  }

  @Test
  void aBurstShrinksBeforeTheQuotaAndGrowsAfterIt() throws Exception {
    SandboxCgroup cgroup = create("{\"cpu\": {\"quota\": 50000, \"burst\": 50000}}");
    cgroup.update(resources("{\"cpu\": {\"quota\": 20000, \"burst\": 10000}}"));
    assertThat(p("cpu.max.burst")).isEqualTo("10000");
    cgroup.update(resources("{\"cpu\": {\"quota\": 90000, \"burst\": 90000}}"));
    assertThat(p("cpu.max.burst")).isEqualTo(s("cpu.max.burst")).isEqualTo("90000");
  }

  @Test
  void aLimitBelowTheUseIsRefusedWhereTheConfigAsksForThat() throws Exception {
    SandboxCgroup cgroup =
        create(
            "{\"memory\": {\"limit\": 1073741824, \"swap\": 1073741824, \"checkBeforeUpdate\": true}}");
    fs.kernelSays(P.resolve("memory.current"), "500000000");
    fs.kernelSays(P.resolve("memory.swap.current"), "100000000");
    Map<String, String> before = values(fs);
    var failure =
        Failures.expect(
            CgroupFailure.BelowUsage.class,
            () -> cgroup.update(resources("{\"memory\": {\"limit\": 499999999}}")));
    assertThat(failure.usage()).isEqualTo(500_000_000);
    failure =
        Failures.expect(
            CgroupFailure.BelowUsage.class,
            () ->
                cgroup.update(
                    resources("{\"memory\": {\"limit\": 550000000, \"swap\": 550000000}}")));
    assertThat(failure.where()).isEqualTo("/linux/resources/memory/swap");
    assertThat(values(fs)).isEqualTo(before);
    cgroup.update(resources("{\"memory\": {\"limit\": 499999999, \"checkBeforeUpdate\": false}}"));
    assertThat(p("memory.max")).isEqualTo("499998720");
  }

  /** Fails write number n of an update, for every n there is. */
  @Test
  void afterAFailureAtAnyWriteTheOldValuesStand() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    ModelCgroupFs counted = newFs();
    SandboxCgroup whole = create(counted, EVERYTHING, LimitPolicy.STRICT);
    counted.before(
        (operation, path, content) -> writes.addAndGet(operation.equals("write") ? 1 : 0));
    whole.update(resources(OTHER));
    int refused = 0;
    for (int n = 1; n <= writes.get(); n++) {
      int failing = n;
      ModelCgroupFs broken = newFs();
      SandboxCgroup cgroup = create(broken, EVERYTHING, LimitPolicy.STRICT);
      Map<String, String> before = values(broken);
      List<LimitStatus> limits = cgroup.limits();
      AtomicInteger seen = new AtomicInteger();
      AtomicInteger atS = new AtomicInteger();
      broken.before(
          (operation, path, content) -> {
            if (operation.equals("write") && seen.incrementAndGet() == failing) {
              atS.set(path.startsWith(S) ? 1 : 0);
              throw new ErrnoException(operation, path.toString(), Errno.EINVAL);
            }
          });
      try {
        cgroup.update(resources(OTHER));
        assertThat(atS).as("write " + n + " was not to the mirror").hasValue(1);
        assertThat(cgroup.limits()).anyMatch(limit -> limit.reason().contains("not shown inside"));
      } catch (HuskException e) {
        refused++;
        assertThat(e.failure()).isInstanceOf(CgroupFailure.LimitRefused.class);
        assertThat(values(broken)).as("after write " + n).isEqualTo(before);
        assertThat(cgroup.limits()).isEqualTo(limits);
      }
    }
    assertThat(refused).isGreaterThan(12);
  }

  @Test
  void aValueThatTheKernelDoesNotKeepIsTakenBack() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    Map<String, String> before = values(fs);
    Failures.expect(
        CgroupFailure.LimitRefused.class,
        () -> cgroup.update(resources("{\"pids\": {\"limit\": 3}, \"cpu\": {\"cpus\": \"64\"}}")));
    assertThat(values(fs)).isEqualTo(before);
  }

  @Test
  void impossibleChangesAreRefusedBeforeAnythingIsWritten() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("write")) {
            throw new IllegalStateException("written: " + path);
          }
        });
    for (String change :
        List.of(
            "{\"pids\": {\"limit\": 4194305}}",
            "{\"memory\": {\"limit\": 9223372036854775807, \"swap\": 5}}",
            "{\"cpu\": {\"quota\": 17592186044416}}",
            "{\"cpu\": {\"burst\": 60000}}",
            "{\"cpu\": {\"cpus\": \"0-x\"}}",
            "{\"unified\": {\"nonsense.max\": \"5\"}}",
            "{\"unified\": {\"cgroup.kill\": \"1\"}}",
            "{\"memory\": {\"swappiness\": 5}}",
            "{\"devices\": [{\"allow\": false}]}",
            "{\"pids\": {\"limit\": -2}}")) {
      assertThat(
              org.assertj.core.api.Assertions.catchThrowable(
                  () -> cgroup.update(resources(change))))
          .as(change)
          .isInstanceOf(HuskException.class);
    }
  }

  @Test
  void aRestoreThatFailsIsSaidAndTheLimitsAreWhatTheKernelHolds() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    fs.before(
        (operation, path, content) -> {
          boolean restore = path.endsWith("pids.max") && content.equals("100");
          boolean refused = path.endsWith("cpu.max") && path.startsWith(P);
          if (operation.equals("write") && (restore || refused)) {
            throw new ErrnoException(operation, path.toString(), Errno.EINVAL);
          }
        });
    var failure =
        Failures.expect(
            CgroupFailure.NotRestored.class,
            () ->
                cgroup.update(
                    resources("{\"pids\": {\"limit\": 3}, \"cpu\": {\"period\": 50000}}")));
    assertThat(failure.files()).contains("pids.max");
    assertThat(cgroup.limits())
        .filteredOn(limit -> limit.file().equals("pids.max"))
        .singleElement()
        .satisfies(
            limit -> {
              assertThat(limit.enforced()).isFalse();
              assertThat(limit.reason()).contains("\"3\"");
            });
  }

  @Test
  void underBestEffortARefusedLimitIsNamedAndTheOthersHold() throws Exception {
    ModelCgroupFs few = ModelCgroupFs.host("pids");
    SandboxCgroup cgroup = create(few, "{}", LimitPolicy.BEST_EFFORT);
    List<LimitStatus> now =
        cgroup.update(resources("{\"pids\": {\"limit\": 3}, \"memory\": {\"limit\": 4096}}"));
    assertThat(few.read(P.resolve("pids.max")).strip()).isEqualTo("3");
    assertThat(now)
        .filteredOn(limit -> limit.file().equals("memory.max"))
        .singleElement()
        .satisfies(limit -> assertThat(limit.reason()).contains("not available"));
    SandboxCgroup strict = create(ModelCgroupFs.host("pids"), "{}", LimitPolicy.STRICT);
    Failures.expect(
        CgroupFailure.MissingControllers.class,
        () ->
            strict.update(resources("{\"pids\": {\"limit\": 3}, \"memory\": {\"limit\": 4096}}")));
    assertThat(strict.limits()).anyMatch(limit -> limit.value().equals("1024"));
  }

  /** A write that the kernel does not return from: the caller is free, and the old values stand. */
  @Test
  void aWriteThatHangsIsGivenUpAndTakenBack() throws Exception {
    SandboxCgroup cgroup = create(EVERYTHING);
    Map<String, String> before = values(fs);
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch returned = new CountDownLatch(1);
    CgroupFs hanging = hanging(stuck, returned);
    LimitApplier applier = new LimitApplier(hanging, LimitPolicy.STRICT);
    LimitUpdate update =
        new LimitUpdate(
            hanging, applier, P, S, SandboxCgroup.OuterLimits.NONE, Duration.ofMillis(100));
    Resources change = resources(OTHER);
    LimitPlan plan =
        Limits.plan(
            ResourcesMerge.merge(resources(EVERYTHING), change), LimitPolicy.STRICT, 8L << 30);
    var failure =
        Failures.expect(
            CgroupFailure.NotWritten.class,
            () -> update.run(plan, new TouchedLimits(change), cgroup.limits()));
    assertThat(failure.where()).isEqualTo(P + "/memory.max");
    assertThat(values(fs)).isEqualTo(before);
    stuck.countDown();
    assertThat(returned.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 100 && hasWriter(); i++) {
      Thread.sleep(20);
    }
    assertThat(values(fs)).as("the late writer wrote nothing more").isEqualTo(before);
  }

  /**
   * Until the first writer is back it might undo what a later one wrote; and afterwards nothing
   * does.
   */
  @Test
  void noUpdateIsMadeWhileAWriteThatWasGivenUpHasNotReturned() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch returned = new CountDownLatch(1);
    SandboxCgroup cgroup = create(hanging(stuck, returned), fs, EVERYTHING, LimitPolicy.STRICT);
    Resources change = resources("{\"memory\": {\"limit\": 536870912}}");
    Thread.currentThread().interrupt();
    Failures.expect(CgroupFailure.NotWritten.class, () -> cgroup.update(change));
    assertThat(Thread.interrupted()).as("the interrupt is still there").isTrue();
    assertThat(p("memory.max")).isEqualTo("1073741824");
    var failure = Failures.expect(CgroupFailure.StillWriting.class, () -> cgroup.update(change));
    assertThat(failure.where()).isEqualTo(P + "/memory.max");
    stuck.countDown();
    for (int i = 0; i < 500 && hasWriter(); i++) {
      Thread.sleep(20);
    }
    cgroup.update(change);
    assertThat(p("memory.max")).isEqualTo(s("memory.max")).isEqualTo("536870912");
  }

  /** With a first write of 512 MiB to memory.max that does not return while the latch is closed. */
  private CgroupFs hanging(CountDownLatch stuck, CountDownLatch returned) {
    return (CgroupFs)
        java.lang.reflect.Proxy.newProxyInstance(
            CgroupFs.class.getClassLoader(),
            new Class<?>[] {CgroupFs.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(fs, arguments);
                if (method.getName().equals("write")
                    && ((Path) arguments[0]).equals(P.resolve("memory.max"))
                    && arguments[1].equals("536870912")) {
                  stuck.await();
                }
                return result;
              } catch (java.lang.reflect.InvocationTargetException e) {
                throw e.getCause();
              } finally {
                if (method.getName().equals("write")
                    && Thread.currentThread().getName().equals("husk-limits")
                    && stuck.getCount() == 0) {
                  returned.countDown();
                }
              }
            });
  }

  private static boolean hasWriter() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("husk-limits"));
  }
}
