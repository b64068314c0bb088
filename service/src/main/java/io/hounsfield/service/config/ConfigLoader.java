// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import io.hounsfield.delivery.Destination;
import io.hounsfield.delivery.Retry;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.listener.TlsOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Loads a configuration: defaults, then the file, then environment variables, the later winning
 * over the earlier. It is checked whole before anything starts, also values that are overridden.
 */
public final class ConfigLoader {

  /** Read by the launcher, not by the service. */
  private static final Set<String> LAUNCHER_VARIABLES = Set.of("HOUNSFIELD_JAVA_OPTS");

  /** Kubernetes sets these in every pod beside a service called "hounsfield". */
  private static final Pattern KUBERNETES_VARIABLES =
      Pattern.compile("HOUNSFIELD_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_[0-9]+_(TCP|UDP).*)");

  private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "::");
  private static final int LONGEST_SHOWN = 80;

  /** The value of an option and where it stands. */
  private record Setting(Object value, String source) {}

  private final List<ConfigFault> faults = new ArrayList<>();
  private final Map<String, Setting> settings = new HashMap<>();

  private ConfigLoader() {}

  /**
   * Loads and checks a configuration.
   *
   * @param file YAML file, or {@code null} for none
   * @param environment environment variables, such as {@link System#getenv()}
   * @param installation folder of this installation, whose {@code models} is the default
   * @throws ConfigException with every fault if there is any
   */
  public static ServiceConfig load(Path file, Map<String, String> environment, Path installation)
      throws ConfigException {
    ConfigLoader loader = new ConfigLoader();
    if (file != null) {
      loader.readFile(file);
    }
    loader.readEnvironment(environment);
    ServiceConfig config = loader.build(installation);
    if (!loader.faults.isEmpty()) {
      throw new ConfigException(loader.faults);
    }
    return config;
  }

  private void readFile(Path file) {
    Map<String, String> seen = new HashMap<>();
    for (YamlConfig.Entry entry : YamlConfig.read(file, faults)) {
      String earlier = seen.putIfAbsent(entry.key(), entry.source());
      if (earlier != null) {
        fault(entry.key(), entry.source(), "is set twice, first in " + earlier);
        continue;
      }
      Optional<ConfigOption<?>> option =
          ConfigOptions.ALL.stream().filter(o -> o.key().equals(entry.key())).findFirst();
      if (option.isEmpty()) {
        fault(
            printable(entry.key()),
            entry.source(),
            "is not an option" + suggestion(entry.key(), ConfigOption::key));
      } else {
        set(option.get(), entry.text(), entry.source());
      }
    }
  }

  private void readEnvironment(Map<String, String> environment) {
    new TreeMap<>(environment)
        .forEach(
            (name, text) -> {
              if (!name.startsWith("HOUNSFIELD_")
                  || LAUNCHER_VARIABLES.contains(name)
                  || KUBERNETES_VARIABLES.matcher(name).matches()
                  || text.isBlank()) {
                return;
              }
              Optional<ConfigOption<?>> option =
                  ConfigOptions.ALL.stream()
                      .filter(o -> o.environmentVariable().equals(name))
                      .findFirst();
              if (option.isEmpty()) {
                fault(
                    printable(name),
                    "environment",
                    "is not an option" + suggestion(name, ConfigOption::environmentVariable));
              } else {
                set(option.get(), text, "environment variable " + name);
              }
            });
  }

  private void set(ConfigOption<?> option, String text, String source) {
    try {
      settings.put(option.key(), new Setting(option.parse(text), source));
    } catch (IllegalArgumentException e) {
      fault(
          option.key(),
          source,
          "'%s' %s; allowed: %s%s"
              .formatted(
                  printable(text.strip()),
                  problem(e),
                  option.allowed(),
                  option.unit().isEmpty() ? "" : " " + option.unit()));
    }
  }

  /** Our own parsers say what is wrong; those of enums say it in ways nobody wants to read. */
  private static String problem(IllegalArgumentException e) {
    String message = e.getMessage();
    return message != null && (message.startsWith("is ") || message.startsWith("holds "))
        ? message
        : "is not valid";
  }

  private ServiceConfig build(Path installation) {
    Path data = get(ConfigOptions.DATA).toAbsolutePath().normalize();
    Path models =
        settings.containsKey(ConfigOptions.MODEL_DIRECTORY.key())
            ? get(ConfigOptions.MODEL_DIRECTORY).toAbsolutePath().normalize()
            : installation
                .resolve(ConfigOptions.MODEL_DIRECTORY.defaultText())
                .toAbsolutePath()
                .normalize();
    requireFolder(ConfigOptions.DATA, data);
    if (settings.containsKey(ConfigOptions.MODEL_DIRECTORY.key()) && !Files.isDirectory(models)) {
      fault(
          ConfigOptions.MODEL_DIRECTORY.key(),
          source(ConfigOptions.MODEL_DIRECTORY),
          "there is no folder " + models);
    }
    List<Path> extra =
        get(ConfigOptions.MODEL_EXTRA).paths().stream()
            .map(path -> path.toAbsolutePath().normalize())
            .toList();
    for (Path folder : extra) {
      if (!Files.isDirectory(folder)) {
        fault(
            ConfigOptions.MODEL_EXTRA.key(),
            source(ConfigOptions.MODEL_EXTRA),
            "there is no folder " + folder);
      }
    }
    requireRoutesThatWork();
    requireDifferentPorts();
    Optional<TlsOptions> tls = tls();
    return new ServiceConfig(
        new ServiceConfig.Dicom(
            get(ConfigOptions.AE),
            closedByPeers(ConfigOptions.ANY_CALLED),
            get(ConfigOptions.DICOM_ADDRESS),
            get(ConfigOptions.DICOM_PORT),
            get(ConfigOptions.MAX_ASSOCIATIONS),
            get(ConfigOptions.MAX_PDU),
            get(ConfigOptions.ARTIM),
            get(ConfigOptions.IDLE),
            get(ConfigOptions.PEERS).peers(),
            requireFile(ConfigOptions.USERS),
            tls),
        new ServiceConfig.Series(get(ConfigOptions.SERIES_IDLE)),
        new ServiceConfig.Http(
            get(ConfigOptions.HTTP_ADDRESS),
            get(ConfigOptions.HTTP_PORT),
            get(ConfigOptions.ALLOWED_HOSTS).names()),
        new ServiceConfig.DicomWebServer(
            get(ConfigOptions.DICOMWEB),
            closedByPeers(ConfigOptions.DICOMWEB_STORE),
            get(ConfigOptions.DICOMWEB_MAX)),
        new ServiceConfig.Data(
            data,
            get(ConfigOptions.MIN_FREE),
            get(ConfigOptions.SPOOL_MAX),
            get(ConfigOptions.RETENTION)),
        new ServiceConfig.Model(
            get(ConfigOptions.MODEL_NAME).names(),
            models,
            extra,
            get(ConfigOptions.MODEL_ROUTES).models()),
        new InferenceOptions(
            get(ConfigOptions.DEVICE), get(ConfigOptions.VARIANT_NAME), get(ConfigOptions.THREADS)),
        new ServiceConfig.Pipeline(
            get(ConfigOptions.DECODE_THREADS),
            get(ConfigOptions.SERIES_IN_MEMORY),
            get(ConfigOptions.MAX_WAITING)),
        delivery(tls),
        get(ConfigOptions.LOG));
  }

  /** Doors that are closed by default once it is said who may call. */
  private boolean closedByPeers(ConfigOption<Boolean> door) {
    return settings.containsKey(door.key())
        ? get(door)
        : get(ConfigOptions.PEERS).peers().isEmpty();
  }

  private Optional<Path> requireFile(ConfigOption<ConfigOptions.OptionalFile> option) {
    Optional<Path> file = get(option).path();
    if (file.isPresent() && !Files.isReadable(file.get())) {
      fault(option.key(), source(option), "there is no file " + file.get() + " that can be read");
    }
    return file;
  }

  private Optional<TlsOptions> tls() {
    Optional<Path> certificate = requireFile(ConfigOptions.TLS_CERTIFICATE);
    Optional<Path> key = requireFile(ConfigOptions.TLS_KEY);
    Optional<Path> password = requireFile(ConfigOptions.TLS_PASSWORD);
    Optional<Path> trusted = requireFile(ConfigOptions.TLS_TRUSTED);
    boolean clients = get(ConfigOptions.TLS_CLIENTS);
    if (certificate.isEmpty()) {
      for (ConfigOption<?> option :
          List.of(
              ConfigOptions.TLS_KEY,
              ConfigOptions.TLS_PASSWORD,
              ConfigOptions.TLS_TRUSTED,
              ConfigOptions.TLS_CLIENTS)) {
        if (settings.containsKey(option.key())) {
          fault(
              option.key(),
              source(option),
              "means nothing without " + ConfigOptions.TLS_CERTIFICATE.key());
        }
      }
      return Optional.empty();
    }
    try {
      return Optional.of(
          new TlsOptions(
              certificate,
              key,
              password,
              trusted,
              clients,
              TlsOptions.defaults().reloadInterval()));
    } catch (IllegalArgumentException e) {
      fault(ConfigOptions.TLS_CLIENTS.key(), source(ConfigOptions.TLS_CLIENTS), e.getMessage());
      return Optional.empty();
    }
  }

  private ServiceConfig.Delivery delivery(Optional<TlsOptions> tls) {
    List<Destination> destinations =
        get(ConfigOptions.DESTINATIONS).entries().stream()
            .map(entry -> entry.destination(get(ConfigOptions.AE), tls))
            .toList();
    Map<String, Deidentification> deidentified = new HashMap<>();
    for (DestinationList.Entry entry : get(ConfigOptions.DESTINATIONS).entries()) {
      entry.deidentification().ifPresent(found -> deidentified.put(entry.name(), found));
    }
    Retry usual = Retry.defaults();
    return new ServiceConfig.Delivery(
        destinations,
        deidentified,
        new Retry(
            usual.first(),
            Duration.ofMinutes(get(ConfigOptions.LONGEST_RETRY)),
            usual.refusedFirst(),
            usual.refusedLongest(),
            Duration.ofDays(get(ConfigOptions.GIVE_UP)),
            Duration.ofMinutes(get(ConfigOptions.COMMITMENT_WAIT))),
        get(ConfigOptions.LANGUAGE));
  }

  /** The folder, or the nearest one above it that exists, must be one that can be written. */
  private void requireFolder(ConfigOption<Path> option, Path folder) {
    Path existing = folder;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (existing == null || !Files.isDirectory(existing)) {
      fault(option.key(), source(option), existing + " is not a folder");
    } else if (!Files.isWritable(existing)) {
      fault(option.key(), source(option), "the folder " + existing + " cannot be written");
    }
  }

  private void requireRoutesThatWork() {
    List<String> names = get(ConfigOptions.MODEL_NAME).names();
    get(ConfigOptions.MODEL_ROUTES)
        .models()
        .forEach(
            (title, model) -> {
              if (!names.contains(model)) {
                fault(
                    ConfigOptions.MODEL_ROUTES.key(),
                    source(ConfigOptions.MODEL_ROUTES),
                    "'%s' is not loaded; %s holds %s"
                        .formatted(
                            printable(model),
                            ConfigOptions.MODEL_NAME.key(),
                            String.join(", ", names)));
              }
              if (!closedByPeers(ConfigOptions.ANY_CALLED)
                  && !title.equals(get(ConfigOptions.AE))) {
                fault(
                    ConfigOptions.MODEL_ROUTES.key(),
                    source(ConfigOptions.MODEL_ROUTES),
                    "nobody can call '%s' while %s is false"
                        .formatted(printable(title), ConfigOptions.ANY_CALLED.key()));
              }
            });
  }

  private void requireDifferentPorts() {
    int port = get(ConfigOptions.HTTP_PORT);
    String http = get(ConfigOptions.HTTP_ADDRESS);
    String dicom = get(ConfigOptions.DICOM_ADDRESS);
    boolean overlap = http.equals(dicom) || WILDCARDS.contains(http) || WILDCARDS.contains(dicom);
    if (port != 0 && port == get(ConfigOptions.DICOM_PORT) && overlap) {
      fault(
          ConfigOptions.HTTP_PORT.key(),
          source(ConfigOptions.HTTP_PORT),
          "'%d' is the port of DICOM too (%s); choose another one"
              .formatted(port, ConfigOptions.DICOM_PORT.key()));
    }
  }

  private <T> T get(ConfigOption<T> option) {
    Setting setting = settings.get(option.key());
    return setting == null ? option.parse(option.defaultText()) : option.cast(setting.value());
  }

  private String source(ConfigOption<?> option) {
    Setting setting = settings.get(option.key());
    return setting == null ? "default" : setting.source();
  }

  private void fault(String key, String source, String problem) {
    faults.add(new ConfigFault(key, source, problem));
  }

  private static String suggestion(String name, Function<ConfigOption<?>, String> nameOf) {
    String best = null;
    int bestDistance = Math.max(2, name.length() / 4) + 1;
    for (ConfigOption<?> option : ConfigOptions.ALL) {
      String candidate = nameOf.apply(option);
      int distance = distance(name, candidate);
      boolean sameName =
          candidate.regionMatches(
              true, candidate.length() - name.length() - 1, "." + name, 0, name.length() + 1);
      if (sameName) {
        distance = 0;
      }
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best == null
        ? "; see docs/configuration.md for all of them"
        : "; did you mean '" + best + "'?";
  }

  /** Edits (insert, delete, replace) between two names, regardless of case. */
  private static int distance(String a, String b) {
    if (a.length() > 2 * LONGEST_SHOWN) {
      return Integer.MAX_VALUE;
    }
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same =
            Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
        row[j] = Math.min(previous[j - 1] + (same ? 0 : 1), 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[b.length()];
  }

  private static String printable(String text) {
    // A password in an address must not be repeated.
    text = text.replaceAll("//[^/@\\s]*@", "//...@");
    String shown = text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
