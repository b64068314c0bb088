// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.results.text.Language;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The one registry of the service's options. */
public final class ConfigOptions {

  private static final Pattern AE_TITLE = Pattern.compile("[ -\\[\\]-~]{1,16}");
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}");
  private static final Pattern MODEL =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}(@[A-Za-z0-9][A-Za-z0-9.+_-]{0,49})?");
  private static final Pattern VARIANT = Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}");
  private static final int MAX_HOSTS = 100;
  private static final int MAX_MODELS = 8;
  private static final int MAX_ROUTES = 100;

  private static final List<ConfigOption<?>> REGISTRY = new ArrayList<>();

  static final ConfigOption<String> AE =
      text(
          "dicom.aeTitle",
          "HOUNSFIELD",
          AE_TITLE,
          "1 to 16 printable ASCII characters without \\",
          "AE title of this node: senders must call it by this name unless"
              + " `dicom.acceptAnyCalledAeTitle` is true.");
  static final ConfigOption<Boolean> ANY_CALLED =
      flag(
          "dicom.acceptAnyCalledAeTitle",
          true,
          "Whether senders may call this node by another AE title. With false, an association that"
              + " calls another title is rejected. Where `dicom.peers` is set and this is not, it is"
              + " false.");
  static final ConfigOption<String> DICOM_ADDRESS =
      text(
          "dicom.bindAddress",
          "127.0.0.1",
          HOST,
          "an IP address or host name of this machine",
          "Address on which DICOM associations are taken. Before you bind to another address than"
              + " loopback, say who may call (`dicom.peers`), and encrypt (`dicom.tls.certificate`)"
              + " where the network is not protected.");
  static final ConfigOption<Integer> DICOM_PORT =
      integer(
          "dicom.port",
          11112,
          0,
          65535,
          "",
          "TCP port for DICOM; 0 takes any free one and logs it.");
  static final ConfigOption<Integer> MAX_ASSOCIATIONS =
      integer(
          "dicom.maxAssociations",
          64,
          1,
          10_000,
          "",
          "Associations open at once; further ones are rejected for the time being, and a PACS tries"
              + " again later.");
  static final ConfigOption<Integer> MAX_PDU =
      integer(
          "dicom.maxPduLength",
          256 << 10,
          4096,
          16 << 20,
          "bytes",
          "Longest data PDU that senders may use. Longer ones cost memory for each association,"
              + " shorter ones speed.");
  static final ConfigOption<Integer> ARTIM =
      integer(
          "dicom.artimTimeoutMs",
          30_000,
          10,
          3_600_000,
          "ms",
          "How long a connection may take to request an association before it is closed.");
  static final ConfigOption<Integer> IDLE =
      integer(
          "dicom.idleTimeoutMs",
          60_000,
          10,
          86_400_000,
          "ms",
          "How long an association may say nothing before it is aborted. What was stored until then"
              + " is kept.");
  static final ConfigOption<PeerList> PEERS =
      add(
          new ConfigOption<>(
              "dicom.peers",
              PeerList.class,
              "",
              "",
              PeerList.ALLOWED,
              "Who may call this node. Empty: everybody. With any, an association is rejected unless"
                  + " calling AE title and address are those of a peer. ADDRESS is an IP address, a"
                  + " network such as 192.0.2.0/24, a host name (looked up at each association), or *"
                  + " for anywhere; IPv6 with a port stands in brackets. PORT is where the peer takes"
                  + " storage commitment reports; without it they go over the peer's own"
                  + " associations. idleTimeoutMs and transferSyntaxes replace, for this peer,"
                  + " `dicom.idleTimeoutMs` and the transfer syntaxes accepted for storage.",
              PeerList::parse));
  static final ConfigOption<OptionalFile> USERS =
      file(
          "dicom.usersFile",
          "File of the users that callers must name by user identity negotiation, one a line as"
              + " `./hounsfield dicom-user` writes it. Empty: identities are not asked for. With it,"
              + " an association without a known user is rejected. A changed file counts at once.");
  static final ConfigOption<OptionalFile> TLS_CERTIFICATE =
      file(
          "dicom.tls.certificate",
          "Certificate of this node: PEM with its chain, or PKCS#12 with the private key. Empty: no"
              + " TLS. With it the DICOM port takes TLS 1.2 and 1.3 only, nothing else. Files of TLS"
              + " that change are taken for new connections without a restart; broken ones are named"
              + " in the log and the old ones stay.");
  static final ConfigOption<OptionalFile> TLS_KEY =
      file(
          "dicom.tls.privateKey",
          "Private key for a certificate in PEM: PEM (PKCS#8), encrypted or not.");
  static final ConfigOption<OptionalFile> TLS_PASSWORD =
      file(
          "dicom.tls.passwordFile",
          "File whose first line is the password of the private key or the PKCS#12 file.");
  static final ConfigOption<OptionalFile> TLS_TRUSTED =
      file(
          "dicom.tls.trusted",
          "Certificates that those of callers must lead to: PEM, or PKCS#12. Revocation lists in PEM"
              + " beside them count.");
  static final ConfigOption<Boolean> TLS_CLIENTS =
      flag(
          "dicom.tls.clientAuthentication",
          false,
          "Whether callers must show a certificate that `dicom.tls.trusted` vouches for.");
  static final ConfigOption<Integer> SERIES_IDLE =
      integer(
          "series.idleSeconds",
          10,
          1,
          3600,
          "s",
          "A series to which nothing was added for this long is taken as complete even if its"
              + " association stays open or its slices have gaps. Shorter risks reports on half a"
              + " series (later slices start a new version), longer delays refusals.");
  static final ConfigOption<String> HTTP_ADDRESS =
      text(
          "http.bindAddress",
          "127.0.0.1",
          HOST,
          "an IP address or host name of this machine",
          "Address on which the web page and the API answer. They have no log-in: whoever reaches"
              + " this address reads every report.");
  static final ConfigOption<Integer> HTTP_PORT =
      integer(
          "http.port",
          8080,
          0,
          65535,
          "",
          "TCP port for the web page and the API; 0 takes any free one and logs it.");
  static final ConfigOption<Hosts> ALLOWED_HOSTS =
      add(
          new ConfigOption<>(
              "http.allowedHosts",
              Hosts.class,
              "",
              "",
              "host names, separated by commas (a list in the file)",
              "Names under which the web page may be called besides IP addresses and localhost."
                  + " Empty: no other name where `http.bindAddress` is a loopback address, any name"
                  + " where it is not. Keeps foreign web pages from reading the API through a name"
                  + " that they point here.",
              ConfigOptions::hosts));
  static final ConfigOption<Boolean> DICOMWEB =
      flag(
          "dicomweb.enabled",
          true,
          "Whether the HTTP server gives DICOMweb under `/dicom-web`: search and retrieval of the"
              + " instances held, and storing. There is no log-in: whoever reaches `http.bindAddress`"
              + " sees every image.");
  static final ConfigOption<Boolean> DICOMWEB_STORE =
      flag(
          "dicomweb.store",
          true,
          "Whether instances are taken by STOW-RS. Where `dicom.peers` is set and this is not, it is"
              + " false: who may send is then said by AE title and address, and HTTP has neither.");
  static final ConfigOption<Integer> DICOMWEB_MAX =
      integer(
          "dicomweb.maxStoreMiB",
          4096,
          1,
          1 << 20,
          "MiB",
          "Longest body of one STOW-RS request; longer ones are cut off with 413, and the sender"
              + " should use several requests.");
  static final ConfigOption<Path> DATA =
      path(
          "data.directory",
          "hounsfield-data",
          "Folder for received instances, the database and results. It holds patient data: protect"
              + " it. A relative path starts at the working directory.");
  static final ConfigOption<Integer> MIN_FREE =
      integer(
          "data.minFreeMiB",
          1024,
          0,
          1 << 24,
          "MiB",
          "When less than this is free on the disk of `data.directory`, new instances are refused as"
              + " out of resources and the sender keeps them.");
  static final ConfigOption<Integer> SPOOL_MAX =
      integer(
          "data.spoolMaxMiB",
          0,
          0,
          Integer.MAX_VALUE,
          "MiB",
          "Most that received instances may take; 0: as much as the disk has. When it is used up,"
              + " the series longest finished are deleted from the spool; if none is finished, new"
              + " instances are refused as out of resources and the sender keeps them.");
  static final ConfigOption<Integer> RETENTION =
      integer(
          "data.retentionDays",
          0,
          0,
          36_500,
          "days",
          "Instances of a series are deleted this long after the last of them came, if its report or"
              + " refusal is out; 0: never for their age. Reports and their files stay. A series that"
              + " is sent again afterwards is stored and changes nothing.");
  static final ConfigOption<Models> MODEL_NAME =
      add(
          new ConfigOption<>(
              "model.name",
              Models.class,
              "",
              "lung-lesion-unet",
              "1 to %d names of models, each name or name@version, separated by commas (a list in the file)"
                  .formatted(MAX_MODELS),
              "Networks that are loaded; the first one measures every series that"
                  + " `model.calledAeTitles` gives to no other. Without a version the newest one is"
                  + " taken; with it reports stay comparable when a newer one is installed.",
              ConfigOptions::models));
  static final ConfigOption<Path> MODEL_DIRECTORY =
      path(
          "model.directory",
          "models",
          "Folder of the models. The default is the one that comes with the installation; another"
              + " relative path starts at the working directory.");
  static final ConfigOption<Folders> MODEL_EXTRA =
      add(
          new ConfigOption<>(
              "model.extraDirectories",
              Folders.class,
              "",
              "",
              "paths of folders, separated by commas (a list in the file)",
              "Folders of models of your own, besides `model.directory`; docs/models.md says what lies"
                  + " in them.",
              ConfigOptions::folders));
  static final ConfigOption<Routes> MODEL_ROUTES =
      add(
          new ConfigOption<>(
              "model.calledAeTitles",
              Routes.class,
              "",
              "",
              "AETITLE=MODEL, separated by commas (a list in the file); MODEL as it stands in"
                  + " `model.name`",
              "Which model measures the series that senders push to this node under another AE title."
                  + " The title under which the first instance of a version comes decides.",
              ConfigOptions::routes));
  static final ConfigOption<InferenceOptions.Device> DEVICE =
      add(
          new ConfigOption<>(
              "inference.device",
              InferenceOptions.Device.class,
              "",
              "auto",
              "auto, cpu or cuda",
              "Where the network runs. auto takes the first GPU if there is one; cuda without a GPU"
                  + " is an error at the start.",
              text -> InferenceOptions.Device.of(text)));
  static final ConfigOption<String> VARIANT_NAME =
      text(
          "inference.variant",
          InferenceOptions.AUTO_VARIANT,
          VARIANT,
          "auto, or a variant of the model such as bf16 or fp32",
          "Which weights are used. auto takes the fastest that the processor has instructions for;"
              + " labels of the variants differ in single voxels, so fix one where several machines"
              + " must agree to the last digit.");
  static final ConfigOption<Integer> THREADS =
      integer(
          "inference.threads",
          0,
          0,
          InferenceOptions.MAX_THREADS,
          "",
          "Threads of the network on the CPU; 0 takes one for each processor.");
  static final ConfigOption<Integer> DECODE_THREADS =
      integer(
          "pipeline.decodeThreads",
          2,
          1,
          64,
          "",
          "Instances decoded side by side. More helps only where decoding, not the network, is the"
              + " bottleneck.");
  static final ConfigOption<Integer> SERIES_IN_MEMORY =
      integer(
          "pipeline.maxSeriesInMemory",
          2,
          1,
          64,
          "",
          "Series whose slices are held in memory at once; further ones wait on disk. Each takes"
              + " about 1.5 MiB a slice of 512 x 512.");
  static final ConfigOption<Integer> MAX_WAITING =
      integer(
          "pipeline.maxWaitingInstances",
          100_000,
          1,
          Integer.MAX_VALUE,
          "",
          "Instances on disk that may wait to be decoded. When there are more, new ones are refused"
              + " as out of resources, the sender keeps them, and `/health/ready` says so.");
  static final ConfigOption<DestinationList> DESTINATIONS =
      add(
          new ConfigOption<>(
              "delivery.destinations",
              DestinationList.class,
              "",
              "",
              DestinationList.ALLOWED,
              "Where results are sent after each report. Address: AET@HOST:PORT (dicom), the base URL"
                  + " (stow, fhir), HOST:PORT (mllp), an absolute path that exists (folder). Settings:"
                  + " kinds (with | between: seg, sr, key-images, pdf, and, only if named, seg-label-map"
                  + " by DICOM and STOW-RS; fhir; hl7"
                  + " by MLLP; document, findings, csv, json, label-maps and all others to folders; default:"
                  + " all that the type takes); peers (calling AE titles whose series it gets); series"
                  + " (patterns of Series Description, * for any characters, ? for one); enabled;"
                  + " inFlight (1 to 8 objects side by side; 1 keeps their order while none fails); timeoutSeconds;"
                  + " tls (true: with the keys of `dicom.tls`; https without it trusts what Java"
                  + " trusts); commitment (dicom: an object counts as sent only when the receiver"
                  + " committed to keep it); callingAeTitle; for mllp receivingApplication,"
                  + " receivingFacility, sendingApplication (HOUNSFIELD if not named) and"
                  + " sendingFacility (MSH-3 to MSH-6); for stow and fhir one secret:"
                  + " bearerFile, bearerVariable (a token), basicFile or basicVariable"
                  + " (user:password), the first line of a file or an environment variable whose name"
                  + " does not start with HOUNSFIELD_; for dicom, stow and folder deidentify: basic"
                  + " (Basic Profile of PS3.15 annex E), or with options after | (retain-uids,"
                  + " retain-device, retain-patient-characteristics, retain-dates), with"
                  + " deidentifySecretFile, a file whose first line, at least 16 characters, is what"
                  + " replaced identifiers depend on; only seg, seg-label-map, sr, key-images, findings, csv,"
                  + " json and label-maps can then go.",
              DestinationList::parse));
  static final ConfigOption<Language> LANGUAGE =
      add(
          new ConfigOption<>(
              "delivery.language",
              Language.class,
              "",
              "en",
              "en or zh-CN",
              "Language of the report as PDF and of the words in FHIR and HL7 results.",
              text ->
                  Language.ofTag(text)
                      .orElseThrow(() -> new IllegalArgumentException("is not valid"))));
  static final ConfigOption<Integer> LONGEST_RETRY =
      integer(
          "delivery.maxRetryMinutes",
          15,
          1,
          24 * 60,
          "min",
          "Longest time between two attempts to send an object to a destination that does not answer;"
              + " they begin 5 s apart and double."
              + " Objects that a destination refuses are tried every 6 h at last.");
  static final ConfigOption<Integer> GIVE_UP =
      integer(
          "delivery.giveUpDays",
          14,
          1,
          3650,
          "days",
          "How long an object is tried by itself; after that it can be sent again by the API.");
  static final ConfigOption<Integer> COMMITMENT_WAIT =
      integer(
          "delivery.commitmentWaitMinutes",
          15,
          1,
          24 * 60,
          "min",
          "How long to wait for a storage commitment report before commitment is asked for again; twice"
              + " as long after each further request, up to a day.");
  static final ConfigOption<LogLevel> LOG =
      add(
          new ConfigOption<>(
              "log.level",
              LogLevel.class,
              "",
              "info",
              "error, warn, info, debug or trace",
              "How much is logged. Patient names and identifiers are not logged at info and above.",
              text -> LogLevel.valueOf(text.toUpperCase(Locale.ROOT))));

  /** All options, in the order of the documentation. */
  public static final List<ConfigOption<?>> ALL = List.copyOf(REGISTRY);

  /** Names of models, in the order given, each once. */
  record Models(List<String> names) {}

  /** Folders, in the order given. */
  record Folders(List<Path> paths) {}

  /** Models by called AE title. */
  record Routes(Map<String, String> models) {}

  /** Host names, in the order given. */
  record Hosts(Set<String> names) {}

  /** A file, absolute; empty when none is named. */
  record OptionalFile(Optional<Path> path) {}

  private ConfigOptions() {}

  private static <T> ConfigOption<T> add(ConfigOption<T> option) {
    REGISTRY.add(option);
    return option;
  }

  private static ConfigOption<String> text(
      String key, String defaultText, Pattern pattern, String allowed, String description) {
    return add(
        new ConfigOption<>(
            key,
            String.class,
            "",
            defaultText,
            allowed,
            description,
            text -> {
              if (!pattern.matcher(text).matches()) {
                throw new IllegalArgumentException("is not valid");
              }
              return text;
            }));
  }

  private static ConfigOption<Integer> integer(
      String key, int defaultValue, int min, int max, String unit, String description) {
    return add(
        new ConfigOption<>(
            key,
            Integer.class,
            unit,
            Integer.toString(defaultValue),
            "%d to %d".formatted(min, max),
            description,
            text -> {
              long value;
              try {
                value = Long.parseLong(text);
              } catch (NumberFormatException e) {
                throw new IllegalArgumentException("is not a whole number", e);
              }
              if (value < min || value > max) {
                throw new IllegalArgumentException("is out of range");
              }
              return (int) value;
            }));
  }

  private static ConfigOption<Boolean> flag(String key, boolean defaultValue, String description) {
    return add(
        new ConfigOption<>(
            key,
            Boolean.class,
            "",
            Boolean.toString(defaultValue),
            "true or false",
            description,
            text ->
                switch (text.toLowerCase(Locale.ROOT)) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw new IllegalArgumentException("is not valid");
                }));
  }

  private static ConfigOption<Path> path(String key, String defaultText, String description) {
    return add(
        new ConfigOption<>(
            key,
            Path.class,
            "",
            defaultText,
            "the path of a folder",
            description,
            ConfigOptions::folder));
  }

  private static Path folder(String text) {
    try {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("is empty");
      }
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("is not a path", e);
    }
  }

  private static Folders folders(String text) {
    List<Path> paths = new ArrayList<>();
    for (String part : parts(text)) {
      paths.add(folder(part));
    }
    return new Folders(List.copyOf(paths));
  }

  private static Models models(String text) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : parts(text)) {
      if (!MODEL.matcher(name).matches()) {
        throw new IllegalArgumentException("is not valid");
      }
      names.add(name);
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException("is empty");
    }
    if (names.size() > MAX_MODELS) {
      throw new IllegalArgumentException("holds more than " + MAX_MODELS + " models");
    }
    return new Models(List.copyOf(names));
  }

  private static Routes routes(String text) {
    Map<String, String> models = new LinkedHashMap<>();
    for (String part : parts(text)) {
      int equals = part.lastIndexOf('=');
      String title = equals < 0 ? "" : part.substring(0, equals).strip();
      String model = part.substring(equals + 1).strip();
      if (!AE_TITLE.matcher(title).matches() || !MODEL.matcher(model).matches()) {
        throw new IllegalArgumentException("holds an entry that is not AETITLE=MODEL");
      }
      if (models.put(title, model) != null) {
        throw new IllegalArgumentException("holds an AE title twice");
      }
    }
    if (models.size() > MAX_ROUTES) {
      throw new IllegalArgumentException("holds more than " + MAX_ROUTES + " AE titles");
    }
    return new Routes(Collections.unmodifiableMap(models));
  }

  private static List<String> parts(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  private static ConfigOption<OptionalFile> file(String key, String description) {
    return add(
        new ConfigOption<>(
            key,
            OptionalFile.class,
            "",
            "",
            "the path of a file",
            description,
            text -> {
              try {
                return new OptionalFile(
                    text.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Path.of(text).toAbsolutePath().normalize()));
              } catch (InvalidPathException e) {
                throw new IllegalArgumentException("is not a path", e);
              }
            }));
  }

  private static Hosts hosts(String text) {
    Set<String> names = new LinkedHashSet<>();
    for (String part : parts(text)) {
      String name = part.toLowerCase(Locale.ROOT);
      if (!HOST.matcher(name).matches()) {
        throw new IllegalArgumentException("holds a name that is not a host name");
      }
      names.add(name);
    }
    if (names.size() > MAX_HOSTS) {
      throw new IllegalArgumentException("holds more than " + MAX_HOSTS + " names");
    }
    return new Hosts(Set.copyOf(names));
  }
}
