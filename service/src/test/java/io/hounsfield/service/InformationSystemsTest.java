// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.StrictErrorHandler;
import ca.uhn.hl7v2.AcknowledgmentCode;
import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.app.HL7Service;
import ca.uhn.hl7v2.llp.MinLowerLayerProtocol;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.model.v251.group.ORU_R01_OBSERVATION;
import ca.uhn.hl7v2.model.v251.message.ORU_R01;
import ca.uhn.hl7v2.model.v251.segment.MSH;
import ca.uhn.hl7v2.model.v251.segment.OBX;
import ca.uhn.hl7v2.model.v251.segment.PID;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import com.sun.net.httpserver.HttpServer;
import io.hounsfield.api.Analysis;
import io.hounsfield.api.DeliveryStatus;
import io.hounsfield.api.ResultCatalog;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.peers.Programs;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.DiagnosticReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hospital's information system (HL7 v2 by HAPI's receiver) and a FHIR server. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InformationSystemsTest {
  private static final String NAME = "Chen^Wei=陈^伟";

  @TempDir Path temp;

  private final BlockingQueue<DeliveryStatus> changes = new LinkedBlockingQueue<>();
  private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> bundles = new LinkedBlockingQueue<>();
  private volatile boolean refusing = true;

  private List<Path> chest() throws IOException {
    List<Path> chest =
        PhantomWriter.writeSeries(
            Phantom.generate(
                PhantomOptions.builder().seed(5).matrix(256).slices(40).opacityPercent(15).build()),
            temp.resolve("chest"));
    for (Path slice : chest) {
      DicomFile file = DicomFiles.read(slice);
      file.dataSet()
          .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 192")
          .put(Tag.PatientName, VR.PN, NAME)
          .put(Tag.PatientID, VR.LO, "PH-7")
          .put(Tag.AccessionNumber, VR.SH, "ACC-17");
      DicomFiles.write(slice, file);
    }
    return chest;
  }

  /** A receiver that refuses first: AE. */
  private HL7Service receiver(HapiContext context, int port) throws InterruptedException {
    context.setLowerLayerProtocol(new MinLowerLayerProtocol(true)); // as MSH-18 says
    HL7Service server = context.newServer(port, false);
    server.registerApplication(
        new ReceivingApplication<Message>() {
          @Override
          public Message processMessage(Message message, Map<String, Object> about)
              throws HL7Exception {
            try {
              if (refusing) {
                return message.generateACK(
                    AcknowledgmentCode.AE, new HL7Exception("patient is not known"));
              }
              messages.add(message);
              return message.generateACK();
            } catch (IOException e) {
              throw new HL7Exception(e);
            }
          }

          @Override
          public boolean canProcess(Message message) {
            return true;
          }
        });
    server.startAndWait();
    return server;
  }

  private static String taken(String transaction) {
    JsonArray entries = new JsonArray();
    for (int i = 0; i < new JsonObject(transaction).getJsonArray("entry").size(); i++) {
      entries.add(new JsonObject().put("response", new JsonObject().put("status", "201 Created")));
    }
    return new JsonObject()
        .put("resourceType", "Bundle")
        .put("type", "transaction-response")
        .put("entry", entries)
        .encode();
  }

  /** A server that refuses first: 422 with an OperationOutcome. */
  private HttpServer fhir() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/r4",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          boolean refused = refusing;
          if (!refused) {
            bundles.add(body);
          }
          byte[] answer =
              (refused
                      ? "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"invalid\"}]}"
                      : taken(body))
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/fhir+json");
          exchange.sendResponseHeaders(refused ? 422 : 200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    return server;
  }

  private List<DeliveryStatus> await(TestService s, String id, String state) throws Exception {
    while (true) {
      List<DeliveryStatus> all = s.service.results().deliveries(id);
      if (all.size() == 2 && all.stream().allMatch(d -> d.state().equals(state))) {
        return all;
      }
      assertNotNull(changes.poll(120, TimeUnit.SECONDS), "not all are " + state + ": " + all);
    }
  }

  @Test
  void aRefusedMessageAndBundleAreShownAsSuchAndArriveWholeWhenSentAgain() throws Exception {
    int port = Programs.freePort();
    HttpServer fhir = fhir();
    try (HapiContext context = new DefaultHapiContext()) {
      HL7Service receiver = receiver(context, port);
      String destinations =
          "ris;type=mllp;address=127.0.0.1:%d;receivingApplication=RIS;receivingFacility=RADIOLOGY;sendingFacility=CT-LAB,fhir;type=fhir;address=http://127.0.0.1:%d/r4"
              .formatted(port, fhir.getAddress().getPort());
      try (TestService s =
          new TestService(
              temp.resolve("data"), 60, Map.of("HOUNSFIELD_DELIVERY_DESTINATIONS", destinations))) {
        s.service.results().subscribe(changes::add);
        s.send(chest());
        Analysis analysis = s.awaitEnd();
        for (DeliveryStatus failing : await(s, analysis.id(), "failing")) {
          boolean hl7 = failing.destination().equals("ris");
          assertTrue(
              failing.lastError().contains(hl7 ? "AE" : "422"),
              failing.destination() + ": " + failing.lastError());
        }
        refusing = false;
        for (DeliveryStatus failing : s.service.results().deliveries(analysis.id())) {
          s.service.results().change(analysis.id(), failing.number(), ResultCatalog.Change.RESEND);
        }
        await(s, analysis.id(), "sent");
        message(s, analysis);
        bundle(analysis);
        metrics(s);
      } finally {
        receiver.stopAndWait();
      }
    } finally {
      fhir.stop(0);
    }
  }

  private void message(TestService s, Analysis analysis) throws Exception {
    ORU_R01 message = (ORU_R01) messages.take();
    assertEquals(0, messages.size(), "once");
    MSH msh = message.getMSH();
    assertEquals("HOUNSFIELD", msh.getSendingApplication().encode());
    assertEquals("CT-LAB", msh.getSendingFacility().encode());
    assertEquals("RIS", msh.getReceivingApplication().encode());
    assertEquals("RADIOLOGY", msh.getReceivingFacility().encode());
    PID pid = message.getPATIENT_RESULT().getPATIENT().getPID();
    assertEquals("陈", pid.getPatientName(1).getFamilyName().getSurname().getValue());
    assertEquals("PH-7", pid.getPatientIdentifierList(0).getIDNumber().getValue());
    Measurement volume = s.report(analysis).regions().get(Region.BOTH_LUNGS).get(Quantity.VOLUME);
    double sent = Double.NaN;
    for (ORU_R01_OBSERVATION o :
        message.getPATIENT_RESULT().getORDER_OBSERVATION().getOBSERVATIONAll()) {
      OBX obx = o.getOBX();
      if ("LUNG_VOL-BOTH".equals(obx.getObservationIdentifier().getIdentifier().getValue())) {
        sent = Double.parseDouble(obx.getObservationValue(0).encode());
      }
    }
    double value = ((Measurement.Value) volume).value();
    assertEquals(value, sent, 1e-11 * value, "NM has 16 characters (HL7 v2.5.1, 2.A.47)");
  }

  private void bundle(Analysis analysis) throws Exception {
    Bundle bundle =
        FhirContext.forR4Cached()
            .newJsonParser()
            .setParserErrorHandler(new StrictErrorHandler())
            .parseResource(Bundle.class, bundles.take());
    assertEquals(0, bundles.size(), "once");
    assertEquals(Bundle.BundleType.TRANSACTION, bundle.getType());
    DiagnosticReport report =
        bundle.getEntry().stream()
            .map(Bundle.BundleEntryComponent::getResource)
            .filter(DiagnosticReport.class::isInstance)
            .map(DiagnosticReport.class::cast)
            .findFirst()
            .orElseThrow();
    assertEquals("PH-7", report.getSubject().getIdentifier().getValue());
    assertTrue(
        report
            .getImagingStudy()
            .get(0)
            .getIdentifier()
            .getValue()
            .contains(analysis.studyInstanceUid()));
  }

  /** Metrics tell of destinations, and nothing of patients. */
  private static void metrics(TestService s) throws Exception {
    String metrics =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + s.service.httpPort() + "/metrics"))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    for (String destination : List.of("ris", "fhir")) {
      assertTrue(
          metrics.contains(
              "hounsfield_deliveries_sent_total{destination=\"" + destination + "\"} 1"),
          metrics);
      assertTrue(
          metrics.contains(
              "hounsfield_deliveries_failed_attempts_total{destination=\"" + destination + "\"} 1"),
          metrics);
    }
    for (String secret : List.of("Chen", "陈", "PH-7", "ACC-17")) {
      assertFalse(metrics.contains(secret), secret);
    }
  }
}
