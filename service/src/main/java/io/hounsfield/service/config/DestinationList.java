// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import io.hounsfield.delivery.Credentials;
import io.hounsfield.delivery.Destination;
import io.hounsfield.delivery.Hl7Names;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.Target;
import io.hounsfield.delivery.TextPattern;
import io.hounsfield.listener.TlsOptions;
import io.hounsfield.results.dicom.Deidentifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The value of {@code delivery.destinations}: where results go, in the order given. */
record DestinationList(List<DestinationList.Entry> entries) {
  static final String ALLOWED =
      "NAME;type=dicom|stow|fhir|mllp|folder;address=...[;SETTING=VALUE...], separated by commas (a"
          + " list in the file)";

  private static final int MAX_DESTINATIONS = 32;
  private static final int MAX_VALUES = 100;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final Pattern AE_TITLE = Pattern.compile("[ -\\[\\]-~]{1,16}");
  private static final Pattern HOST_PORT =
      Pattern.compile(
          "\\[([0-9A-Fa-f:.]{2,45})\\]:([0-9]{1,5})|([A-Za-z0-9.-]{1,253}):([0-9]{1,5})");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");
  private static final Set<String> SETTINGS =
      Set.of(
          "type",
          "address",
          "kinds",
          "peers",
          "series",
          "enabled",
          "inFlight",
          "timeoutSeconds",
          "tls",
          "commitment",
          "callingAeTitle",
          "sendingApplication",
          "sendingFacility",
          "receivingApplication",
          "receivingFacility",
          "bearerFile",
          "bearerVariable",
          "basicFile",
          "basicVariable",
          "deidentify",
          "deidentifySecretFile");

  /** One destination; the node's own title and keys are added when they are known. */
  record Entry(String name, Map<String, String> settings) {

    /**
     * The destination.
     *
     * @param aeTitle AE title of this node
     * @param keys keys of this node, if it has any
     * @throws IllegalArgumentException saying what is wrong
     */
    Destination destination(String aeTitle, Optional<TlsOptions> keys) {
      boolean tls = flag("tls", false);
      Optional<TlsOptions> used =
          tls ? Optional.of(keys.orElse(TlsOptions.defaults())) : Optional.empty();
      Target target =
          switch (required("type")) {
            case "dicom" -> dicom(aeTitle, used);
            case "stow" -> new Target.Stow(uri(), used);
            case "fhir" -> new Target.Fhir(uri(), used);
            case "mllp" -> {
              HostPort at = hostPort(required("address"));
              yield new Target.Mllp(at.host(), at.port(), used, hl7Names());
            }
            case "folder" -> new Target.Folder(folder());
            default -> throw fault("type is none of dicom, stow, fhir, mllp, folder");
          };
      requireMeaning(target, tls);
      Optional<Deidentification> deidentification = deidentification();
      return new Destination(
          name,
          target,
          kinds(target, deidentification.isPresent()),
          peers(),
          series(),
          flag("enabled", true),
          number("inFlight", 1, 1, 8),
          Duration.ofSeconds(number("timeoutSeconds", 60, 1, 3600)),
          credentials(),
          deidentification.map(d -> d.variant(name)));
    }

    /**
     * How its results are cleaned, if they are.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    Optional<Deidentification> deidentification() {
      boolean asked = settings.containsKey("deidentify");
      if (asked != settings.containsKey("deidentifySecretFile")) {
        throw fault("deidentify and deidentifySecretFile need each other");
      }
      if (!asked) {
        return Optional.empty();
      }
      List<String> values = values("deidentify");
      Set<Deidentifier.Option> options = EnumSet.noneOf(Deidentifier.Option.class);
      Deidentification.NAMES.forEach(
          (option, key) -> {
            if (values.contains(key)) {
              options.add(option);
            }
          });
      if (!values.get(0).equals(Deidentification.PROFILE) || options.size() + 1 != values.size()) {
        throw fault(
            "deidentify is not basic, or basic| and some of "
                + String.join(", ", Deidentification.NAMES.values()));
      }
      return Optional.of(
          new Deidentification(options, secretFile(required("deidentifySecretFile"))));
    }

    private Target dicom(String aeTitle, Optional<TlsOptions> tls) {
      String address = required("address");
      int at = address.lastIndexOf('@');
      if (at < 0) {
        throw fault("address is not AET@HOST:PORT");
      }
      HostPort node = hostPort(address.substring(at + 1));
      return new Target.Dicom(
          aeTitle(address.substring(0, at)),
          node.host(),
          node.port(),
          aeTitle(settings.getOrDefault("callingAeTitle", aeTitle)),
          tls,
          flag("commitment", false));
    }

    private record HostPort(String host, int port) {}

    private HostPort hostPort(String text) {
      Matcher matcher = HOST_PORT.matcher(text);
      if (matcher.matches()) {
        boolean six = matcher.group(1) != null;
        int port = Integer.parseInt(matcher.group(six ? 2 : 4));
        if (port >= 1 && port <= 65535) {
          return new HostPort(matcher.group(six ? 1 : 3), port);
        }
      }
      throw fault("address has no HOST:PORT (IPv6 in brackets, port 1 to 65535)");
    }

    private String aeTitle(String text) {
      String title = text.strip();
      if (!AE_TITLE.matcher(title).matches()) {
        throw fault("an AE title is not 1 to 16 printable ASCII characters without \\");
      }
      return title;
    }

    private Hl7Names hl7Names() {
      try {
        return new Hl7Names(
            settings.getOrDefault("sendingApplication", ""),
            settings.getOrDefault("sendingFacility", ""),
            settings.getOrDefault("receivingApplication", ""),
            settings.getOrDefault("receivingFacility", ""));
      } catch (IllegalArgumentException e) {
        throw fault(e.getMessage());
      }
    }

    private URI uri() {
      try {
        URI uri = new URI(required("address"));
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (http
            && uri.getHost() != null
            && uri.getUserInfo() == null
            && uri.getQuery() == null
            && uri.getFragment() == null) {
          return uri;
        }
      } catch (URISyntaxException e) {
        throw fault("address is no URL");
      }
      throw fault("address is no http or https URL without user, query and fragment");
    }

    private Path folder() {
      try {
        Path path = Path.of(required("address"));
        if (path.isAbsolute()) {
          return path.normalize();
        }
      } catch (InvalidPathException e) {
        throw fault("address is no path");
      }
      throw fault("address is no absolute path");
    }

    private Set<ObjectKind> kinds(Target target, boolean deidentified) {
      if (!settings.containsKey("kinds")) {
        Set<ObjectKind> usual = EnumSet.copyOf(target.defaultKinds());
        if (deidentified) {
          usual.retainAll(Deidentification.KINDS);
        }
        return usual;
      }
      Set<ObjectKind> kinds = EnumSet.noneOf(ObjectKind.class);
      for (String key : values("kinds")) {
        ObjectKind kind =
            ObjectKind.ofKey(key)
                .orElseThrow(
                    () -> fault("a kind is none of " + keys(EnumSet.allOf(ObjectKind.class))));
        if (!target.possibleKinds().contains(kind)) {
          throw fault(
              "by %s only these kinds can go: %s"
                  .formatted(target.type(), keys(target.possibleKinds())));
        }
        if (deidentified && !Deidentification.KINDS.contains(kind)) {
          throw fault(
              "%s cannot be de-identified; with deidentify only these kinds can go: %s"
                  .formatted(kind.key(), keys(Deidentification.KINDS)));
        }
        kinds.add(kind);
      }
      return kinds;
    }

    private static String keys(Set<ObjectKind> kinds) {
      return kinds.stream().map(ObjectKind::key).collect(Collectors.joining(", "));
    }

    private Set<String> peers() {
      Set<String> titles = new HashSet<>();
      for (String title : values("peers")) {
        titles.add(aeTitle(title));
      }
      return titles;
    }

    private List<TextPattern> series() {
      try {
        return values("series").stream().map(TextPattern::new).toList();
      } catch (IllegalArgumentException e) {
        throw fault(e.getMessage());
      }
    }

    private List<String> values(String key) {
      if (!settings.containsKey(key)) {
        return List.of();
      }
      List<String> values =
          Arrays.stream(settings.get(key).split("\\|", -1))
              .map(String::strip)
              .filter(v -> !v.isEmpty())
              .toList();
      if (values.isEmpty() || values.size() > MAX_VALUES) {
        throw fault(key + " needs 1 to " + MAX_VALUES + " values with | between");
      }
      return values;
    }

    private Optional<Credentials> credentials() {
      List<Credentials> found = new ArrayList<>();
      for (Credentials.Scheme scheme : Credentials.Scheme.values()) {
        String prefix = scheme.name().toLowerCase(java.util.Locale.ROOT);
        String file = settings.get(prefix + "File");
        if (file != null) {
          found.add(new Credentials(scheme, new Credentials.InFile(secretFile(file))));
        }
        String variable = settings.get(prefix + "Variable");
        if (variable != null) {
          if (!VARIABLE.matcher(variable).matches() || variable.startsWith("HOUNSFIELD_")) {
            throw fault(
                "a variable is no name of an environment variable, or starts with HOUNSFIELD_,"
                    + " which is for options");
          }
          found.add(new Credentials(scheme, new Credentials.InEnvironment(variable)));
        }
      }
      if (found.size() > 1) {
        throw fault("more than one secret is named");
      }
      return found.stream().findFirst();
    }

    private Path secretFile(String text) {
      try {
        return Path.of(text).toAbsolutePath().normalize();
      } catch (InvalidPathException e) {
        throw fault("the path of a secret is no path");
      }
    }

    /** A setting that would do nothing is more likely a mistake than meant. */
    private void requireMeaning(Target target, boolean tls) {
      boolean dicom = target instanceof Target.Dicom;
      boolean http = target instanceof Target.Stow || target instanceof Target.Fhir;
      require(dicom || !settings.containsKey("commitment"), "commitment is for type=dicom");
      require(dicom || !settings.containsKey("callingAeTitle"), "callingAeTitle is for type=dicom");
      require(
          target instanceof Target.Mllp
              || settings.keySet().stream()
                  .noneMatch(k -> k.endsWith("Application") || k.endsWith("Facility")),
          "applications and facilities are for type=mllp");
      require(
          http
              || settings.keySet().stream()
                  .noneMatch(k -> k.startsWith("bearer") || k.startsWith("basic")),
          "secrets are for type=stow and type=fhir");
      require(
          !settings.containsKey("deidentify")
              || dicom
              || target instanceof Target.Stow
              || target instanceof Target.Folder,
          "deidentify is for type=dicom, type=stow and type=folder: FHIR resources and HL7 messages"
              + " are about a person and cannot be de-identified");
      require(!(target instanceof Target.Folder) || !tls, "tls is not for folders");
      require(
          !http || !tls || required("address").startsWith("https:"),
          "tls needs an address that starts with https:");
    }

    private void require(boolean condition, String problem) {
      if (!condition) {
        throw fault(problem);
      }
    }

    private String required(String key) {
      String value = settings.getOrDefault(key, "");
      if (value.isEmpty()) {
        throw fault(key + " is missing");
      }
      return value;
    }

    private boolean flag(String key, boolean absent) {
      return switch (settings.getOrDefault(key, Boolean.toString(absent))) {
        case "true" -> true;
        case "false" -> false;
        default -> throw fault(key + " is neither true nor false");
      };
    }

    private int number(String key, int absent, int min, int max) {
      try {
        int value = Integer.parseInt(settings.getOrDefault(key, Integer.toString(absent)));
        if (value >= min && value <= max) {
          return value;
        }
      } catch (NumberFormatException e) {
        throw fault(key + " is not a whole number");
      }
      throw fault("%s is not %d to %d".formatted(key, min, max));
    }

    private IllegalArgumentException fault(String problem) {
      return new IllegalArgumentException(
          "holds a destination that is not valid: %s: %s".formatted(name, problem));
    }
  }

  DestinationList {
    entries = List.copyOf(entries);
  }

  /**
   * Reads the list.
   *
   * @throws IllegalArgumentException saying of each destination that is not valid what is wrong
   */
  static DestinationList parse(String text) {
    List<Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<String> faults = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        try {
          Entry entry = entry(part.strip());
          if (!names.add(entry.name())) {
            throw new IllegalArgumentException("holds two destinations of one name");
          }
          entry.destination("HOUNSFIELD", Optional.empty()); // whatever is wrong is said here
          entries.add(entry);
        } catch (IllegalArgumentException e) {
          faults.add(e.getMessage());
        }
      }
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
    if (entries.size() > MAX_DESTINATIONS) {
      throw new IllegalArgumentException("holds more than " + MAX_DESTINATIONS + " destinations");
    }
    return new DestinationList(entries);
  }

  private static Entry entry(String text) {
    String[] parts = text.split(";", -1);
    String name = parts[0].strip();
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "holds a destination whose name is not 1 to 32 of a-z, 0-9 and - (a comma separates"
              + " destinations; in a pattern ? stands for one)");
    }
    Map<String, String> settings = new TreeMap<>();
    for (int i = 1; i < parts.length; i++) {
      String[] setting = parts[i].split("=", 2);
      String key = setting[0].strip();
      if (setting.length != 2 || !SETTINGS.contains(key)) {
        throw new IllegalArgumentException(
            "holds a destination that is not valid: %s: a setting is none of %s"
                .formatted(name, String.join(", ", SETTINGS.stream().sorted().toList())));
      }
      if (settings.put(key, setting[1].strip()) != null) {
        throw new IllegalArgumentException(
            "holds a destination that is not valid: %s: %s is set twice".formatted(name, key));
      }
    }
    return new Entry(name, settings);
  }
}
