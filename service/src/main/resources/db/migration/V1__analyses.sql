-- SPDX-License-Identifier: Apache-2.0
-- Plain SQL that SQLite and PostgreSQL both run. Times are milliseconds since 1970-01-01 UTC.

-- One row a series: where its newest version stands.
CREATE TABLE analyses (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  study_instance_uid VARCHAR(64) NOT NULL,
  series_instance_uid VARCHAR(64) NOT NULL,
  version INTEGER NOT NULL,
  status VARCHAR(16) NOT NULL,
  slices_received INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  refusal_code VARCHAR(64),
  refusal_text TEXT,
  instances_digest VARCHAR(64),
  opacity_percent DOUBLE PRECISION,
  warning_count INTEGER NOT NULL,
  patient_name TEXT,
  patient_id TEXT,
  study_date TEXT,
  study_description TEXT,
  series_description TEXT,
  CONSTRAINT analyses_one_a_series UNIQUE (series_instance_uid),
  CONSTRAINT analyses_version_positive CHECK (version >= 1),
  CONSTRAINT analyses_status_known
    CHECK (status IN ('receiving', 'analysing', 'reported', 'refused', 'failed')),
  CONSTRAINT analyses_refusal_has_reason
    CHECK ((status IN ('refused', 'failed')) = (refusal_code IS NOT NULL AND refusal_text IS NOT NULL))
);

CREATE INDEX analyses_newest_first ON analyses (created_at, id);
CREATE INDEX analyses_by_update ON analyses (updated_at);
CREATE INDEX analyses_by_status ON analyses (status);

-- Every report that was ever given out: a later version replaces none.
CREATE TABLE reports (
  analysis_id VARCHAR(36) NOT NULL REFERENCES analyses (id),
  version INTEGER NOT NULL,
  instances_digest VARCHAR(64),
  created_at BIGINT NOT NULL,
  report_json TEXT NOT NULL,
  PRIMARY KEY (analysis_id, version)
);
