// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A DICOM application entity that accepts associations: Verification, Storage of CT and Storage
 * Commitment as SCP.
 *
 * <p>PDUs are decoded on one event loop; files are written and flushed on a small pool, in order
 * for each association. A C-STORE is answered with success when the instance is durable in the
 * {@link Spool}, and never waits for anything behind it.
 */
public final class DicomNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DicomNode.class);
  private static final long START_SECONDS = 30;
  private static final long CLOSE_SECONDS = 30;

  private final Vertx vertx;
  private final Server server;
  private final Counters counters;
  private final ExecutorService pool;
  private final CommitmentService commitments;
  private final String deployment;

  private DicomNode(
      Vertx vertx,
      Server server,
      Counters counters,
      ExecutorService pool,
      CommitmentService commitments,
      String deployment) {
    this.commitments = commitments;
    this.vertx = vertx;
    this.server = server;
    this.counters = counters;
    this.pool = pool;
    this.deployment = deployment;
  }

  /**
   * Listens. Blocks until the port is bound; not to be called on an event loop.
   *
   * @param spool stays open when the node is closed; its owner closes it afterwards
   * @throws IOException when the address cannot be bound
   */
  public static DicomNode start(
      Vertx vertx, DicomNodeOptions options, Spool spool, DicomNodeListener listener)
      throws IOException {
    Objects.requireNonNull(spool, "spool");
    Objects.requireNonNull(listener, "listener");
    refuseOnEventLoop();
    Negotiation.prepare();
    TlsKeys keys = options.tls().isPresent() ? nodeKeys(options.tls().get()) : null;
    Counters counters = new Counters();
    ExecutorService pool = newPool(options.spoolThreads());
    CommitmentService commitments = new CommitmentService(options, spool, counters);
    Server server = new Server(options, spool, listener, counters, pool, keys, commitments);
    try {
      String deployment =
          vertx
              .deployVerticle(server)
              .toCompletionStage()
              .toCompletableFuture()
              .get(START_SECONDS, TimeUnit.SECONDS);
      DicomNode node = new DicomNode(vertx, server, counters, pool, commitments, deployment);
      commitments.start();
      LOG.info(
          "DICOM node {} listens on {} port {}{}",
          options.aeTitle(),
          options.bindAddress(),
          node.port(),
          keys == null ? "" : ", TLS as " + keys.subject());
      return node;
    } catch (ExecutionException | TimeoutException e) {
      pool.shutdown();
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw new IOException(
          "cannot listen for DICOM on "
              + options.bindAddress()
              + " port "
              + options.port()
              + ": "
              + cause.getMessage()
              + "; choose another port or address",
          cause);
    } catch (InterruptedException e) {
      pool.shutdown();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting the DICOM node", e);
    }
  }

  private static TlsKeys nodeKeys(TlsOptions options) throws IOException {
    TlsKeys keys = TlsKeys.read(options);
    if (keys.keys() == null) {
      throw new IOException("a node that is called by TLS needs a certificate");
    }
    return keys;
  }

  private static void refuseOnEventLoop() {
    if (Context.isOnEventLoopThread()) {
      throw new IllegalStateException("this call blocks: not on an event loop");
    }
  }

  private static ExecutorService newPool(int threads) {
    AtomicLong number = new AtomicLong();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // at most one task for each association waits in it
            task -> {
              Thread thread = new Thread(task, "dicom-spool-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** The port that is bound. */
  public int port() {
    return server.netServer.actualPort();
  }

  /** The counters now. */
  public NodeStatistics statistics() {
    return counters.snapshot();
  }

  /**
   * Stops listening, finishes and answers what was received whole, aborts the associations, closes
   * the connections. When this returns, nothing more goes into the spool or to the listener. Not to
   * be called on an event loop.
   */
  @Override
  public void close() {
    refuseOnEventLoop();
    try {
      vertx
          .undeploy(deployment)
          .toCompletionStage()
          .toCompletableFuture()
          .get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the DICOM node did not close in order: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    commitments.close();
    pool.shutdown();
    try {
      if (!pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("spool threads are still busy after {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The part that lives on the event loop. */
  private static final class Server extends VerticleBase {
    private final DicomNodeOptions options;
    private final Spool spool;
    private final DicomNodeListener listener;
    private final Counters counters;
    private final ExecutorService pool;
    private final CommitmentService commitments;
    private volatile NetServer netServer;
    private NodeContext node;
    private long lastId;
    private boolean closing;
    private TlsKeys keys;
    private String brokenKeys = "";
    private boolean reloading;

    Server(
        DicomNodeOptions options,
        Spool spool,
        DicomNodeListener listener,
        Counters counters,
        ExecutorService pool,
        TlsKeys keys,
        CommitmentService commitments) {
      this.commitments = commitments;
      this.options = options;
      this.keys = keys;
      this.spool = spool;
      this.listener = listener;
      this.counters = counters;
      this.pool = pool;
    }

    @Override
    public Future<?> start() {
      node = new NodeContext(vertx, context, options, spool, listener, pool, counters, commitments);
      NetServerOptions listening =
          new NetServerOptions()
              .setHost(options.bindAddress())
              .setPort(options.port())
              .setTcpNoDelay(true)
              .setTcpKeepAlive(true)
              .setAcceptBacklog(1024);
      if (keys != null) {
        listening.setSsl(true).setClientAuth(ClientAuth.NONE); // makes the options set next
        configure(listening.getSslOptions(), keys);
        long interval = Math.max(1, options.tls().get().reloadInterval().toMillis());
        vertx.setPeriodic(interval, t -> reloadKeys());
      }
      netServer =
          vertx
              .createNetServer(listening)
              .connectHandler(this::connected)
              .exceptionHandler(e -> LOG.info("connection not accepted: {}", e.toString()));
      return netServer.listen();
    }

    private ServerSSLOptions configure(ServerSSLOptions ssl, TlsKeys of) {
      ssl.setKeyCertOptions(KeyCertOptions.wrap(of.keys()));
      if (of.trust() != null) {
        ssl.setTrustOptions(TrustOptions.wrap(of.trust()));
      }
      ssl.setClientAuth(
          options.tls().get().clientAuthentication() ? ClientAuth.REQUIRED : ClientAuth.NONE);
      ssl.setEnabledSecureTransportProtocols(new LinkedHashSet<>(TlsKeys.PROTOCOLS));
      TlsKeys.CIPHER_SUITES.forEach(ssl::addEnabledCipherSuite);
      ssl.setSslHandshakeTimeout(options.artimTimeoutMs());
      ssl.setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
      return ssl;
    }

    /** New connections take changed keys; broken ones are named once, and the old ones stay. */
    private void reloadKeys() {
      if (reloading) {
        return;
      }
      reloading = true;
      TlsOptions files = options.tls().get();
      vertx
          .executeBlocking(
              () -> {
                String now = TlsKeys.fingerprint(files);
                return now.equals(keys.fingerprint()) || now.equals(brokenKeys)
                    ? null
                    : new Object[] {now, readOrExplain(files)};
              })
          .compose(
              found -> {
                if (found == null) {
                  return Future.succeededFuture();
                }
                if (found[1] instanceof TlsKeys changed) {
                  return takeKeys(changed);
                }
                brokenKeys = (String) found[0];
                return Future.failedFuture((String) found[1]);
              })
          .onComplete(
              done -> {
                reloading = false;
                if (done.failed()) {
                  LOG.error(
                      "TLS: the old keys stay, the changed ones cannot be used: {}",
                      done.cause().getMessage());
                }
              });
    }

    private static Object readOrExplain(TlsOptions files) {
      try {
        return nodeKeys(files);
      } catch (IOException e) {
        return e.getMessage();
      }
    }

    private Future<?> takeKeys(TlsKeys changed) {
      return netServer
          .updateSSLOptions(configure(new ServerSSLOptions(), changed))
          .onSuccess(
              done -> {
                keys = changed;
                LOG.info("TLS: new connections take the changed keys of {}", changed.subject());
              });
    }

    private void connected(NetSocket socket) {
      if (closing) {
        socket.close();
        return;
      }
      if (node.connections.size() >= options.maxConnections() && !makeRoom()) {
        LOG.warn("{} connections are open; one more was closed", node.connections.size());
        socket.close();
        return;
      }
      Connection connection = new Connection(++lastId, node, socket);
      node.connections.put(connection.id, connection);
      counters.connectionsOpen.incrementAndGet();
      connection.open();
    }

    /** Closes the oldest connection without an association. */
    private boolean makeRoom() {
      for (Connection connection : node.connections.values()) {
        if (connection.isSilent()) {
          connection.evict();
          return true;
        }
      }
      return false;
    }

    @Override
    public Future<?> stop() {
      closing = true;
      List<Connection> open = new ArrayList<>(node.connections.values());
      List<Future<?>> ends = new ArrayList<>();
      for (Connection connection : open) {
        Promise<Void> end = Promise.promise();
        ends.add(end.future());
        connection.shutdown(end::tryComplete);
      }
      return (ends.isEmpty() ? Future.succeededFuture() : Future.join(ends))
          .eventually(() -> netServer.close());
    }
  }
}
