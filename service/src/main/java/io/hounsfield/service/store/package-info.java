// SPDX-License-Identifier: Apache-2.0
/** The database of analyses: SQLite by default, with migrations that PostgreSQL can run too. */
package io.hounsfield.service.store;
