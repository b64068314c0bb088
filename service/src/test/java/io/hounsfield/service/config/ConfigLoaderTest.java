// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.listener.DicomPeer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("hounsfield.yaml");
  }

  @Test
  void withoutFileAndVariablesTheDefaultsHold() throws Exception {
    ServiceConfig config = ConfigLoader.load(null, Map.of(), folder);
    assertEquals(
        new ServiceConfig.Dicom(
            "HOUNSFIELD",
            true,
            "127.0.0.1",
            11112,
            64,
            262144,
            30_000,
            60_000,
            List.of(),
            Optional.empty(),
            Optional.empty()),
        config.dicom());
    assertEquals(10, config.series().idleSeconds());
    assertEquals(new ServiceConfig.Http("127.0.0.1", 8080, Set.of()), config.http());
    assertEquals(Path.of("hounsfield-data").toAbsolutePath(), config.data().directory());
    assertEquals(1L << 30, config.data().minFreeBytes());
    assertEquals(List.of("lung-lesion-unet"), config.model().names());
    assertEquals(List.of(folder.resolve("models")), config.model().directories());
    assertEquals(Map.of(), config.model().calledAeTitles());
    assertEquals(folder.resolve("models"), config.model().directory());
    assertEquals(InferenceOptions.defaults(), config.inference());
    assertEquals(new ServiceConfig.Pipeline(2, 2, 100_000), config.pipeline());
    assertEquals(LogLevel.INFO, config.logLevel());
  }

  @Test
  void theFileSetsOptionsAndVariablesWinOverIt() throws Exception {
    write(
        """
        dicom:
          aeTitle: "LUNG CT"
          port: 0
        http:
          port: 9090
          allowedHosts: [lung.example.org, CT.example.org]
        data.minFreeMiB: 5
        model:
          name: lung-lesion-unet@0.1.0
        inference: {device: CPU, variant: fp32, threads: 3}
        log:
          level: debug
        """);
    ServiceConfig config =
        load(
            Map.of(
                "HOUNSFIELD_HTTP_PORT", "9191",
                "HOUNSFIELD_DICOM_AE_TITLE", "",
                "HOUNSFIELD_DATA_DIRECTORY", folder.resolve("a/b").toString(),
                "PATH", "/bin"));
    assertEquals("LUNG CT", config.dicom().aeTitle(), "an empty variable counts as not set");
    assertEquals(0, config.dicom().port());
    assertEquals(9191, config.http().port());
    assertEquals(Set.of("lung.example.org", "ct.example.org"), config.http().allowedHosts());
    assertEquals(5, config.data().minFreeMiB());
    assertEquals(folder.resolve("a/b"), config.data().directory());
    assertEquals(List.of("lung-lesion-unet@0.1.0"), config.model().names());
    assertEquals(new InferenceOptions(InferenceOptions.Device.CPU, "fp32", 3), config.inference());
    assertEquals(LogLevel.DEBUG, config.logLevel());
  }

  @Test
  void severalModelsAndWhoIsMeasuredByWhich() throws Exception {
    Path own = Files.createDirectory(folder.resolve("own"));
    write(
        """
        model:
          name: [lung-lesion-unet@1.1.0, my-net, lung-lesion-unet@1.1.0]
          extraDirectories: [%s]
          calledAeTitles: [RESEARCH=my-net, "LUNG CT = lung-lesion-unet@1.1.0"]
        """
            .formatted(own));
    ServiceConfig.Model model = load(Map.of()).model();
    assertEquals(List.of("lung-lesion-unet@1.1.0", "my-net"), model.names());
    assertEquals(List.of(folder.resolve("models"), own), model.directories());
    assertEquals(
        Map.of("RESEARCH", "my-net", "LUNG CT", "lung-lesion-unet@1.1.0"), model.calledAeTitles());
  }

  @Test
  void anAeTitleThatNobodyCanCallIsAFault() throws Exception {
    write(
        """
        dicom.acceptAnyCalledAeTitle: false
        model.calledAeTitles: RESEARCH=lung-lesion-unet, HOUNSFIELD=lung-lesion-unet
        """);
    assertTrue(onlyFault().contains("nobody can call 'RESEARCH'"));
  }

  @Test
  void everyFaultIsReportedAtOnceWithKeyValueRangeAndPlace() throws Exception {
    write(
        """
        dicom:
          aeTitle: A title that is much too long
          port: 99999
          prot: 1
        series:
          idleSeconds: soon
        inference:
          device: tpu
        """);
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () ->
                load(
                    Map.of(
                        "HOUNSFIELD_HTTP_PORT", "-1",
                        "HOUNSFIELD_HTTP_BINDADDRESS", "0.0.0.0")));
    assertEquals(
        """
        The configuration has 7 faults:
          dicom.aeTitle: 'A title that is much too long' is not valid; allowed: 1 to 16 printable ASCII characters without \\ [FILE line 2]
          dicom.port: '99999' is out of range; allowed: 0 to 65535 [FILE line 3]
          dicom.prot: is not an option; did you mean 'dicom.port'? [FILE line 4]
          series.idleSeconds: 'soon' is not a whole number; allowed: 1 to 3600 s [FILE line 6]
          inference.device: 'tpu' is not valid; allowed: auto, cpu or cuda [FILE line 8]
          HOUNSFIELD_HTTP_BINDADDRESS: is not an option; did you mean 'HOUNSFIELD_HTTP_BIND_ADDRESS'? [environment]
          http.port: '-1' is out of range; allowed: 0 to 65535 [environment variable HOUNSFIELD_HTTP_PORT]"""
            .replace("FILE", file.toString()),
        e.getMessage());
    assertEquals(7, e.faults().size());
  }

  @Test
  void aBareNameIsSuggestedWithItsSection() throws Exception {
    write("idleSeconds: 4\n");
    assertTrue(onlyFault().contains("did you mean 'series.idleSeconds'?"));
    write("colour: blue\n");
    assertTrue(onlyFault().contains("see docs/configuration.md"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "dicom.port|  1.5",
        "dicom.port|  ",
        "dicom.port|  [[1]]",
        "dicom.port|  {a: 1}",
        "dicom.maxPduLength| 4095",
        "dicom.maxPduLength| 99999999999999999999",
        "dicom.acceptAnyCalledAeTitle| perhaps",
        "dicom.bindAddress| not a host",
        "dicom.aeTitle| 'A\\B'",
        "http.allowedHosts| 'good.example.org, bad host'",
        "model.name| ../../etc/passwd",
        "model.name| name@",
        "model.name| []",
        "model.name| [a, b, c, d, e, f, g, h, i]",
        "model.extraDirectories| /no/such/folder",
        "model.calledAeTitles| RESEARCH",
        "model.calledAeTitles| =lung-lesion-unet",
        "model.calledAeTitles| RESEARCH=../x",
        "model.calledAeTitles| RESEARCH=not-loaded",
        "model.calledAeTitles| [A=lung-lesion-unet, A=lung-lesion-unet]",
        "model.directory| /no/such/folder",
        "inference.threads| 257",
        "pipeline.maxSeriesInMemory| 0",
        "log.level| loud",
        "data.minFreeMiB| -1",
      })
  void whatIsNotAllowedIsAFault(String key, String value) throws Exception {
    write(key + ": " + (value == null ? "" : value) + "\n");
    String fault = onlyFault();
    assertTrue(fault.startsWith(key), fault);
  }

  @Test
  void anOptionSetTwiceIsAFault() throws Exception {
    write("dicom:\n  port: 1\ndicom.port: 2\n");
    assertTrue(onlyFault().contains("is set twice, first in " + file + " line 2"));
    write("dicom:\n  port: 1\n  port: 2\n");
    assertTrue(onlyFault().startsWith("dicom.port: is set twice"));
  }

  @Test
  void aValueThatIsOverriddenMustBeValidToo() throws Exception {
    write("http:\n  port: eighty\n");
    assertThrows(ConfigException.class, () -> load(Map.of("HOUNSFIELD_HTTP_PORT", "80")));
  }

  @Test
  void dicomAndHttpCannotShareAPort() throws Exception {
    write("dicom: {port: 8080}\nhttp: {port: 8080, bindAddress: 0.0.0.0}\n");
    assertTrue(onlyFault().startsWith("http.port: '8080' is the port of DICOM too"));
    write("dicom: {port: 0}\nhttp: {port: 0}\n");
    load(Map.of());
    write("dicom: {port: 8080, bindAddress: 127.0.0.2}\nhttp: {port: 8080}\n");
    load(Map.of());
  }

  @Test
  void theDataFolderMustBeOneThatCanBeWritten() throws Exception {
    Path taken = Files.writeString(folder.resolve("taken"), "a file");
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () -> load(Map.of("HOUNSFIELD_DATA_DIRECTORY", taken.resolve("below").toString())));
    assertTrue(e.getMessage().contains(taken + " is not a folder"), e.getMessage());
  }

  @Test
  void aMissingFileIsAFault() {
    ConfigException e = assertThrows(ConfigException.class, () -> load(Map.of()));
    assertEquals("file", e.faults().get(0).key());
    assertTrue(e.getMessage().contains("does not exist"), e.getMessage());
  }

  @Test
  void anEmptyFileSetsNothing() throws Exception {
    for (String text : List.of("", "# nothing\n", "---\n", "{}")) {
      write(text);
      assertEquals(11112, load(Map.of()).dicom().port());
    }
  }

  @Test
  void filesOfAnotherFormAreRefused() throws Exception {
    for (String text :
        List.of("just text", "- a\n- b\n", "dicom: [1, 2", "a: 1\n---\nb: 2\n", "\t\u0000")) {
      write(text);
      assertThrows(ConfigException.class, () -> load(Map.of()), text);
    }
  }

  @Test
  void variablesOfTheLauncherAndOfKubernetesAreNotOptions() throws Exception {
    ConfigLoader.load(
        null,
        Map.of(
            "HOUNSFIELD_JAVA_OPTS", "-Xmx4g",
            "HOUNSFIELD_SERVICE_HOST", "10.0.0.1",
            "HOUNSFIELD_SERVICE_PORT_HTTP", "8080",
            "HOUNSFIELD_PORT", "tcp://10.0.0.1:8080",
            "HOUNSFIELD_PORT_8080_TCP_ADDR", "10.0.0.1"),
        folder);
  }

  @Test
  void anyBytesAreAConfigurationOrFaultsNothingElse() throws IOException {
    Random random = new Random(42);
    String seed = "dicom:\n  port: 11112\n  aeTitle: &a X\nhttp: {port: *a, x: [1, {}]}\n";
    for (int trial = 0; trial < 2000; trial++) {
      byte[] bytes = seed.getBytes(StandardCharsets.UTF_8);
      int changes = random.nextInt(6);
      for (int i = 0; i < changes; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, bytes);
      assertDoesNotThrow(
          () -> {
            try {
              load(Map.of());
            } catch (ConfigException e) {
              assertTrue(!e.faults().isEmpty());
            }
          },
          () -> new String(bytes, StandardCharsets.ISO_8859_1));
    }
  }

  private void write(String yaml) throws IOException {
    Files.writeString(file, yaml);
  }

  private ServiceConfig load(Map<String, String> environment) throws ConfigException {
    return ConfigLoader.load(file, environment, folder);
  }

  private String onlyFault() {
    ConfigException e = assertThrows(ConfigException.class, () -> load(Map.of()));
    assertEquals(1, e.faults().size(), e.getMessage());
    return e.faults().get(0).toString();
  }

  private ServiceConfig.Dicom dicom(String name, String value) throws ConfigException {
    return ConfigLoader.load(null, Map.of(name, value), folder).dicom();
  }

  @Test
  void peersAreReadWithWhatIsSpecialAboutThem() throws Exception {
    write(
        """
        dicom:
          peers:
            - PACS@192.0.2.10:104
            - CT 1@192.0.2.0/24;idleTimeoutMs=5000;transferSyntaxes=1.2.840.10008.1.2|1.2.840.10008.1.2.1
            - "V6@[2001:db8::1]:104"
            - V6@2001:db8::/32
            - "ANY@*"
        """);
    ServiceConfig.Dicom dicom = ConfigLoader.load(file, Map.of(), folder).dicom();
    assertEquals(
        List.of(
            DicomPeer.of("PACS", "192.0.2.10").withPort(104),
            new DicomPeer(
                "CT 1",
                "192.0.2.0/24",
                OptionalInt.empty(),
                OptionalLong.of(5000),
                Set.of(
                    TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                    TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN)),
            DicomPeer.of("V6", "2001:db8::1").withPort(104),
            DicomPeer.of("V6", "2001:db8::/32"),
            DicomPeer.of("ANY", "*")),
        dicom.peers());
    assertFalse(dicom.acceptAnyCalledAeTitle(), "closed by default once it is said who may call");
    assertTrue(
        ConfigLoader.load(
                file, Map.of("HOUNSFIELD_DICOM_ACCEPT_ANY_CALLED_AE_TITLE", "true"), folder)
            .dicom()
            .acceptAnyCalledAeTitle());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PACS",
        "@192.0.2.1",
        "PACS@",
        "PACS@300.1.1.1",
        "PACS@192.0.2.0/24:104",
        "PACS@*:104",
        "PACS@h:99999",
        "PACS@h;idle=3",
        "PACS@h;idleTimeoutMs=soon",
        "PACS@h;idleTimeoutMs=1",
        "PACS@h;transferSyntaxes=1.2.3",
        "TITLE-TOO-LONG-17@h"
      })
  void aPeerThatIsNoneIsAFault(String peer) {
    ConfigException fault =
        assertThrows(ConfigException.class, () -> dicom("HOUNSFIELD_DICOM_PEERS", peer));
    assertEquals("dicom.peers", fault.faults().get(0).key());
    assertTrue(fault.getMessage().contains("holds a peer that is not valid"), fault.getMessage());
  }

  @Test
  void filesOfTlsAreThereOrAFault() throws Exception {
    Path certificate = Files.writeString(folder.resolve("node.pem"), "");
    ConfigException fault =
        assertThrows(
            ConfigException.class,
            () ->
                ConfigLoader.load(
                    null,
                    Map.of(
                        "HOUNSFIELD_DICOM_TLS_CERTIFICATE", certificate.toString(),
                        "HOUNSFIELD_DICOM_TLS_PRIVATE_KEY", folder.resolve("none").toString(),
                        "HOUNSFIELD_DICOM_TLS_CLIENT_AUTHENTICATION", "true"),
                    folder));
    assertEquals(
        List.of("dicom.tls.privateKey", "dicom.tls.clientAuthentication"),
        fault.faults().stream().map(ConfigFault::key).toList());
    assertThrows(
        ConfigException.class,
        () -> dicom("HOUNSFIELD_DICOM_TLS_CLIENT_AUTHENTICATION", "true"),
        "it means nothing without a certificate");
    assertEquals(
        certificate,
        dicom("HOUNSFIELD_DICOM_TLS_CERTIFICATE", certificate.toString())
            .tls()
            .orElseThrow()
            .certificate()
            .orElseThrow());
  }
}
