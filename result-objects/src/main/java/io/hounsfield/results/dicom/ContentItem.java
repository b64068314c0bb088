// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.CodedConcept;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** A content item of a structured report with those below it, PS3.3 section C.17.3. */
final class ContentItem {

  /** Relationship Type (0040,A010) with the item above. */
  enum Relation {
    CONTAINS("CONTAINS"),
    HAS_CONCEPT_MOD("HAS CONCEPT MOD"),
    HAS_OBS_CONTEXT("HAS OBS CONTEXT"),
    HAS_ACQ_CONTEXT("HAS ACQ CONTEXT"),
    HAS_PROPERTIES("HAS PROPERTIES");

    private final String term;

    Relation(String term) {
      this.term = term;
    }
  }

  private final DataSet item = new DataSet();
  private final List<ContentItem> children = new ArrayList<>();

  private ContentItem(String valueType, CodedConcept name) {
    item.put(Tag.ValueType, VR.CS, valueType);
    if (name != null) {
      item.putItems(Tag.ConceptNameCodeSequence, Codes.item(name));
    }
  }

  /** CONTAINER by a template of PS3.16. */
  static ContentItem container(CodedConcept name, String templateId) {
    ContentItem container = container(name);
    container.item.putItems(
        Tag.ContentTemplateSequence,
        new DataSet()
            .put(Tag.MappingResource, VR.CS, "DCMR")
            .put(Tag.TemplateIdentifier, VR.CS, templateId));
    return container;
  }

  static ContentItem container(CodedConcept name) {
    ContentItem container = new ContentItem("CONTAINER", name);
    container.item.put(Tag.ContinuityOfContent, VR.CS, "SEPARATE");
    return container;
  }

  static ContentItem code(CodedConcept name, CodedConcept value) {
    ContentItem code = new ContentItem("CODE", name);
    code.item.putItems(Tag.ConceptCodeSequence, Codes.item(value));
    return code;
  }

  static ContentItem text(CodedConcept name, String value) {
    ContentItem text = new ContentItem("TEXT", name);
    text.item.put(Tag.TextValue, VR.UT, Ascii.of(value));
    return text;
  }

  static ContentItem uid(CodedConcept name, String uid) {
    ContentItem reference = new ContentItem("UIDREF", name);
    reference.item.put(Tag.UID, VR.UI, uid);
    return reference;
  }

  /**
   * NUM. Numeric Value has 16 characters at most; where these do not give the number back to the
   * last digit, Floating Point Value holds it too (PS3.3 section C.18.1).
   */
  static ContentItem number(CodedConcept name, double value, CodedConcept unit) {
    DataSet measured =
        new DataSet()
            .putDoubles(Tag.NumericValue, VR.DS, value)
            .putItems(Tag.MeasurementUnitsCodeSequence, Codes.item(unit));
    String written = measured.string(Tag.NumericValue).orElseThrow();
    if (new BigDecimal(written).doubleValue() != value) {
      measured.putDoubles(Tag.FloatingPointValue, VR.FD, value);
    }
    ContentItem number = new ContentItem("NUM", name);
    number.item.putItems(Tag.MeasuredValueSequence, measured);
    return number;
  }

  /** NUM without a value, and why in code. */
  static ContentItem noNumber(CodedConcept name, CodedConcept qualifier) {
    ContentItem number = new ContentItem("NUM", name);
    number
        .item
        .putItems(Tag.MeasuredValueSequence)
        .putItems(Tag.NumericValueQualifierCodeSequence, Codes.item(qualifier));
    return number;
  }

  /**
   * IMAGE.
   *
   * @param name purpose of reference, {@code null} for none
   * @param segments segment numbers of a segmentation, none for the whole object
   */
  static ContentItem image(
      CodedConcept name, String sopClassUid, String sopInstanceUid, int... segments) {
    DataSet reference = SourceReferences.instance(sopClassUid, sopInstanceUid);
    if (segments.length > 0) {
      reference.putInts(Tag.ReferencedSegmentNumber, VR.US, segments);
    }
    ContentItem image = new ContentItem("IMAGE", name);
    image.item.putItems(Tag.ReferencedSOPSequence, reference);
    return image;
  }

  /** Hangs another item below this one, behind those that are there. */
  ContentItem with(Relation relation, ContentItem child) {
    child.item.put(Tag.RelationshipType, VR.CS, relation.term);
    children.add(child);
    return this;
  }

  /** The item as a data set, with everything below it. */
  DataSet encode() {
    if (!children.isEmpty()) {
      item.putItems(Tag.ContentSequence, children.stream().map(ContentItem::encode).toList());
    }
    return item;
  }
}
