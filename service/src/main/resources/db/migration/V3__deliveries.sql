-- SPDX-License-Identifier: Apache-2.0

-- Who sent the series (AE title), for destinations that are for some senders only.
ALTER TABLE analyses ADD COLUMN calling_ae_title VARCHAR(16);

-- Versions whose results were made and put into the outbox.
CREATE TABLE result_sets (
  analysis_id VARCHAR(36) NOT NULL REFERENCES analyses (id),
  version INTEGER NOT NULL,
  PRIMARY KEY (analysis_id, version)
);

-- Reports of earlier releases had no results of this kind, and are not made again for them.
INSERT INTO result_sets (analysis_id, version) SELECT analysis_id, version FROM reports;

-- The outbox: one object on its way to one destination.
CREATE TABLE deliveries (
  id INTEGER NOT NULL PRIMARY KEY,
  analysis_id VARCHAR(36) NOT NULL REFERENCES analyses (id),
  version INTEGER NOT NULL,
  destination VARCHAR(64) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  file TEXT NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  state VARCHAR(16) NOT NULL,
  attempts INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  next_attempt_at BIGINT,
  last_error TEXT,
  note TEXT,
  withdrawn TEXT,
  transaction_uid VARCHAR(64),
  earlier_transaction_uid VARCHAR(64),
  revision INTEGER NOT NULL,
  CONSTRAINT deliveries_once UNIQUE (analysis_id, version, destination, file),
  CONSTRAINT deliveries_state_known
    CHECK (state IN ('queued', 'sending', 'committing', 'sent', 'failing', 'given-up', 'cancelled')),
  CONSTRAINT deliveries_that_wait_have_a_time
    CHECK ((state IN ('queued', 'failing')) <= (next_attempt_at IS NOT NULL))
);

CREATE INDEX deliveries_due ON deliveries (destination, next_attempt_at);
CREATE INDEX deliveries_by_transaction ON deliveries (transaction_uid);
