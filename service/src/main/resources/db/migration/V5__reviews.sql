-- SPDX-License-Identifier: Apache-2.0

-- What people said of reports: entries are added, never changed.
CREATE TABLE reviews (
  analysis_id VARCHAR(36) NOT NULL,
  version INTEGER NOT NULL,
  number INTEGER NOT NULL,
  verdict VARCHAR(16) NOT NULL,
  reviewer TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  comment TEXT,
  -- Numbers of components, separated by commas, and the numbers of the report without them (JSON).
  excluded TEXT NOT NULL,
  recomputed TEXT,
  PRIMARY KEY (analysis_id, version, number),
  FOREIGN KEY (analysis_id, version) REFERENCES reports (analysis_id, version),
  CONSTRAINT reviews_numbered CHECK (number >= 1),
  CONSTRAINT reviews_verdict_known CHECK (verdict IN ('accept', 'reject', 'comment')),
  CONSTRAINT reviews_recomputed_where_excluded CHECK ((excluded = '') = (recomputed IS NULL))
);

-- Values that a review sets against the measured ones, in the unit of the quantity.
CREATE TABLE review_edits (
  analysis_id VARCHAR(36) NOT NULL,
  version INTEGER NOT NULL,
  number INTEGER NOT NULL,
  region VARCHAR(16) NOT NULL,
  quantity VARCHAR(32) NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (analysis_id, version, number, region, quantity),
  FOREIGN KEY (analysis_id, version, number) REFERENCES reviews (analysis_id, version, number)
);
