package dev.husk.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.arbitraries.StringArbitrary;

/** Arbitrary valid configs. */
final class Configs {
  private static final long LARGEST_ID = 4294967294L;

  private Configs() {}

  static Arbitrary<OciConfig> any() {
    return Combinators.combine(
            Arbitraries.of("1.0.0", "1.0.2-dev", "1.2.1", "1.3.0"),
            Combinators.combine(path(), bool()).as(OciConfig.Root::new),
            mount().list().ofMaxSize(3),
            text().ofMaxLength(15).optional(),
            process().optional(),
            hooks(),
            Arbitraries.maps(text(), string().ofMaxLength(8)).ofMaxSize(3),
            linux())
        .as(
            (version, root, mounts, hostname, process, hooks, annotations, linux) ->
                new OciConfig(
                    version,
                    root,
                    mounts,
                    hostname.filter(name -> hasUts(linux)),
                    Optional.empty(),
                    process,
                    hooks,
                    annotations,
                    linux));
  }

  private static boolean hasUts(Linux linux) {
    return linux.namespaces().stream().anyMatch(n -> n.type() == NamespaceType.UTS);
  }

  /** Any text that a C string can hold, outside the surrogates. */
  private static StringArbitrary string() {
    return Arbitraries.strings().withCharRange('\u0001', '\ud7ff');
  }

  private static StringArbitrary text() {
    return string().ofMinLength(1).ofMaxLength(12);
  }

  private static Arbitrary<String> path() {
    return text().map(name -> "/" + name.replace("..", "_"));
  }

  private static Arbitrary<Boolean> bool() {
    return Arbitraries.of(true, false);
  }

  private static Arbitrary<Long> id() {
    return Arbitraries.longs().between(0, LARGEST_ID);
  }

  private static Arbitrary<OptionalLong> number(long min, long max) {
    return Arbitraries.longs()
        .between(min, max)
        .optional()
        .map(n -> n.isPresent() ? OptionalLong.of(n.get()) : OptionalLong.empty());
  }

  private static Arbitrary<OptionalInt> small(int min, int max) {
    return Arbitraries.integers()
        .between(min, max)
        .optional()
        .map(n -> n.isPresent() ? OptionalInt.of(n.get()) : OptionalInt.empty());
  }

  private static Arbitrary<Mount> mount() {
    Arbitrary<List<IdMapping>> mapping =
        Combinators.combine(
                Arbitraries.longs().between(0, 1L << 31),
                Arbitraries.longs().between(0, 1L << 31),
                Arbitraries.longs().between(1, 1L << 30))
            .as(IdMapping::new)
            .list()
            .ofSize(1);
    return Combinators.combine(
            path(),
            text().optional(),
            text().optional(),
            string().list().ofMaxSize(3),
            mapping,
            bool())
        .as(
            (destination, type, source, options, ids, mapped) ->
                new Mount(
                    destination,
                    type,
                    source,
                    options,
                    mapped ? ids : List.of(),
                    mapped ? ids : List.of()));
  }

  private static Arbitrary<String> variable() {
    return Combinators.combine(text(), string().ofMaxLength(5))
        .as((name, value) -> name.replace('=', '_') + "=" + value);
  }

  private static Arbitrary<Hooks> hooks() {
    Arbitrary<List<Hooks.Hook>> some =
        Combinators.combine(
                path(),
                string().list().ofMaxSize(2),
                variable().list().ofMaxSize(2),
                small(1, Integer.MAX_VALUE))
            .as(Hooks.Hook::new)
            .list()
            .ofMaxSize(2);
    return Combinators.combine(some, some, some, some, some, some).as(Hooks::new);
  }

  private static Arbitrary<ProcessSpec> process() {
    Arbitrary<List<String>> caps =
        Arbitraries.of("CAP_CHOWN", "CAP_KILL", "CAP_X_9").list().ofMaxSize(3);
    Arbitrary<ProcessSpec.Capabilities> capabilities =
        Combinators.combine(caps, caps, caps, caps, caps).as(ProcessSpec.Capabilities::new);
    Arbitrary<ProcessSpec.Rlimit> rlimit =
        Combinators.combine(
                Arbitraries.of("RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_AS"),
                Arbitraries.longs(),
                Arbitraries.longs())
            .as(
                (type, a, b) ->
                    Long.compareUnsigned(a, b) <= 0
                        ? new ProcessSpec.Rlimit(type, a, b)
                        : new ProcessSpec.Rlimit(type, b, a));
    Arbitrary<ProcessSpec.User> user =
        Combinators.combine(id(), id(), small(0, 07777), id().list().ofMaxSize(3))
            .as(ProcessSpec.User::new);
    return Combinators.combine(
            path(),
            variable().list().ofMaxSize(3),
            text().list().ofMinSize(1).ofMaxSize(3),
            rlimit.list().ofMaxSize(3).uniqueElements(ProcessSpec.Rlimit::type),
            capabilities.optional(),
            bool().optional(),
            small(-1000, 1000),
            user)
        .as(
            (cwd, env, args, rlimits, sets, noNewPrivileges, oom, who) ->
                new ProcessSpec(
                    noNewPrivileges.orElse(false),
                    noNewPrivileges
                        .filter(terminal -> terminal)
                        .map(terminal -> new ProcessSpec.ConsoleSize(24, 65535)),
                    cwd,
                    env,
                    args,
                    rlimits,
                    Optional.of("profile"),
                    sets,
                    noNewPrivileges,
                    oom,
                    Optional.of(
                        new ProcessSpec.Scheduler(
                            "SCHED_RR",
                            oom.isPresent() ? OptionalInt.of(-20) : OptionalInt.empty(),
                            OptionalInt.of(9),
                            List.of("SCHED_FLAG_RECLAIM"),
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            OptionalLong.of(5))),
                    Optional.empty(),
                    Optional.of(new ProcessSpec.IoPriority("IOPRIO_CLASS_RT", 7)),
                    Optional.of(
                        new ProcessSpec.ExecCpuAffinity(Optional.of("0-3"), Optional.empty())),
                    who));
  }

  private static Arbitrary<Linux> linux() {
    Arbitrary<Linux.Namespace> namespace =
        Combinators.combine(Arbitraries.of(NamespaceType.class), path().optional())
            .as(Linux.Namespace::new);
    return Combinators.combine(
            namespace.list().uniqueElements(Linux.Namespace::type).ofMaxSize(8),
            path().map(p -> p.replace('\n', '_')).optional(),
            resources(),
            path().list().ofMaxSize(3),
            path().list().ofMaxSize(3),
            seccomp().optional(),
            Arbitraries.of("private", "rslave").optional())
        .as(
            (namespaces, cgroup, resources, masked, readonly, seccomp, propagation) ->
                new Linux(
                    namespaces,
                    List.of(),
                    List.of(),
                    Map.of("boottime", new Linux.TimeOffset(-5, 999_999_999)),
                    List.of(
                        new Linux.Device(
                            "b",
                            "/dev/b",
                            OptionalLong.of(1),
                            OptionalLong.of(2),
                            OptionalInt.of(0660),
                            OptionalLong.empty(),
                            OptionalLong.of(5))),
                    Map.of("eth0", new Linux.NetDevice(Optional.of("net%d"))),
                    cgroup,
                    resources,
                    propagation,
                    masked,
                    readonly,
                    Optional.of("label"),
                    Map.of("net.x", "1"),
                    seccomp,
                    Optional.of(
                        new Linux.IntelRdt(
                            Optional.of("c"),
                            Optional.empty(),
                            Optional.empty(),
                            List.of("L3:"),
                            true)),
                    Optional.of(new Linux.MemoryPolicy("MPOL_BIND", Optional.of("0"), List.of())),
                    Optional.of(new Linux.Personality("LINUX32", List.of()))));
  }

  private static Arbitrary<Seccomp> seccomp() {
    Arbitrary<Seccomp.Arg> arg =
        Combinators.combine(
                Arbitraries.integers().between(0, 5),
                Arbitraries.longs(),
                Arbitraries.longs(),
                Arbitraries.of("SCMP_CMP_EQ", "SCMP_CMP_MASKED_EQ"))
            .as(Seccomp.Arg::new);
    Arbitrary<Seccomp.Syscall> syscall =
        Combinators.combine(
                text().list().ofMinSize(1).ofMaxSize(3),
                Arbitraries.of("SCMP_ACT_ERRNO", "SCMP_ACT_TRACE"),
                small(0, 65535),
                arg.list().ofMaxSize(2))
            .as(Seccomp.Syscall::new);
    return syscall
        .list()
        .ofMaxSize(3)
        .map(
            syscalls ->
                new Seccomp(
                    "SCMP_ACT_KILL",
                    OptionalInt.empty(),
                    List.of("SCMP_ARCH_X86_64"),
                    List.of("SECCOMP_FILTER_FLAG_LOG"),
                    Optional.of("/listener"),
                    Optional.of("meta"),
                    syscalls));
  }

  private static Arbitrary<Resources> resources() {
    Arbitrary<Resources.Memory> memory =
        Combinators.combine(
                number(-1, 1L << 40),
                number(-1, Long.MAX_VALUE),
                Arbitraries.of(
                    OptionalLong.empty(), OptionalLong.of(-1), OptionalLong.of(1L << 40)),
                number(0, 100),
                bool().optional())
            .as(
                (limit, reservation, swap, swappiness, flag) ->
                    new Resources.Memory(
                        limit,
                        reservation,
                        limit.orElse(0) == -1 ? OptionalLong.of(-1) : swap,
                        reservation,
                        OptionalLong.empty(),
                        swappiness,
                        flag,
                        Optional.empty(),
                        flag));
    Arbitrary<Resources.Cpu> cpu =
        Combinators.combine(
                number(0, Long.MAX_VALUE),
                number(1000, Long.MAX_VALUE),
                number(0, 1000),
                number(1000, 1_000_000),
                number(0, 1),
                Arbitraries.of("0", "0-3", "1,5-7").optional())
            .as(
                (shares, quota, burst, period, idle, cpus) ->
                    new Resources.Cpu(
                        shares, quota, burst, period, burst, period, cpus, cpus, idle));
    Arbitrary<List<Resources.ThrottleDevice>> throttle =
        Combinators.combine(id(), id(), Arbitraries.longs().greaterOrEqual(0))
            .as(Resources.ThrottleDevice::new)
            .list()
            .uniqueElements(limit -> limit.major() + ":" + limit.minor())
            .ofMaxSize(2);
    Arbitrary<Resources.BlockIo> blockIo =
        Combinators.combine(small(10, 1000), throttle, throttle, throttle, throttle)
            .as(
                (weight, a, b, c, d) ->
                    new Resources.BlockIo(
                        weight,
                        weight,
                        List.of(
                            new Resources.WeightDevice(
                                8, 1, OptionalInt.of(10), OptionalInt.empty())),
                        a,
                        b,
                        c,
                        d));
    Arbitrary<Resources.DeviceRule> device =
        Combinators.combine(
                bool(),
                Arbitraries.of("a", "b", "c").optional(),
                number(-1, 4294967295L),
                number(-1, 4294967295L),
                Arbitraries.of("r", "wm", "mrw").optional())
            .as(Resources.DeviceRule::new);
    return Combinators.combine(
            device.list().ofMaxSize(2),
            memory,
            cpu,
            blockIo,
            number(-1, Long.MAX_VALUE),
            Arbitraries.maps(
                    Arbitraries.of("memory.high", "cgroup.max.depth", "a~b", "misc.max"),
                    string().ofMaxLength(5))
                .ofMaxSize(3))
        .as(
            (devices, mem, cpus, io, pids, unified) ->
                new Resources(
                    devices,
                    mem,
                    cpus,
                    io,
                    List.of(new Resources.HugepageLimit("64KB", Long.MAX_VALUE)),
                    new Resources.Network(
                        pids.isPresent() ? OptionalLong.of(7) : OptionalLong.empty(),
                        List.of(new Resources.NetworkPriority("eth0", 5))),
                    pids,
                    Map.of("mlx5", new Resources.Rdma(OptionalLong.of(1), OptionalLong.empty())),
                    unified));
  }
}
