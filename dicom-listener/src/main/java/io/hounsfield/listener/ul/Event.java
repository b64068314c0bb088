// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

/** Events that drive an association, rows of PS3.8 table 9-10. */
public enum Event {
  EVT1("A-ASSOCIATE request by the local user"),
  EVT2("transport connection confirmed"),
  EVT3("A-ASSOCIATE-AC received"),
  EVT4("A-ASSOCIATE-RJ received"),
  EVT5("transport connection indicated"),
  EVT6("A-ASSOCIATE-RQ received"),
  EVT7("A-ASSOCIATE response by the local user: accept"),
  EVT8("A-ASSOCIATE response by the local user: reject"),
  EVT9("P-DATA request by the local user"),
  EVT10("P-DATA-TF received"),
  EVT11("A-RELEASE request by the local user"),
  EVT12("A-RELEASE-RQ received"),
  EVT13("A-RELEASE-RP received"),
  EVT14("A-RELEASE response by the local user"),
  EVT15("A-ABORT request by the local user"),
  EVT16("A-ABORT received"),
  EVT17("transport connection closed"),
  EVT18("ARTIM timer expired"),
  EVT19("unrecognized or invalid PDU received");

  private final String meaning;

  Event(String meaning) {
    this.meaning = meaning;
  }

  /** What happened, in words. */
  public String meaning() {
    return meaning;
  }

  /** The standard's name and the meaning: {@code Evt10 (P-DATA-TF received)}. */
  @Override
  public String toString() {
    return "Evt" + (ordinal() + 1) + " (" + meaning + ")";
  }
}
