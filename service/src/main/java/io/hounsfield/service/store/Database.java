// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * An SQLite file: one connection that writes, behind a lock, and a few that read. The write-ahead
 * log lets readers go on while a write is under way; {@code synchronous=FULL} makes a commit
 * survive a power cut once it returned.
 */
final class Database implements AutoCloseable {

  /** A statement or several that belong together. */
  interface Work<T> {
    T run(Connection connection) throws SQLException, IOException;
  }

  private static final int READERS = 4;
  private static final int BUSY_TIMEOUT_MS = 10_000;
  private static final int WAIT_SECONDS = 30;

  private final Path file;
  private final Connection writer;
  private final ReentrantLock writeLock = new ReentrantLock();
  private final BlockingQueue<Connection> readers = new ArrayBlockingQueue<>(READERS);
  private final List<Connection> all = new ArrayList<>();
  private volatile boolean closed;

  private Database(Path file, Connection writer) {
    this.file = file;
    this.writer = writer;
    all.add(writer);
  }

  /** Opens the file, makes it if there is none, and brings its tables up to date. */
  static Database open(Path file) throws StoreException {
    try {
      if (file.toAbsolutePath().getParent() != null) {
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
      SQLiteDataSource source = source(file, false);
      migrate(source, file);
      Database database = new Database(file, source.getConnection());
      try {
        SQLiteDataSource readOnly = source(file, true);
        for (int i = 0; i < READERS; i++) {
          Connection reader = readOnly.getConnection();
          database.all.add(reader);
          try (Statement pragma = reader.createStatement()) {
            pragma.execute("PRAGMA query_only = ON");
          }
          database.readers.add(reader);
        }
        return database;
      } catch (SQLException e) {
        database.close();
        throw e;
      }
    } catch (SQLException | IOException e) {
      if (e instanceof StoreException fault) {
        throw fault;
      }
      throw new StoreException(
          "the database %s cannot be opened: %s. Check the folder and its rights; if the file is damaged, move it away (the received instances are kept beside it)."
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static SQLiteDataSource source(Path file, boolean queryOnly) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    config.enforceForeignKeys(true);
    // Takes the write lock when a transaction begins: none can fail half way for want of it.
    config.setTransactionMode(
        queryOnly ? SQLiteConfig.TransactionMode.DEFERRED : SQLiteConfig.TransactionMode.IMMEDIATE);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    return source;
  }

  private static void migrate(SQLiteDataSource source, Path file) throws StoreException {
    try {
      Flyway.configure(Database.class.getClassLoader())
          .dataSource(source)
          .locations("classpath:db/migration")
          // A database of a newer release is refused rather than written with old rules.
          .ignoreMigrationPatterns(new String[0])
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new StoreException(
          "the database %s cannot be brought up to date: %s. If it was written by a newer release, use that release; if it is damaged, move it away (the received instances are kept beside it)."
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** Runs work that writes, as one transaction: all of it is on disk when this returns. */
  <T> T write(Work<T> work) throws IOException {
    writeLock.lock();
    try {
      requireOpen();
      writer.setAutoCommit(false);
      try {
        T result = work.run(writer);
        writer.commit();
        return result;
      } catch (SQLException | IOException | RuntimeException e) {
        rollBack(e);
        throw e;
      } finally {
        writer.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw translated("written", e);
    } finally {
      writeLock.unlock();
    }
  }

  /** Runs work that only reads, on one state of the database. */
  <T> T read(Work<T> work) throws IOException {
    Connection reader = borrow();
    try {
      requireOpen();
      reader.setAutoCommit(false);
      try {
        return work.run(reader);
      } finally {
        reader.rollback();
        reader.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw translated("read", e);
    } finally {
      readers.add(reader);
    }
  }

  private Connection borrow() throws StoreException {
    requireOpen();
    try {
      Connection reader = readers.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (reader == null) {
        throw new StoreException(
            "the database %s has been busy for %d s; try again later"
                .formatted(file, WAIT_SECONDS));
      }
      return reader;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while waiting for the database " + file, e);
    }
  }

  private void rollBack(Exception cause) {
    try {
      writer.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private void requireOpen() throws StoreException {
    if (closed) {
      throw new StoreException("the database " + file + " is closed");
    }
  }

  private StoreException translated(String what, SQLException e) {
    return new StoreException(
        "the database %s cannot be %s: %s. Check the free space and the rights of its folder."
            .formatted(file, what, e.getMessage()),
        e);
  }

  /** Waits for the work under way, then closes every connection. */
  @Override
  public void close() throws StoreException {
    writeLock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      SQLException first = null;
      List<Connection> idle = new ArrayList<>();
      for (int i = 1; i < all.size(); i++) {
        Connection reader = readers.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (reader != null) {
          idle.add(reader);
        }
      }
      // The writer goes last: the last connection folds the write-ahead log into the file.
      idle.add(writer);
      for (Connection connection : idle) {
        try {
          connection.close();
        } catch (SQLException e) {
          if (first == null) {
            first = e;
          } else {
            first.addSuppressed(e);
          }
        }
      }
      if (first != null) {
        throw new StoreException("the database " + file + " cannot be closed", first);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while closing the database " + file, e);
    } finally {
      writeLock.unlock();
    }
  }
}
