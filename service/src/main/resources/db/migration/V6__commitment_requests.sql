-- SPDX-License-Identifier: Apache-2.0

-- Storage commitment requests whose report is of use: those of deliveries that are not sent or cancelled.
CREATE TABLE commitment_requests (
  id INTEGER NOT NULL PRIMARY KEY,
  transaction_uid VARCHAR(64) NOT NULL,
  delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
  CONSTRAINT commitment_requests_once UNIQUE (transaction_uid, delivery_id)
);

CREATE INDEX commitment_requests_of_delivery ON commitment_requests (delivery_id);

INSERT INTO commitment_requests (transaction_uid, delivery_id)
  SELECT earlier_transaction_uid, id FROM deliveries
  WHERE earlier_transaction_uid IS NOT NULL AND state NOT IN ('sent', 'cancelled')
  UNION
  SELECT transaction_uid, id FROM deliveries
  WHERE transaction_uid IS NOT NULL AND state NOT IN ('sent', 'cancelled');

-- Requests since the object was stored.
ALTER TABLE deliveries ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET requests = 1 WHERE transaction_uid IS NOT NULL;

DROP INDEX deliveries_by_transaction;
ALTER TABLE deliveries DROP COLUMN earlier_transaction_uid;
