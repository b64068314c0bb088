// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.listener.Spool;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Retrieve (WADO-RS), PS3.18 section 10.4: instances, metadata, frames, bulk data, rendered frames.
 * Runs on event loops.
 */
final class RetrieveHandler {
  private static final int MAX_FRAMES = 1000;
  private static final String PLAIN = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid();

  private final Exchange.Shared shared;
  private final Spool spool;
  private final SpoolIndex index;

  RetrieveHandler(Exchange.Shared shared, Spool spool, SpoolIndex index) {
    this.shared = shared;
    this.spool = spool;
    this.index = index;
  }

  /** What an address names. */
  private record Target(String study, Optional<String> series, Optional<String> instance) {
    static Target of(RoutingContext rc) {
      return new Target(
          Uids.require(rc.pathParam("study")),
          Optional.ofNullable(rc.pathParam("series")).map(Uids::require),
          Optional.ofNullable(rc.pathParam("instance")).map(Uids::require));
    }
  }

  /**
   * What is held of a target.
   *
   * @param instances in the order of series and instance
   * @param unreadable how many more are held whose attributes cannot be read
   */
  private record Found(List<Held> instances, int unreadable) {}

  /** On a worker. */
  private Found find(Target target) throws IOException {
    List<Held> found = new ArrayList<>();
    int unreadable = 0;
    if (target.instance().isPresent()) {
      spool
          .find(target.series().get(), target.instance().get())
          .filter(held -> held.studyInstanceUid().equals(target.study()))
          .ifPresent(
              held ->
                  found.add(
                      new Held(
                          held.studyInstanceUid(),
                          held.seriesInstanceUid(),
                          held.sopInstanceUid(),
                          held.transferSyntax(),
                          held.file())));
    } else {
      for (IndexedSeries series : index.study(target.study())) {
        if (target.series().orElse(series.seriesInstanceUid()).equals(series.seriesInstanceUid())) {
          List<IndexedInstance> instances = index.instances(series);
          // One that came meanwhile is no reason to tell of fewer.
          unreadable += Math.max(0, series.instances() - instances.size());
          for (IndexedInstance instance : instances) {
            found.add(
                new Held(
                    series.studyInstanceUid(),
                    series.seriesInstanceUid(),
                    instance.sopInstanceUid(),
                    instance.transferSyntax(),
                    instance.file()));
          }
        }
      }
    }
    if (found.isEmpty()) {
      throw WebProblem.notFound("Nothing is held under this address.");
    }
    return new Found(found, unreadable);
  }

  // ---- instances ----

  /** Retrieve study, series or instance. */
  void instances(RoutingContext rc) {
    Target target = Target.of(rc);
    QueryParameters.require(rc, "accept");
    Accept accept = Accept.of(rc);
    WebAddress address = WebAddress.of(rc);
    boolean instance = target.instance().isPresent();
    Exchange exchange = Exchange.begin(shared, rc, "Retrieving instances");
    exchange
        .work(
            () -> {
              Found found = find(target);
              return InstancePlan.of(
                  accept, found.instances(), found.unreadable(), instance, shared.memory());
            })
        .compose(
            plan -> {
              exchange.reserve(plan.memory());
              return instance ? Future.succeededFuture(plan) : tried(exchange, plan);
            })
        .compose(
            plan -> {
              tellPartial(exchange, plan.leftOut(), plan.count());
              return plan.single()
                  ? one(exchange, plan.items().get(0))
                  : parts(exchange, plan, address);
            })
        .onFailure(exchange::fail);
  }

  /**
   * Leaves out what cannot be made and the client does not take otherwise. It is made twice, since
   * nobody can be told any more when the answer has begun.
   */
  private static Future<InstancePlan> tried(Exchange exchange, InstancePlan plan) {
    Set<InstancePlan.Item> failed = new HashSet<>();
    return exchange
        .each(
            plan.items().stream().filter(InstancePlan.Item::uncertain).iterator(),
            item ->
                exchange
                    .work(item::made)
                    .<Void>mapEmpty()
                    .recover(
                        fault -> {
                          if (fault instanceof DicomException) {
                            failed.add(item);
                            return Future.succeededFuture();
                          }
                          return Future.failedFuture(fault);
                        }))
        .map(v -> plan.without(failed));
  }

  private static void tellPartial(Exchange exchange, int leftOut, int all) {
    if (leftOut > 0) {
      exchange.response().setStatusCode(206);
      exchange.warn(
          "%d of %d instances are left out: they cannot be read, or not be given as accepted."
              .formatted(leftOut, all));
    }
  }

  private Future<Void> one(Exchange exchange, InstancePlan.Item item) {
    return made(exchange, item)
        .compose(
            made -> {
              HttpServerResponse response = prepare(exchange, dicomType(item, made));
              if (made.isPresent()) {
                return response.end(Buffer.buffer(made.get()));
              }
              response.setChunked(true);
              return exchange.write(item.held().file()).compose(v -> exchange.end());
            });
  }

  private Future<Void> parts(Exchange exchange, InstancePlan plan, WebAddress address) {
    String boundary = boundary();
    prepare(exchange, multipart(MediaType.DICOM, boundary)).setChunked(true);
    return exchange
        .each(
            plan.items().iterator(),
            item ->
                made(exchange, item)
                    .compose(
                        made ->
                            exchange
                                .write(
                                    partHead(
                                        boundary,
                                        dicomType(item, made),
                                        item.held().address(address)))
                                .compose(
                                    v ->
                                        made.isPresent()
                                            ? exchange.write(made.get())
                                            : exchange.write(item.held().file())))
                    .compose(v -> exchange.write("\r\n")))
        .compose(v -> exchange.response().end("--" + boundary + "--\r\n"));
  }

  /** What is sent as it is stored needs no worker. */
  private static Future<Optional<byte[]>> made(Exchange exchange, InstancePlan.Item item) {
    return item.stored() ? Future.succeededFuture(Optional.empty()) : exchange.work(item::made);
  }

  private static String dicomType(InstancePlan.Item item, Optional<byte[]> made) {
    String syntax = made.isPresent() ? PLAIN : item.held().transferSyntax().uid();
    return MediaType.DICOM + "; transfer-syntax=" + syntax;
  }

  // ---- metadata ----

  /** Retrieve metadata of a study, series or instance. */
  void metadata(RoutingContext rc) {
    Target target = Target.of(rc);
    QueryParameters.require(rc, "accept");
    String type = Accept.of(rc).single(MediaType.DICOM_JSON, "application/json");
    WebAddress address = WebAddress.of(rc);
    Exchange exchange = Exchange.begin(shared, rc, "Retrieving metadata");
    exchange
        .work(() -> find(target))
        .compose(
            found -> {
              List<Held> all = found.instances();
              tellPartial(exchange, found.unreadable(), found.unreadable() + all.size());
              prepare(exchange, type).setChunked(true);
              return exchange
                  .each(
                      all.iterator(),
                      held ->
                          exchange
                              .work(() -> held.metadata(address))
                              .compose(
                                  json ->
                                      exchange.write((held == all.get(0) ? "[" : ",\n") + json)))
                  .compose(v -> exchange.response().end("]"));
            })
        .onFailure(exchange::fail);
  }

  // ---- frames ----

  /** Retrieve frames, uncompressed. */
  void frames(RoutingContext rc) {
    Target target = Target.of(rc);
    QueryParameters.require(rc, "accept");
    int[] numbers = frameNumbers(rc.pathParam("frames"));
    boolean single = octets(Accept.of(rc), numbers.length == 1, true);
    WebAddress address = WebAddress.of(rc);
    Exchange exchange = Exchange.begin(shared, rc, "Retrieving frames");
    open(exchange, target, numbers)
        .compose(
            opened -> {
              String place = opened.held().address(address) + "/frames/";
              return single
                  ? frame(exchange, opened, numbers[0]).compose(b -> octets(exchange, b))
                  : frameParts(exchange, opened, numbers, place);
            })
        .onFailure(exchange::fail);
  }

  private Future<Void> frameParts(Exchange exchange, Opened opened, int[] numbers, String place) {
    String boundary = boundary();
    prepare(exchange, multipart(MediaType.OCTETS, boundary)).setChunked(true);
    return exchange
        .each(
            Arrays.stream(numbers).iterator(),
            number ->
                frame(exchange, opened, number)
                    .compose(
                        bytes ->
                            exchange
                                .write(
                                    partHead(
                                        boundary,
                                        MediaType.OCTETS + "; transfer-syntax=" + PLAIN,
                                        place + number))
                                .compose(v -> exchange.write(bytes))
                                .compose(v -> exchange.write("\r\n"))))
        .compose(v -> exchange.response().end("--" + boundary + "--\r\n"));
  }

  private static Future<byte[]> frame(Exchange exchange, Opened opened, int number) {
    FrameFile file = opened.file();
    return exchange.work(() -> Frames.uncompressed(file.attributes(), file.decode(number - 1)));
  }

  /** An instance whose frames can be decoded. */
  private record Opened(Held held, FrameFile file) {}

  /** Looks whether an instance has these frames, and whether there is memory to decode them. */
  private Future<Opened> open(Exchange exchange, Target target, int... numbers) {
    record Sized(Opened opened, long bytes) {}
    return exchange
        .work(
            () -> {
              Held held = find(target).instances().get(0);
              if (!PixelDecoders.supports(held.transferSyntax())) {
                throw WebProblem.notAcceptable("Its pixel data cannot be decoded here.");
              }
              FrameFile file = FrameFile.of(held);
              return new Sized(new Opened(held, file), file.workingBytes());
            })
        .compose(
            sized -> {
              exchange.reserve(sized.bytes());
              return exchange.work(
                  () -> {
                    requireFrames(sized.opened().file(), numbers);
                    return sized.opened();
                  });
            });
  }

  private static void requireFrames(FrameFile file, int... numbers) throws IOException {
    file.open();
    int frames = file.frames();
    for (int number : numbers) {
      if (number > frames) {
        throw WebProblem.notFound("The instance has %d frames only.".formatted(frames));
      }
    }
  }

  private static int[] frameNumbers(String text) {
    String[] parts = text.split(",", -1);
    if (parts.length > MAX_FRAMES) {
      throw WebProblem.invalid("More than " + MAX_FRAMES + " frames are asked for at once.");
    }
    int[] numbers = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      if (!parts[i].matches("[0-9]{1,9}") || Integer.parseInt(parts[i]) < 1) {
        throw WebProblem.invalid("Frames are numbers from 1, with commas between them.");
      }
      numbers[i] = Integer.parseInt(parts[i]);
    }
    return numbers;
  }

  // ---- rendered ----

  /** Retrieve a rendered instance (its first frame) or a rendered frame. */
  void rendered(RoutingContext rc) {
    Target target = Target.of(rc);
    MultiMap parameters = QueryParameters.require(rc, "accept", "window", "viewport", "quality");
    String list = rc.pathParam("frames");
    int[] numbers = list == null ? new int[] {1} : frameNumbers(list);
    if (numbers.length > 1) {
      throw WebProblem.invalid("Frames are rendered one at a time.");
    }
    String type = Accept.of(rc).single(Rendering.JPEG, Rendering.PNG);
    Rendering rendering = Rendering.of(type, parameters);
    Exchange exchange = Exchange.begin(shared, rc, "Rendering");
    open(exchange, target, numbers)
        .compose(
            opened ->
                exchange.work(
                    () -> {
                      FrameFile file = opened.file();
                      int frame = numbers[0] - 1;
                      return rendering.encode(
                          Frames.picture(
                              file.attributes(), frame, file.decode(frame), rendering.window()));
                    }))
        .compose(bytes -> prepare(exchange, type).end(Buffer.buffer(bytes)))
        .onFailure(exchange::fail);
  }

  // ---- bulk data ----

  /** Retrieve bulk data: a binary value that metadata gave by its address. */
  void bulkData(RoutingContext rc) {
    Target target = Target.of(rc);
    QueryParameters.require(rc, "accept");
    boolean single = octets(Accept.of(rc), true, false);
    BulkDataPath path = BulkDataPath.parse(rc.pathParam("*"));
    WebAddress address = WebAddress.of(rc);
    Exchange exchange = Exchange.begin(shared, rc, "Retrieving bulk data");
    Future<Held> held = exchange.work(() -> find(target).instances().get(0));
    held.compose(found -> exchange.work(found::workingBytes))
        .compose(
            bytes -> {
              exchange.reserve(bytes);
              return exchange.work(() -> path.value(held.result()));
            })
        .compose(
            value -> {
              if (single) {
                return octets(exchange, value);
              }
              String boundary = boundary();
              prepare(exchange, multipart(MediaType.OCTETS, boundary)).setChunked(true);
              String place = held.result().address(address) + "/bulkdata/" + path.text();
              return exchange
                  .write(partHead(boundary, MediaType.OCTETS, place))
                  .compose(v -> exchange.write(value))
                  .compose(v -> exchange.response().end("\r\n--" + boundary + "--\r\n"));
            })
        .onFailure(exchange::fail);
  }

  // ---- answers ----

  /**
   * Whether uncompressed bytes are sent by themselves rather than as parts.
   *
   * @param one whether there is only one thing to send
   * @param partsFirst what is sent where the client takes both
   */
  private static boolean octets(Accept accept, boolean one, boolean partsFirst) {
    for (MediaType range : accept.types()) {
      String syntax = range.parameters().getOrDefault("transfer-syntax", "*");
      if (!syntax.equals("*") && !syntax.equals(PLAIN)) {
        continue;
      }
      String inner = range.parameter("type");
      boolean parts =
          range.includes(MediaType.MULTIPART)
              && (inner.isEmpty() || inner.equals(MediaType.OCTETS) || inner.equals("*/*"));
      boolean alone = one && range.includes(MediaType.OCTETS);
      if (parts || alone) {
        return alone && !(parts && partsFirst);
      }
    }
    throw Accept.notAcceptable(
        "multipart/related; type=\"application/octet-stream\", one alone as application/octet-stream"
            + " too; uncompressed");
  }

  private static Future<Void> octets(Exchange exchange, byte[] bytes) {
    return prepare(exchange, MediaType.OCTETS).end(Buffer.buffer(bytes));
  }

  private static HttpServerResponse prepare(Exchange exchange, String type) {
    return exchange
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
  }

  private static String boundary() {
    return "part-" + UUID.randomUUID();
  }

  private static String multipart(String inner, String boundary) {
    return MediaType.MULTIPART + "; type=\"" + inner + "\"; boundary=" + boundary;
  }

  private static String partHead(String boundary, String type, String place) {
    return "--%s\r\nContent-Type: %s\r\nContent-Location: %s\r\n\r\n"
        .formatted(boundary, type, place);
  }
}
