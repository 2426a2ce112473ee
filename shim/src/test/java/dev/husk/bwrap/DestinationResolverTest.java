package dev.husk.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.bwrap.Resolution.Kind;
import dev.husk.bwrap.Resolution.Place;
import dev.husk.bwrap.Resolution.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DestinationResolverTest {
  @TempDir Path temporary;
  private Path rootfs;
  private DestinationResolver resolver;

  @BeforeEach
  void image() throws IOException {
    rootfs = Files.createDirectory(temporary.toRealPath().resolve("rootfs"));
    Files.createDirectories(rootfs.resolve("run/lock"));
    Files.createDirectories(rootfs.resolve("var"));
    Files.writeString(rootfs.resolve("file"), "");
    link("var/run", "/run");
    link("up", "../../../../run");
    link("escape", "/oldroot/etc");
    link("loop", "loop");
    link("chain", "var/run/lock");
    resolver = new DestinationResolver(rootfs, new HostMounts());
  }

  private void link(String name, String target) throws IOException {
    Files.createSymbolicLink(rootfs.resolve(name), Path.of(target));
  }

  @Test
  void aLinkToANameThatIsNotUtf8IsRefusedInsteadOfTakenForMissing() throws Exception {
    String script = "name=$(printf 'd\\377') && mkdir \"$name\" && ln -s \"$name\" odd";
    Process shell =
        new ProcessBuilder("sh", "-c", script).directory(rootfs.toFile()).inheritIO().start();
    assertThat(shell.waitFor()).isZero();
    assertThat(resolver.resolve("/odd/below")).isInstanceOf(Refused.class);
  }

  private Place place(String path) throws Exception {
    Resolution resolution = resolver.resolve(path);
    assertThat(resolution).isInstanceOf(Place.class);
    return (Place) resolution;
  }

  @ParameterizedTest
  @CsvSource({
    "/run,/run,DIRECTORY",
    "run//lock/,/run/lock,DIRECTORY",
    "/var/run/lock,/run/lock,DIRECTORY",
    "/var/run/..,/,DIRECTORY",
    "/var/run/secrets/x,/run/secrets/x,MISSING",
    "/up/lock,/run/lock,DIRECTORY",
    "/../../up,/run,DIRECTORY",
    "/escape/passwd,/oldroot/etc/passwd,MISSING",
    "/chain,/run/lock,DIRECTORY",
    "/file,/file,FILE",
    "/none/../run,/run,DIRECTORY",
    "/,/,DIRECTORY"
  })
  void pathLeadsWhereTheContainerWouldSeeIt(String path, String expected, Kind kind)
      throws Exception {
    assertThat(place(path).path()).isEqualTo(expected);
    assertThat(place(path).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({"/loop", "/loop/x", "/file/x", "/file/..", "/file/."})
  void unusablePathIsRefused(String path) throws Exception {
    assertThat(resolver.resolve(path)).isInstanceOf(Refused.class);
  }

  @Test
  void fortyLinksAreFollowedAndNoMore() throws Exception {
    link("l0", "run");
    for (int i = 1; i <= 40; i++) {
      link("l" + i, "l" + (i - 1));
    }

    assertThat(place("/l39").path()).isEqualTo("/run");
    assertThat(resolver.resolve("/l40")).isInstanceOf(Refused.class);
  }

  @Test
  void linksOfABoundDirectoryAreTheContainersToo() throws Exception {
    Files.createDirectories(rootfs.resolveSibling("volume/sub"));
    Files.createSymbolicLink(rootfs.resolveSibling("volume/out"), Path.of("/run"));
    resolver.mount(place("/data"), new Backing.Tree(rootfs.resolveSibling("volume"), true));

    assertThat(place("/data/sub").host()).contains(rootfs.resolveSibling("volume/sub"));
    assertThat(place("/data/out/lock").path()).isEqualTo("/run/lock");
    assertThat(place("/data/out/lock").layer()).isZero();
  }

  @Test
  void freshFileSystemHidesWhatWasThere() throws Exception {
    int layer = resolver.mount(place("/var"), new Backing.Empty());

    Place hidden = place("/var/run/x");

    assertThat(hidden)
        .extracting(Place::path, Place::kind, Place::layer, Place::inside)
        .containsExactly("/var/run/x", Kind.MISSING, layer, "run/x");
  }

  @Test
  void laterMountHidesEarlierOnesBelowIt() throws Exception {
    int below = resolver.mount(place("/run/lock"), new Backing.Empty());
    assertThat(place("/run/lock/x").layer()).isEqualTo(below);

    int above = resolver.mount(place("/run"), new Backing.Empty());
    assertThat(place("/run/lock/x").layer()).isEqualTo(above);

    int again = resolver.mount(place("/run"), new Backing.Empty());
    assertThat(place("/run/x").layer()).isEqualTo(again);
  }

  @Test
  void bindOfTheSameTreeElsewhereKeepsItsOwnMounts() throws Exception {
    int first = resolver.mount(place("/a"), new Backing.Tree(rootfs, true));
    int inside = resolver.mount(place("/a/run"), new Backing.Empty());

    assertThat(place("/a/run/x").layer()).isEqualTo(inside);
    assertThat(place("/a/var/run").layer()).isZero();
    assertThat(place("/a/var").layer()).isEqualTo(first);
  }
}
