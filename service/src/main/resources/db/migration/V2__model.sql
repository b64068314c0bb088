-- SPDX-License-Identifier: Apache-2.0
-- The model (name@version) that measures the newest version: after a restart it must be the same one.
ALTER TABLE analyses ADD COLUMN model VARCHAR(160);
