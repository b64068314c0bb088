// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Store Instances Response Module, PS3.18 table I.2-1, in the DICOM JSON model (annex F) or the
 * Native DICOM Model of XML (PS3.19 annex A).
 *
 * @param stored items of Referenced SOP Sequence
 * @param failed items of Failed SOP Sequence, then of Other Failures Sequence
 */
record StowResponse(List<Item> stored, List<Item> failed) {
  private static final String REFERENCED_SOP_SEQUENCE = "00081199";
  private static final String FAILED_SOP_SEQUENCE = "00081198";
  private static final String OTHER_FAILURES_SEQUENCE = "0008119A";
  private static final String SOP_INSTANCE_UID = "00081155";
  private static final String WARNING_REASON = "00081196";
  private static final String FAILURE_REASON = "00081197";

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(50).build())
                  .build())
          .build();

  /**
   * What is said of an instance.
   *
   * @param sopInstanceUid empty where it is not named
   * @param reason Warning or Failure Reason; empty where there is none
   */
  record Item(String sopInstanceUid, Optional<Integer> reason) {}

  /** What a server answered; empty if that is no such data set. */
  static Optional<StowResponse> of(HttpPost.Answer answer) {
    String type = answer.contentType().toLowerCase(Locale.ROOT);
    try {
      if (type.contains("json")) {
        return ofJson(answer.body());
      }
      return type.contains("xml") ? ofXml(answer.body()) : Optional.empty();
    } catch (IOException | SAXException e) {
      return Optional.empty(); // not well-formed
    }
  }

  private static StowResponse of(Map<String, List<Map<String, String>>> sequences) {
    List<Item> failed = items(sequences, FAILED_SOP_SEQUENCE, FAILURE_REASON);
    failed.addAll(items(sequences, OTHER_FAILURES_SEQUENCE, FAILURE_REASON));
    return new StowResponse(items(sequences, REFERENCED_SOP_SEQUENCE, WARNING_REASON), failed);
  }

  private static List<Item> items(
      Map<String, List<Map<String, String>>> sequences, String tag, String reason) {
    List<Item> items = new ArrayList<>();
    for (Map<String, String> each : sequences.getOrDefault(tag, List.of())) {
      Optional<Integer> code =
          Optional.ofNullable(each.get(reason))
              .filter(text -> text.matches("[0-9]{1,5}"))
              .map(text -> Integer.parseInt(text) & 0xFFFF);
      items.add(new Item(each.getOrDefault(SOP_INSTANCE_UID, ""), code));
    }
    return items;
  }

  // Either form as sequences by tag; of each item the first value of each attribute.

  private static Optional<StowResponse> ofJson(byte[] body) throws IOException {
    JsonNode parsed = JSON.readTree(body);
    JsonNode dataSet = parsed != null && parsed.isArray() ? parsed.path(0) : parsed;
    if (dataSet == null || !dataSet.isObject()) {
      return Optional.empty();
    }
    Map<String, List<Map<String, String>>> sequences = new HashMap<>();
    dataSet
        .properties()
        .forEach(
            sequence -> {
              List<Map<String, String>> items = new ArrayList<>();
              for (JsonNode item : sequence.getValue().path("Value")) {
                Map<String, String> values = new HashMap<>();
                item.properties()
                    .forEach(
                        e -> values.put(e.getKey(), e.getValue().path("Value").path(0).asText()));
                items.add(values);
              }
              sequences.put(sequence.getKey(), items);
            });
    return Optional.of(of(sequences));
  }

  private static Optional<StowResponse> ofXml(byte[] body) throws IOException, SAXException {
    Element root;
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setNamespaceAware(true);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new DefaultHandler()); // nothing to the console
      root = builder.parse(new ByteArrayInputStream(body)).getDocumentElement();
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
    if (!"NativeDicomModel".equals(root.getLocalName())) {
      return Optional.empty();
    }
    Map<String, List<Map<String, String>>> sequences = new HashMap<>();
    for (Element sequence : children(root, "DicomAttribute")) {
      List<Map<String, String>> items = new ArrayList<>();
      for (Element item : children(sequence, "Item")) {
        Map<String, String> values = new HashMap<>();
        for (Element attribute : children(item, "DicomAttribute")) {
          children(attribute, "Value").stream()
              .findFirst()
              .ifPresent(
                  value ->
                      values.put(attribute.getAttribute("tag"), value.getTextContent().strip()));
        }
        items.add(values);
      }
      sequences.put(sequence.getAttribute("tag").toUpperCase(Locale.ROOT), items);
    }
    return Optional.of(of(sequences));
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && name.equals(element.getLocalName())) {
        found.add(element);
      }
    }
    return found;
  }
}
