// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hounsfield.delivery.Delivery;
import io.hounsfield.delivery.DeliveryState;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An outbox of an earlier release: what an archive was asked before still counts. */
class OutboxMigrationTest {
  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";

  @TempDir Path folder;

  private static String row(int id, String state, String transaction, String earlier) {
    return """
        INSERT INTO deliveries VALUES (%d, '%s', 1, 'pacs', 'seg', 'x/%d', 'ab', '%s', 1, 0, 1, 1, 1,
          9, NULL, NULL, NULL, %s, %s, 4)"""
        .formatted(id, ANALYSIS, id, state, transaction, earlier);
  }

  @Test
  void requestsOfAnEarlierReleaseAreKnown() throws Exception {
    Path file = folder.resolve("hounsfield.db");
    String url = "jdbc:sqlite:" + file;
    Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:db/migration")
        .target("5")
        .load()
        .migrate();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(row(1, "committing", "'2.25.2'", "'2.25.1'"));
      statement.execute(row(2, "given-up", "'2.25.3'", "NULL"));
      statement.execute(row(3, "sent", "'2.25.4'", "'2.25.1'"));
      statement.execute(row(4, "queued", "NULL", "NULL"));
    }
    try (AnalysisStore store = AnalysisStore.open(file)) {
      OutboxStore outbox = store.outbox();
      assertEquals(List.of(1L), asked(outbox, "2.25.1"), "what is sent needs no report");
      assertEquals(List.of(1L), asked(outbox, "2.25.2"));
      assertEquals(List.of(2L), asked(outbox, "2.25.3"));
      assertEquals(List.of(), asked(outbox, "2.25.4"));
      Delivery first = outbox.find(1).orElseThrow();
      assertEquals(DeliveryState.COMMITTING, first.state());
      assertEquals(1, first.requests());
      assertEquals(4, first.revision());
      assertEquals(0, outbox.find(4).orElseThrow().requests());
    }
  }

  private static List<Long> asked(OutboxStore outbox, String transaction) throws Exception {
    return outbox.ofTransaction(transaction).stream().map(Delivery::id).toList();
  }
}
