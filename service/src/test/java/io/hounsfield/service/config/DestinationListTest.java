// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.delivery.Credentials;
import io.hounsfield.delivery.Destination;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.Target;
import io.hounsfield.listener.TlsOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DestinationListTest {
  private static List<Destination> of(String text) {
    return DestinationList.parse(text).entries().stream()
        .map(entry -> entry.destination("LUNGCT", Optional.empty()))
        .toList();
  }

  @Test
  void readsEveryType() {
    List<Destination> all =
        of(
            "pacs;type=dicom;address=THE PACS@[2001:db8::1]:104;commitment=true;tls=true;"
                + "peers=CT1|CT 2;series=*lung*|thorax ?;inFlight=2;timeoutSeconds=5,"
                + "vna;type=stow;address=https://vna.example.org/dicom-web;bearerFile=/etc/token,"
                + "fhir;type=fhir;address=http://127.0.0.1/r4;basicVariable=FHIR_USER;enabled=false,"
                + "ris;type=mllp;address=ris.example.org:2575,"
                + "study;type=folder;address=/srv/study;kinds=csv|seg");
    Destination pacs = all.get(0);
    assertEquals(
        new Target.Dicom(
            "THE PACS", "2001:db8::1", 104, "LUNGCT", Optional.of(TlsOptions.defaults()), true),
        pacs.target());
    assertEquals(Set.of("CT1", "CT 2"), pacs.peers());
    assertEquals(2, pacs.series().size());
    assertEquals(2, pacs.inFlight());
    assertEquals(5, pacs.timeout().toSeconds());
    assertEquals(
        Set.of(ObjectKind.SEG, ObjectKind.SR, ObjectKind.KEY_IMAGES, ObjectKind.PDF), pacs.kinds());
    assertEquals(Credentials.Scheme.BEARER, all.get(1).credentials().orElseThrow().scheme());
    assertFalse(all.get(2).enabled());
    assertInstanceOf(Target.Mllp.class, all.get(3).target());
    assertEquals(Set.of(ObjectKind.HL7), all.get(3).kinds());
    assertEquals(Set.of(ObjectKind.CSV, ObjectKind.SEG), all.get(4).kinds());
  }

  @Test
  void aDestinationOfDeidentifiedResultsGetsOnlyWhatCanBeCleaned() {
    String secret = ";deidentifySecretFile=/etc/secret";
    List<Destination> all =
        of(
            ("pacs;type=dicom;address=A@h:1;deidentify=basic%1$s,"
                    + "vna;type=stow;address=http://h;deidentify=basic|retain-dates%1$s,"
                    + "study;type=folder;address=/x;deidentify=basic|retain-uids|retain-dates%1$s,"
                    + "plain;type=folder;address=/x")
                .formatted(secret));
    assertEquals(Set.of(ObjectKind.SEG, ObjectKind.SR, ObjectKind.KEY_IMAGES), all.get(0).kinds());
    assertEquals(all.get(0).kinds(), all.get(1).kinds());
    assertEquals(
        Set.of(
            ObjectKind.SEG,
            ObjectKind.SEG_LABEL_MAP,
            ObjectKind.SR,
            ObjectKind.KEY_IMAGES,
            ObjectKind.FINDINGS,
            ObjectKind.CSV,
            ObjectKind.JSON,
            ObjectKind.LABEL_MAPS),
        all.get(2).kinds());
    assertEquals(
        List.of(
            Optional.of("deidentified-pacs"),
            Optional.of("deidentified-vna.retain-dates"),
            Optional.of("deidentified-study.retain-uids.retain-dates"),
            Optional.empty()),
        all.stream().map(Destination::variant).toList());
  }

  @Test
  void nothingIsAllRight() {
    assertEquals(List.of(), of(""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "A B;type=folder;address=/x # name",
        "a;type=ftp;address=x # type is none",
        "a;type=folder # address is missing",
        "a;type=folder;address=x/y # absolute",
        "a;type=dicom;address=host:104 # AET@HOST:PORT",
        "a;type=dicom;address=A@host # HOST:PORT",
        "a;type=dicom;address=A@host:0 # HOST:PORT",
        "a;type=dicom;address=A@host:104;kinds=hl7 # only these kinds",
        "a;type=mllp;address=h:1;kinds=seg # only these kinds",
        "a;type=folder;address=/x;kinds=all # a kind is none of",
        "a;type=folder;address=/x;tls=true # not for folders",
        "a;type=stow;address=http://h;tls=true # https",
        "a;type=stow;address=ftp://h # URL",
        "a;type=stow;address=https://user:secret@h # URL",
        "a;type=stow;address=https://h;bearerFile=/a;basicFile=/b # more than one secret",
        "a;type=stow;address=https://h;bearerVariable=HOUNSFIELD_X # HOUNSFIELD_",
        "a;type=mllp;address=h:1;bearerFile=/a # secrets are for",
        "a;type=mllp;address=h:1;receivingApplication=R|S # an application or facility is not",
        "a;type=fhir;address=http://h/r4;receivingFacility=R # are for type=mllp",
        "a;type=mllp;address=h:1;commitment=true # commitment is for",
        "a;type=folder;address=/x;deidentify=basic # need each other",
        "a;type=folder;address=/x;deidentifySecretFile=/s # need each other",
        "a;type=folder;address=/x;deidentify=all;deidentifySecretFile=/s # deidentify is not basic",
        "a;type=folder;address=/x;deidentify=basic|retain-name;deidentifySecretFile=/s # not basic",
        "a;type=folder;address=/x;deidentify=retain-dates;deidentifySecretFile=/s # not basic",
        "a;type=folder;address=/x;kinds=hl7;deidentify=basic;deidentifySecretFile=/s # hl7 cannot",
        "a;type=dicom;address=A@h:1;kinds=seg|pdf;deidentify=basic;deidentifySecretFile=/s # pdf c",
        "a;type=fhir;address=http://h;deidentify=basic;deidentifySecretFile=/s # about a person",
        "a;type=mllp;address=h:1;deidentify=basic;deidentifySecretFile=/s # about a person",
        "a;type=folder;address=/x;speed=9 # a setting is none of",
        "a;type=folder;address=/x;inFlight=9 # inFlight",
        "a;type=folder;address=/x;address=/y # set twice",
        "'a;type=folder;address=/x,a;type=folder;address=/y' # two destinations of one name"
      })
  void saysWhatIsWrong(String text, String problem) {
    IllegalArgumentException fault =
        assertThrows(IllegalArgumentException.class, () -> DestinationList.parse(text));
    assertTrue(fault.getMessage().contains(problem), fault.getMessage());
    assertFalse(fault.getMessage().contains("secret@"), "secrets are not repeated");
  }

  @Test
  void eachFaultyDestinationIsNamed() {
    IllegalArgumentException fault =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                DestinationList.parse(
                    "a;type=ftp;address=x,good;type=folder;address=/x,b;type=folder;address=x/y,"
                        + "good;type=folder;address=/y,A B;type=folder"));
    assertTrue(fault.getMessage().startsWith("holds "), fault.getMessage());
    for (String problem :
        List.of("not valid: a: type is none", "not valid: b: address", "one name", "whose name")) {
      assertTrue(fault.getMessage().contains(problem), fault.getMessage());
    }
    assertFalse(fault.getMessage().contains("good: "), fault.getMessage());
  }
}
