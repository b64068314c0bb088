// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

/** States of an association, PS3.8 tables 9-1 to 9-5. */
public enum State {
  STA1("idle"),
  STA2("transport connection open, awaiting A-ASSOCIATE-RQ"),
  STA3("awaiting local A-ASSOCIATE response"),
  STA4("awaiting transport connection opening"),
  STA5("awaiting A-ASSOCIATE-AC or A-ASSOCIATE-RJ"),
  STA6("association established, ready for data transfer"),
  STA7("awaiting A-RELEASE-RP"),
  STA8("awaiting local A-RELEASE response"),
  STA9("release collision, requestor side, awaiting local A-RELEASE response"),
  STA10("release collision, acceptor side, awaiting A-RELEASE-RP"),
  STA11("release collision, requestor side, awaiting A-RELEASE-RP"),
  STA12("release collision, acceptor side, awaiting local A-RELEASE response"),
  STA13("awaiting transport connection close");

  private final String meaning;

  State(String meaning) {
    this.meaning = meaning;
  }

  /** The state's meaning in words, as the standard puts it. */
  public String meaning() {
    return meaning;
  }

  /** The standard's name and the meaning: {@code Sta6 (association established, ...)}. */
  @Override
  public String toString() {
    return "Sta" + (ordinal() + 1) + " (" + meaning + ")";
  }
}
