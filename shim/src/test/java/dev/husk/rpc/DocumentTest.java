package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.husk.v1.ExitStatus;
import dev.husk.v1.Limit;
import dev.husk.v1.LinuxHugepageLimit;
import dev.husk.v1.OwnerResponse;
import dev.husk.v1.Phase;
import dev.husk.v1.PidsStats;
import dev.husk.v1.PressureData;
import dev.husk.v1.RdmaEntry;
import dev.husk.v1.Sandbox;
import org.junit.jupiter.api.Test;

/** The JSON form of protobuf: protobuf.dev, "ProtoJSON Format". */
class DocumentTest {
  @Test
  void jsonDoesNothingToATerminal() {
    assertThat(new Document(java.util.Map.of("a\u009b", "\u001b\u202e\u00e9")).toPlainJson())
        .isEqualTo("{\"a\\u009B\":\"\\u001B\\u202E\\u00E9\"}");
  }

  @Test
  void aMessageIsJsonAsProtobufHasIt() {
    Sandbox sandbox =
        Sandbox.newBuilder()
            .setId("a\"\u001b")
            .setPhase(Phase.PHASE_PAUSED)
            .setPid(12)
            .putAnnotations("k.x", "v")
            .setCreatedAt(Timestamp.newBuilder().setSeconds(1767225600).setNanos(500_000_000))
            .setExit(ExitStatus.newBuilder().setCode(3).setExact(true))
            .addLimits(Limit.newBuilder().setFile("pids.max"))
            .addLimits(Limit.getDefaultInstance())
            .build();
    assertThat(Documents.of(sandbox).toJson())
        .isEqualTo(
            "{\"id\":\"a\\\"\\u001B\",\"phase\":\"PHASE_PAUSED\",\"pid\":12,"
                + "\"annotations\":{\"k.x\":\"v\"},\"createdAt\":\"2026-01-01T00:00:00.500Z\","
                + "\"exit\":{\"code\":3,\"exact\":true},\"limits\":[{\"file\":\"pids.max\"},{}]}");
  }

  @Test
  void numbersKeepTheirSizeAndPresence() {
    PidsStats pids = PidsStats.newBuilder().setCurrent(0).setLimit(-1).build();
    Document document = Documents.of(pids);
    assertThat(document.toJson())
        .isEqualTo("{\"current\":\"0\",\"limit\":\"18446744073709551615\"}");
    assertThat(document.toPlainJson()).isEqualTo("{\"current\":0,\"limit\":18446744073709551615}");
    assertThat(document.number("limit")).contains(-1L);
    assertThat(document.number("peak")).isEmpty();
    assertThat(Documents.of(RdmaEntry.newBuilder().setHcaHandles(-1).build()).toJson())
        .isEqualTo("{\"hcaHandles\":4294967295}");
    assertThat(Documents.of(PressureData.newBuilder().setAvg10(0.25).build()).toJson())
        .isEqualTo("{\"avg10\":0.25}");
    assertThat(Documents.of(OwnerResponse.newBuilder().addNamespacePids(1).build()).toJson())
        .isEqualTo("{\"namespacePids\":[1]}");
  }

  @Test
  void defaultsAreThereWhereAsked() {
    LinuxHugepageLimit limit = LinuxHugepageLimit.getDefaultInstance();
    assertThat(Documents.of(limit).toJson()).isEqualTo("{}");
    assertThat(Documents.withDefaults(limit).toPlainJson())
        .isEqualTo("{\"pageSize\":\"\",\"limit\":0}");
    assertThat(Documents.withDefaults(PidsStats.getDefaultInstance()).toJson()).isEqualTo("{}");
  }

  @Test
  void whatIsAbsentIsEmpty() {
    Document document = Documents.of(Sandbox.getDefaultInstance());
    assertThat(document.text("id")).isEmpty();
    assertThat(document.isTrue("id")).isFalse();
    assertThat(document.object("exit").number("code")).isEmpty();
    assertThat(document.objects("limits")).isEmpty();
    assertThat(document.texts("limits")).isEmpty();
  }
}
