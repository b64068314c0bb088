// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import io.hounsfield.listener.TlsOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLParameters;

/**
 * POST to one server: bounded in time and in what is read, redirects not followed, the secret read
 * for each request.
 */
final class HttpPost {
  /** Most that is read of an answer, bytes; more is cut off. */
  static final int MAX_ANSWER = 1 << 20;

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final int MAX_RETRY_AFTER_SECONDS = 24 * 3600;

  /** What a server answered; the body is at most {@link #MAX_ANSWER} bytes long. */
  record Answer(int status, String contentType, byte[] body, Optional<Duration> retryAfter) {
    boolean isSuccess() {
      return status >= 200 && status < 300;
    }

    /** What an answer other than success means for the object. */
    Attempt fault() {
      String reason = "answered HTTP " + status;
      if (status == 503 || status == 429) {
        return new Attempt.Unavailable(reason, reason, true, retryAfter);
      }
      boolean later = status == 408 || status == 425 || status >= 500 && status != 501;
      if (later) {
        return new Attempt.Unavailable(reason, reason, status == 502 || status == 504, retryAfter);
      }
      return status >= 300 && status < 400
          ? Attempt.refused(reason + "; redirects are not followed")
          : Attempt.refused(reason);
    }
  }

  private final HttpClient client;
  private final Duration timeout;
  private final Optional<Credentials> credentials;

  private HttpPost(HttpClient client, Duration timeout, Optional<Credentials> credentials) {
    this.client = client;
    this.timeout = timeout;
    this.credentials = credentials;
  }

  /**
   * @param tls keys for https; empty: what Java trusts
   * @throws IOException if the keys cannot be used
   */
  static HttpPost of(Destination destination, Optional<TlsOptions> tls) throws IOException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT);
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    builder.sslParameters(parameters);
    if (tls.isPresent()) {
      builder.sslContext(tls.get().context());
    }
    return new HttpPost(builder.build(), destination.timeout(), destination.credentials());
  }

  /**
   * Posts.
   *
   * @param headers names and values, one after the other
   * @throws IOException when it does not come to an answer in time
   */
  Answer post(URI uri, HttpRequest.BodyPublisher body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(timeout).headers(headers).POST(body);
    if (credentials.isPresent()) {
      request.header("Authorization", credentials.get().authorization());
    }
    CompletableFuture<HttpResponse<byte[]>> call =
        client.sendAsync(request.build(), info -> new Bounded());
    try {
      // The request's own timeout ends when the headers are there.
      HttpResponse<byte[]> response =
          call.get(2 * timeout.toMillis() + CONNECT.toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          response.body(),
          retryAfter(response));
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("the answer does not end");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ConnectException) {
        throw new IOException("the connection is refused", e.getCause());
      }
      if (e.getCause() instanceof IOException fault) {
        throw fault;
      }
      throw new IOException(e.getCause());
    } finally {
      call.cancel(true);
    }
  }

  private static Optional<Duration> retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("[0-9]{1,9}")) // its form with a date is left out
        .map(text -> Math.min(Integer.parseInt(text), MAX_RETRY_AFTER_SECONDS))
        .map(Duration::ofSeconds);
  }

  /** Collects a body and stops reading where it is longer than allowed. */
  private static final class Bounded implements HttpResponse.BodySubscriber<byte[]> {
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private Flow.Subscription subscription;

    @Override
    public CompletionStage<byte[]> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
      for (ByteBuffer part : parts) {
        int count = Math.min(part.remaining(), MAX_ANSWER - collected.size());
        byte[] bytes = new byte[count];
        part.get(bytes);
        collected.writeBytes(bytes);
      }
      if (collected.size() == MAX_ANSWER) {
        subscription.cancel();
        onComplete();
      }
    }

    @Override
    public void onError(Throwable fault) {
      body.completeExceptionally(fault);
    }

    @Override
    public void onComplete() {
      body.complete(collected.toByteArray());
    }
  }
}
