// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * PS3.8 table 9-10, pair by pair: every state with every event. The expectation is written down the
 * other way round than the table in the code, action by action: which events lead to it in which
 * states.
 */
class TransitionTableTest {
  private static final String ESTABLISHED = "6 7 8 9 10 11 12";

  /** Action: event: states. */
  private static final String[] TRIGGERS = {
    "AE-1: 1: 1",
    "AE-2: 2: 4",
    "AE-3: 3: 5",
    "AE-4: 4: 5",
    "AE-5: 5: 1",
    "AE-6: 6: 2",
    "AE-7: 7: 3",
    "AE-8: 8: 3",
    "DT-1: 9: 6",
    "DT-2: 10: 6",
    "AR-1: 11: 6",
    "AR-2: 12: 6",
    "AR-3: 13: 7 11",
    "AR-4: 14: 8 12",
    "AR-5: 17: 13",
    "AR-6: 10: 7",
    "AR-7: 9: 8",
    "AR-8: 12: 7",
    "AR-9: 14: 9",
    "AR-10: 13: 10",
    "AA-1: 3: 2",
    "AA-1: 4: 2",
    "AA-1: 10: 2",
    "AA-1: 12: 2",
    "AA-1: 13: 2",
    "AA-1: 19: 2",
    "AA-1: 15: 3 5 " + ESTABLISHED,
    "AA-2: 15: 4",
    "AA-2: 16: 2 13",
    "AA-2: 18: 2 13",
    "AA-3: 16: 3 5 " + ESTABLISHED,
    "AA-4: 17: 3 4 5 " + ESTABLISHED,
    "AA-5: 17: 2",
    "AA-6: 3: 13",
    "AA-6: 4: 13",
    "AA-6: 10: 13",
    "AA-6: 12: 13",
    "AA-6: 13: 13",
    "AA-7: 6: 13",
    "AA-7: 19: 13",
    "AA-8: 3: 3 " + ESTABLISHED,
    "AA-8: 4: 3 " + ESTABLISHED,
    "AA-8: 6: 3 5 " + ESTABLISHED,
    "AA-8: 10: 3 5 8 9 10 11 12",
    "AA-8: 12: 3 5 8 9 10 11 12",
    "AA-8: 13: 3 5 6 8 9 12",
    "AA-8: 19: 3 5 " + ESTABLISHED,
  };

  /** The state after each action, tables 9-6 to 9-9. */
  private static final String[] NEXT = {
    "AE-1 4", "AE-2 5", "AE-3 6", "AE-4 1", "AE-5 2", "AE-6 3/13", "AE-7 6", "AE-8 13", "DT-1 6",
    "DT-2 6", "AR-1 7", "AR-2 8", "AR-3 1", "AR-4 13", "AR-5 1", "AR-6 7", "AR-7 8", "AR-8 9/10",
    "AR-9 11", "AR-10 12", "AA-1 13", "AA-2 1", "AA-3 1", "AA-4 1", "AA-5 1", "AA-6 13", "AA-7 13",
    "AA-8 13",
  };

  private static Map<Event, Map<State, String>> expected() {
    Map<Event, Map<State, String>> cells = new HashMap<>();
    for (String trigger : TRIGGERS) {
      String[] parts = trigger.split(": ");
      Event event = Event.valueOf("EVT" + parts[1]);
      for (String state : parts[2].split(" ")) {
        String before =
            cells
                .computeIfAbsent(event, e -> new EnumMap<>(State.class))
                .put(State.valueOf("STA" + state), parts[0]);
        assertEquals(null, before, "the expectation itself names a pair twice: " + trigger);
      }
    }
    return cells;
  }

  @TestFactory
  List<DynamicTest> everyPairOfStateAndEventIsAsInTable9_10() {
    Map<Event, Map<State, String>> expected = expected();
    List<DynamicTest> tests = new ArrayList<>();
    for (Event event : Event.values()) {
      for (State state : State.values()) {
        Optional<String> wanted =
            Optional.ofNullable(expected.getOrDefault(event, Map.of()).get(state));
        tests.add(
            DynamicTest.dynamicTest(
                "Evt"
                    + (event.ordinal() + 1)
                    + " in Sta"
                    + (state.ordinal() + 1)
                    + ": "
                    + wanted.orElse("cannot happen"),
                () ->
                    assertEquals(
                        wanted, TransitionTable.action(state, event).map(Action::toString))));
      }
    }
    assertEquals(19 * 13, tests.size());
    return tests;
  }

  @TestFactory
  List<DynamicTest> everyActionLeadsToTheStateOfItsTable() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : NEXT) {
      String[] parts = line.split(" ");
      String[] states = parts[1].split("/");
      Action action = Action.valueOf(parts[0].replace('-', '_'));
      tests.add(
          DynamicTest.dynamicTest(
              line,
              () -> {
                assertEquals(State.valueOf("STA" + states[0]), action.next());
                assertEquals(State.valueOf("STA" + states[states.length - 1]), action.otherwise());
              }));
    }
    assertEquals(Action.values().length, tests.size());
    return tests;
  }
}
