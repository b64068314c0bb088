// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.listener.AssociationSummary;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What counts as one association: a store request, or several that say by the header {@value
 * #HEADER} that they belong together. Without it a series that comes in several requests would be
 * measured after the first of them. A browser cannot do otherwise: it sends no body of which it
 * does not hold all.
 *
 * <p>The value of the header is a name that the client makes up for its upload; {@code ; more}
 * after it says that another request of the same upload will follow.
 */
final class Uploads {
  static final String HEADER = "X-Hounsfield-Upload";

  /** Uploads between two requests; further ones are an association each request. */
  static final int MOST = 64;

  private static final Pattern VALUE = Pattern.compile("([A-Za-z0-9-]{8,64})(; ?more)?");
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

  private final Vertx vertx;
  private final StoreRequest.Context context;
  private final long silenceMs;
  private final AtomicLong lastId = new AtomicLong();
  private final Map<String, Upload> open = new HashMap<>(); // guarded by this

  /**
   * @param silenceMs how long the next request of an upload may take to come, milliseconds
   */
  Uploads(Vertx vertx, StoreRequest.Context context, long silenceMs) {
    this.vertx = vertx;
    this.context = context;
    this.silenceMs = silenceMs;
  }

  /**
   * The upload that a request belongs to; the request must say when it has ended.
   *
   * @throws WebProblem if the header is not valid
   */
  synchronized Upload of(HttpServerRequest request) {
    String value = request.getHeader(HEADER);
    if (value == null) {
      return new Upload(null).joined(false);
    }
    Matcher matcher = VALUE.matcher(value);
    if (!matcher.matches()) {
      throw WebProblem.invalid(
          HEADER + " is 8 to 64 letters, digits and hyphens, then perhaps \"; more\".");
    }
    String name = matcher.group(1);
    Upload known = open.get(name);
    if (known == null) {
      known = new Upload(open.size() < MOST ? name : null);
      if (known.name != null) {
        open.put(name, known);
      }
    }
    return known.joined(matcher.group(2) != null);
  }

  /** One or several store requests. Guarded by the outer object. */
  final class Upload {
    /** By which further requests find it; {@code null}: there will be none. */
    private final String name;

    private final long id = -lastId.incrementAndGet();
    private final Set<String> series = new TreeSet<>();
    private int requests;
    private boolean more;
    private boolean cutOff;
    private int stored;
    private long bytes;
    private long timer = -1;

    private Upload(String name) {
      this.name = name;
    }

    private Upload joined(boolean moreFollow) {
      requests++;
      more = moreFollow && name != null;
      if (timer >= 0) {
        vertx.cancelTimer(timer);
        timer = -1;
      }
      return this;
    }

    /** Number in place of an association's, below zero. */
    long id() {
      return id;
    }

    /** A request of it has ended and brought this. */
    void ended(boolean requestCutOff, Set<String> brought, int instances, long length) {
      synchronized (Uploads.this) {
        requests--;
        cutOff |= requestCutOff;
        series.addAll(brought);
        stored += instances;
        bytes += length;
        if (requests > 0) {
          return;
        }
        if (more && !cutOff) {
          timer = vertx.setTimer(silenceMs, t -> fellSilent());
          return;
        }
        open.remove(name, this);
      }
      tell();
    }

    private void fellSilent() {
      synchronized (Uploads.this) {
        if (requests > 0) {
          return;
        }
        cutOff = true;
        open.remove(name, this);
      }
      try {
        context.pool().execute(this::tell);
      } catch (RejectedExecutionException e) {
        LOG.debug("upload {} ends with the server", -id, e);
      }
    }

    /** Nothing joins it any more: its fields do not change. */
    private void tell() {
      try {
        context
            .listener()
            .associationClosed(
                new AssociationSummary(
                    id,
                    StoreRequest.SENDER,
                    Instant.now(),
                    System.nanoTime(),
                    cutOff,
                    series,
                    stored,
                    bytes));
      } catch (RuntimeException e) {
        LOG.error("upload {}: the listener failed", -id, e);
      }
    }
  }
}
