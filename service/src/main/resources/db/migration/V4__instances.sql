-- SPDX-License-Identifier: Apache-2.0
-- The instances that the series is known to have (16 hexadecimal digits each), as of the newest version that was
-- finished: with them a series that is sent again is recognised after its instances were deleted.
ALTER TABLE analyses ADD COLUMN instances TEXT;
