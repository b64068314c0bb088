// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import java.util.Optional;

/** PS3.8 table 9-10, the state transition table of the DICOM upper layer, as printed there. */
public final class TransitionTable {
  private static final String TABLE_9_10 =
      """
             Sta1 Sta2 Sta3 Sta4 Sta5 Sta6 Sta7 Sta8 Sta9 Sta10 Sta11 Sta12 Sta13
      Evt1   AE-1  .    .    .    .    .    .    .    .    .     .     .     .
      Evt2    .    .    .   AE-2  .    .    .    .    .    .     .     .     .
      Evt3    .   AA-1 AA-8  .   AE-3 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8  AA-8  AA-6
      Evt4    .   AA-1 AA-8  .   AE-4 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8  AA-8  AA-6
      Evt5   AE-5  .    .    .    .    .    .    .    .    .     .     .     .
      Evt6    .   AE-6 AA-8  .   AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8  AA-8  AA-7
      Evt7    .    .   AE-7  .    .    .    .    .    .    .     .     .     .
      Evt8    .    .   AE-8  .    .    .    .    .    .    .     .     .     .
      Evt9    .    .    .    .    .   DT-1  .   AR-7  .    .     .     .     .
      Evt10   .   AA-1 AA-8  .   AA-8 DT-2 AR-6 AA-8 AA-8 AA-8  AA-8  AA-8  AA-6
      Evt11   .    .    .    .    .   AR-1  .    .    .    .     .     .     .
      Evt12   .   AA-1 AA-8  .   AA-8 AR-2 AR-8 AA-8 AA-8 AA-8  AA-8  AA-8  AA-6
      Evt13   .   AA-1 AA-8  .   AA-8 AA-8 AR-3 AA-8 AA-8 AR-10 AR-3  AA-8  AA-6
      Evt14   .    .    .    .    .    .    .   AR-4 AR-9  .     .    AR-4   .
      Evt15   .    .   AA-1 AA-2 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1  AA-1  AA-1   .
      Evt16   .   AA-2 AA-3  .   AA-3 AA-3 AA-3 AA-3 AA-3 AA-3  AA-3  AA-3  AA-2
      Evt17   .   AA-5 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4  AA-4  AA-4  AR-5
      Evt18   .   AA-2  .    .    .    .    .    .    .    .     .     .    AA-2
      Evt19   .   AA-1 AA-8  .   AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8  AA-8  AA-7
      """;

  private static final Action[][] ACTIONS = parse();

  private TransitionTable() {}

  /** The action for this pair; empty where the standard's table is blank (it cannot happen). */
  public static Optional<Action> action(State state, Event event) {
    return Optional.ofNullable(ACTIONS[event.ordinal()][state.ordinal()]);
  }

  private static Action[][] parse() {
    String[] lines = TABLE_9_10.strip().split("\n");
    Action[][] actions = new Action[Event.values().length][State.values().length];
    for (Event event : Event.values()) {
      String[] cells = lines[event.ordinal() + 1].strip().split(" +");
      if (!cells[0].equals("Evt" + (event.ordinal() + 1))
          || cells.length != State.values().length + 1) {
        throw new IllegalStateException("table 9-10, row " + event + " is not as expected");
      }
      for (State state : State.values()) {
        String cell = cells[state.ordinal() + 1];
        if (!cell.equals(".")) {
          actions[event.ordinal()][state.ordinal()] = Action.valueOf(cell.replace('-', '_'));
        }
      }
    }
    return actions;
  }
}
