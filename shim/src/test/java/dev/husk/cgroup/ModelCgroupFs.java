package dev.husk.cgroup;

import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The kernel's rules for cgroup v2 in memory. What it does is asserted by {@link CgroupFsContract},
 * which runs on the real kernel too.
 */
final class ModelCgroupFs implements CgroupFs {
  static final Path MOUNT = Path.of("/sys/fs/cgroup");
  static final long SELF = 4711;

  private static final Set<String> CORE =
      Set.of(
          "cgroup.controllers",
          "cgroup.max.depth",
          "cgroup.max.descendants",
          "cgroup.procs",
          "cgroup.stat",
          "cgroup.subtree_control",
          "cgroup.threads");
  private static final Set<String> NOT_IN_ROOT =
      Set.of("cgroup.events", "cgroup.freeze", "cgroup.kill", "cgroup.type");

  /** Looks at an action before it is done; may change the model, or fail it. */
  interface Hook {
    void before(String operation, Path path, String content) throws ErrnoException;
  }

  private final ModelNode root;
  private final Map<Path, String> otherFiles = new HashMap<>();
  private final Set<String> withoutFiles = new HashSet<>();
  private final Set<Long> foreign = new HashSet<>();
  private final Set<Long> unkillable = new HashSet<>();
  private final Set<Long> unfreezable = new HashSet<>();
  private final List<Hook> hooks = new ArrayList<>();
  private long nextPid = 10_000;
  boolean writable = true;

  /** The kernel's own root, which is exempt from the no-internal-process rule. */
  static ModelCgroupFs host(String... controllers) {
    return new ModelCgroupFs(true, controllers);
  }

  /** The root of a cgroup namespace, which is not. */
  static ModelCgroupFs container(String... controllers) {
    return new ModelCgroupFs(false, controllers);
  }

  private ModelCgroupFs(boolean kernelRoot, String... controllers) {
    root = new ModelNode("", Optional.empty(), new TreeSet<>(List.of(controllers)), kernelRoot);
    otherFiles.put(Path.of("/proc/meminfo"), "MemTotal:        8388608 kB\nMemFree: 1 kB\n");
  }

  synchronized ModelCgroupFs before(Hook hook) {
    hooks.add(hook);
    return this;
  }

  synchronized ModelCgroupFs withoutFile(String name) {
    withoutFiles.add(name);
    return this;
  }

  synchronized void otherFile(String path, String content) {
    otherFiles.put(Path.of(path), content);
  }

  /** What the kernel itself says in a file that nobody can write. */
  synchronized void kernelSays(Path file, String content) throws ErrnoException {
    fileOwner("open", file).values.put(String.valueOf(file.getFileName()), content);
    notifyAll();
  }

  synchronized long spawn(Path cgroup) {
    long pid = nextPid++;
    node(cgroup).orElseThrow().processes.add(pid);
    notifyAll();
    return pid;
  }

  /** Listed, and already dead: moving it has no effect. */
  synchronized long spawnZombie(Path cgroup) {
    long pid = nextPid++;
    node(cgroup).orElseThrow().zombies.add(pid);
    return pid;
  }

  synchronized long spawnForeign(Path cgroup) {
    long pid = spawn(cgroup);
    foreign.add(pid);
    return pid;
  }

  /** In uninterruptible sleep: a kill takes effect with {@link #exit}. */
  synchronized long spawnUnkillable(Path cgroup) {
    long pid = spawn(cgroup);
    unkillable.add(pid);
    return pid;
  }

  /** In uninterruptible sleep: a freeze takes effect with {@link #wake}. */
  synchronized long spawnUnfreezable(Path cgroup) {
    long pid = spawn(cgroup);
    unfreezable.add(pid);
    return pid;
  }

  synchronized void wake(long pid) {
    unfreezable.remove(pid);
    notifyAll();
  }

  synchronized void exit(long pid) {
    home(pid).ifPresent(node -> node.processes.remove(pid));
    notifyAll();
  }

  synchronized boolean alive(long pid) {
    return home(pid).isPresent();
  }

  synchronized Path cgroupOf(long pid) {
    return path(home(pid).orElseThrow());
  }

  /** All directories below the mount point. */
  synchronized List<String> tree() {
    List<String> paths = new ArrayList<>();
    collect(root, paths);
    return paths;
  }

  private static void collect(ModelNode node, List<String> paths) {
    for (ModelNode child : node.children.values()) {
      paths.add(path(child).toString());
      collect(child, paths);
    }
  }

  private static Path path(ModelNode node) {
    return node.parent.isEmpty() ? MOUNT : path(node.parent.get()).resolve(node.name);
  }

  private static boolean isZombie(ModelNode node, long pid) {
    return node.zombies.contains(pid)
        || node.children.values().stream().anyMatch(child -> isZombie(child, pid));
  }

  private Optional<ModelNode> home(long pid) {
    return home(root, pid);
  }

  private static Optional<ModelNode> home(ModelNode node, long pid) {
    if (node.processes.contains(pid)) {
      return Optional.of(node);
    }
    return node.children.values().stream()
        .map(child -> home(child, pid))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<ModelNode> node(Path path) {
    if (!path.startsWith(MOUNT)) {
      return Optional.empty();
    }
    ModelNode node = root;
    for (Path name : MOUNT.relativize(path)) {
      if (name.toString().isEmpty()) {
        continue;
      }
      node = node.children.get(name.toString());
      if (node == null) {
        return Optional.empty();
      }
    }
    return Optional.of(node);
  }

  private boolean isFile(ModelNode node, String name) {
    boolean controllerFile =
        node.parent.isPresent()
            && node.controllers().contains(LimitWrite.controllerOf(name))
            && ModelFiles.initial(name).isPresent();
    return !withoutFiles.contains(name)
        && (CORE.contains(name) || (NOT_IN_ROOT.contains(name) && !node.mixable) || controllerFile);
  }

  private ModelNode fileOwner(String operation, Path file) throws ErrnoException {
    Path directory = file.getParent();
    Optional<ModelNode> owner = directory == null ? Optional.empty() : node(directory);
    if (owner.isEmpty() || !isFile(owner.get(), file.getFileName().toString())) {
      throw new ErrnoException(operation, file.toString(), Errno.ENOENT);
    }
    return owner.get();
  }

  private void announce(String operation, Path path, String content) throws ErrnoException {
    for (Hook hook : List.copyOf(hooks)) {
      hook.before(operation, path, content);
    }
  }

  @Override
  public synchronized String read(Path file) throws ErrnoException {
    announce("read", file, "");
    String other = otherFiles.get(file);
    if (other != null) {
      return other;
    }
    if (file.startsWith("/proc") && file.endsWith("cgroup")) {
      return membership(file);
    }
    if (file.startsWith("/proc") && file.endsWith("stat")) {
      return stat(file);
    }
    ModelNode node = fileOwner("open", file);
    return switch (file.getFileName().toString()) {
      case "cgroup.controllers" -> String.join(" ", node.controllers()) + "\n";
      case "cgroup.subtree_control" -> String.join(" ", node.enabled) + "\n";
      case "cgroup.type" -> node.type() + "\n";
      case "cgroup.events" ->
          "populated " + (node.populated() ? 1 : 0) + "\nfrozen " + (isFrozen(node) ? 1 : 0) + "\n";
      case "cgroup.freeze" -> (node.freeze ? 1 : 0) + "\n";
      case "cgroup.procs" -> processes(node, file);
      default -> value(node, file.getFileName().toString()) + "\n";
    };
  }

  /** By its own setting or that of any cgroup above, and once all in there are. */
  private boolean isFrozen(ModelNode node) {
    return node.toBeFrozen() && node.members().noneMatch(unfreezable::contains);
  }

  private String stat(Path file) throws ErrnoException {
    long pid = Long.parseLong(file.getName(1).toString());
    if (home(pid).isEmpty()) {
      throw new ErrnoException("open", file.toString(), Errno.ENOENT);
    }
    return pid + " (a) name) " + (unfreezable.contains(pid) ? "D" : "S") + " 1 1\n";
  }

  private String membership(Path file) throws ErrnoException {
    String name = file.getName(1).toString();
    long pid = name.equals("self") ? SELF : Long.parseLong(name);
    Optional<ModelNode> home = home(pid);
    if (home.isEmpty()) {
      throw new ErrnoException("open", file.toString(), Errno.ENOENT);
    }
    return "0::/" + MOUNT.relativize(path(home.get())) + "\n";
  }

  private String processes(ModelNode node, Path file) throws ErrnoException {
    if (node.threaded || !node.validDomain()) {
      throw new ErrnoException("read", file.toString(), Errno.EOPNOTSUPP);
    }
    StringBuilder list = new StringBuilder();
    for (long pid : node.processes) {
      list.append(foreign.contains(pid) ? 0 : pid).append('\n');
    }
    for (long pid : node.zombies) {
      list.append(pid).append('\n');
    }
    return list.toString();
  }

  private static String value(ModelNode node, String file) {
    String value = node.values.get(file);
    return value != null ? value : ModelFiles.initial(file).orElse("");
  }

  @Override
  public synchronized void write(Path file, String content) throws ErrnoException {
    announce("write", file, content);
    ModelNode node = fileOwner("open", file);
    if (!writable) {
      throw new ErrnoException("open", file.toString(), Errno.EACCES);
    }
    if (content.isEmpty()) {
      return;
    }
    Optional<Errno> refusal =
        switch (file.getFileName().toString()) {
          case "cgroup.procs" -> move(node, content.strip());
          case "cgroup.subtree_control" -> control(node, content);
          case "cgroup.kill" -> kill(node, content.strip());
          case "cgroup.type" -> makeThreaded(node, content.strip());
          case "cgroup.freeze" -> freeze(node, content.strip());
          case "cgroup.controllers", "cgroup.events", "cgroup.stat" -> Optional.of(Errno.EINVAL);
          default -> ModelFiles.store(node, file.getFileName().toString(), content.strip());
        };
    notifyAll();
    if (refusal.isPresent()) {
      throw new ErrnoException("write", file.toString(), refusal.get());
    }
  }

  private Optional<Errno> move(ModelNode target, String content) {
    long pid;
    try {
      pid = Long.parseLong(content);
    } catch (NumberFormatException e) {
      return Optional.of(Errno.EINVAL);
    }
    if (pid < 0 || pid == 2) {
      return Optional.of(Errno.EINVAL);
    }
    long moved = pid == 0 ? SELF : pid;
    if (isZombie(root, moved)) {
      return Optional.empty();
    }
    Optional<ModelNode> home = home(moved);
    if (home.isEmpty() || foreign.contains(moved)) {
      return Optional.of(Errno.ESRCH);
    }
    Optional<Errno> refusal = target.refusesProcess();
    if (refusal.isEmpty()) {
      home.get().processes.remove(moved);
      target.processes.add(moved);
    }
    return refusal;
  }

  private static Optional<Errno> control(ModelNode node, String content) {
    Set<String> plus = new LinkedHashSet<>();
    Set<String> minus = new LinkedHashSet<>();
    for (String word : content.strip().split("\\s+", -1)) {
      String name = word.substring(1);
      if (!ModelNode.KNOWN.contains(name) || (word.charAt(0) != '+' && word.charAt(0) != '-')) {
        return Optional.of(Errno.EINVAL);
      }
      (word.charAt(0) == '+' ? plus : minus).add(name);
      (word.charAt(0) == '+' ? minus : plus).remove(name);
    }
    plus.removeAll(node.enabled);
    minus.retainAll(node.enabled);
    if (!node.controllers().containsAll(plus)) {
      return Optional.of(Errno.ENOENT);
    }
    for (ModelNode child : node.children.values()) {
      if (child.enabled.stream().anyMatch(minus::contains)) {
        return Optional.of(Errno.EBUSY);
      }
    }
    Optional<Errno> refusal = node.refusesEnabling(plus);
    if (refusal.isEmpty()) {
      node.enabled.addAll(plus);
      node.enabled.removeAll(minus);
    }
    return refusal;
  }

  private Optional<Errno> kill(ModelNode node, String content) {
    int signal;
    try {
      signal = Integer.parseInt(content);
    } catch (NumberFormatException e) {
      return Optional.of(Errno.EINVAL);
    }
    if (signal != 1) {
      return Optional.of(Errno.ERANGE);
    }
    if (node.threaded) {
      return Optional.of(Errno.EOPNOTSUPP);
    }
    killAll(node);
    return Optional.empty();
  }

  private void killAll(ModelNode node) {
    node.processes.removeIf(pid -> !unkillable.contains(pid));
    node.children.values().forEach(this::killAll);
  }

  private static Optional<Errno> makeThreaded(ModelNode node, String content) {
    if (!content.equals("threaded")) {
      return Optional.of(Errno.EINVAL);
    }
    ModelNode parent = node.parent.orElseThrow();
    boolean possible =
        !node.populated()
            && (parent.threaded || parent.threadRoot() || parent.canBeThreadRoot())
            && node.enabled.stream().allMatch(c -> c.equals("cpu") || c.equals("pids"));
    if (!possible) {
      return Optional.of(Errno.EOPNOTSUPP);
    }
    node.threaded = true;
    return Optional.empty();
  }

  private static Optional<Errno> freeze(ModelNode node, String content) {
    if (!content.matches("-?[0-9]+")) {
      return Optional.of(Errno.EINVAL);
    }
    if (!content.equals("0") && !content.equals("1")) {
      return Optional.of(Errno.ERANGE);
    }
    node.freeze = content.equals("1");
    return Optional.empty();
  }

  @Override
  public synchronized void mkdir(Path directory) throws ErrnoException {
    announce("mkdir", directory, "");
    String name = directory.getFileName().toString();
    Path above = directory.getParent();
    Optional<ModelNode> parent = above == null ? Optional.empty() : node(above);
    Optional<Errno> refusal = Optional.empty();
    if (parent.isEmpty()) {
      refusal = Optional.of(Errno.ENOENT);
    } else if (parent.get().children.containsKey(name) || isFile(parent.get(), name)) {
      refusal = Optional.of(Errno.EEXIST);
    } else if (!writable) {
      refusal = Optional.of(Errno.EACCES);
    } else if (name.indexOf('\n') >= 0) {
      refusal = Optional.of(Errno.EINVAL);
    } else if (ModelFiles.full(parent.get())) {
      refusal = Optional.of(Errno.EAGAIN);
    }
    if (refusal.isPresent()) {
      throw new ErrnoException("mkdir", directory.toString(), refusal.get());
    }
    parent.orElseThrow().children.put(name, new ModelNode(name, parent, Set.of(), false));
  }

  @Override
  public synchronized void rmdir(Path directory) throws ErrnoException {
    announce("rmdir", directory, "");
    Optional<ModelNode> node = node(directory);
    if (node.isEmpty()) {
      throw new ErrnoException("rmdir", directory.toString(), Errno.ENOENT);
    }
    if (!node.get().processes.isEmpty() || !node.get().children.isEmpty()) {
      throw new ErrnoException("rmdir", directory.toString(), Errno.EBUSY);
    }
    node.get().parent.orElseThrow().children.remove(node.get().name);
    notifyAll();
  }

  @Override
  public synchronized void rmdirTree(Path directory) throws ErrnoException {
    announce("rmdirTree", directory, "");
    Optional<ModelNode> node = node(directory);
    if (node.isEmpty()) {
      return;
    }
    for (ModelNode child : List.copyOf(node.get().children.values())) {
      rmdirTree(path(child));
    }
    rmdir(directory);
  }

  @Override
  public synchronized List<Path> children(Path directory) throws ErrnoException {
    if (directory.equals(Path.of("/sys/kernel/mm/hugepages"))) {
      return List.of(directory.resolve("hugepages-2048kB"));
    }
    Optional<ModelNode> node = node(directory);
    if (node.isEmpty()) {
      throw new ErrnoException("opendir", directory.toString(), Errno.ENOENT);
    }
    return node.get().children.values().stream().map(ModelCgroupFs::path).toList();
  }

  @Override
  public void walk(Path directory, CgroupVisitor visitor) throws ErrnoException {
    PathWalk.walk(this, directory, visitor);
  }

  @Override
  public synchronized boolean exists(Path path) {
    Path directory = path.getParent();
    return node(path).isPresent()
        || (directory != null
            && node(directory).map(n -> isFile(n, path.getFileName().toString())).orElse(false));
  }

  @Override
  public synchronized boolean writable(Path file) {
    return writable && exists(file);
  }

  /** A model of a kernel that lets nobody have a program refuses it with this. */
  Optional<Errno> filterRefusal = Optional.empty();

  /** What decides on devices, by cgroup. */
  final Map<Path, byte[]> deviceFilters = new HashMap<>();

  @Override
  public synchronized void attachDeviceFilter(Path cgroup, byte[] program) throws ErrnoException {
    announce("bpf", cgroup, "");
    if (node(cgroup).isEmpty()) {
      throw new ErrnoException("open", cgroup.toString(), Errno.ENOENT);
    }
    if (filterRefusal.isPresent()) {
      throw new ErrnoException("bpf PROG_LOAD", cgroup.toString(), filterRefusal.get());
    }
    deviceFilters.put(cgroup, program);
  }

  @Override
  public synchronized String awaitChange(Path file, String seen, Duration timeout)
      throws ErrnoException {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      String now = read(file);
      long millis = (end - System.nanoTime()) / 1_000_000;
      if (!now.equals(seen) || millis <= 0) {
        return now;
      }
      try {
        wait(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return now;
      }
    }
  }
}
