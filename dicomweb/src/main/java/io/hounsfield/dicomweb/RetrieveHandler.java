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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;

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

  /** Everything held of a target, in the order of series and instance; on a worker. */
  private List<Held> find(Target target) throws IOException {
    List<Held> found = new ArrayList<>();
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
          for (IndexedInstance instance : index.instances(series)) {
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
    return found;
  }

  // ---- instances ----

  /**
   * @param single whether the instance is sent by itself, not as a part
   * @param syntax as asked for
   */
  private record Choice(boolean single, String syntax) {}

  private record Plan(List<Held> held, Choice choice, long memory) {}

  /** Retrieve study, series or instance. */
  void instances(RoutingContext rc) {
    Target target = Target.of(rc);
    QueryParameters.require(rc, "accept");
    Accept accept = Accept.of(rc);
    WebAddress address = WebAddress.of(rc);
    Exchange exchange = Exchange.begin(shared, rc, "Retrieving instances");
    exchange
        .work(
            () -> {
              List<Held> held = find(target);
              Choice choice = choose(accept, held, target.instance().isPresent());
              long memory = 0;
              for (Held one : held) {
                if (!one.asStored(choice.syntax())) {
                  memory = Math.max(memory, one.workingBytes());
                }
              }
              return new Plan(held, choice, memory);
            })
        .compose(
            plan -> {
              exchange.reserve(plan.memory());
              return plan.choice().single()
                  ? one(exchange, plan.held().get(0), plan.choice().syntax())
                  : parts(exchange, plan, address);
            })
        .onFailure(exchange::fail);
  }

  private static Choice choose(Accept accept, List<Held> held, boolean instance) {
    for (MediaType range : accept.types()) {
      boolean multipart =
          range.includes(MediaType.MULTIPART)
              && (range.parameter("type").isEmpty()
                  || range.parameter("type").equals(MediaType.DICOM));
      boolean single = instance && range.type().equals(MediaType.DICOM);
      String syntax = range.parameters().getOrDefault("transfer-syntax", "");
      if ((multipart || single) && held.stream().allMatch(one -> one.canBe(syntax))) {
        return new Choice(single, syntax);
      }
    }
    throw Accept.notAcceptable(
        "multipart/related; type=\"application/dicom\", a single instance as application/dicom too;"
            + " transfer-syntax="
            + PLAIN
            + " (the default), that of the stored instance, or *");
  }

  private Future<Void> one(Exchange exchange, Held held, String wanted) {
    HttpServerResponse response = prepare(exchange, dicomType(held, wanted));
    if (held.asStored(wanted)) {
      response.setChunked(true);
      return exchange.write(held.file()).compose(v -> exchange.end());
    }
    return exchange.work(held::plain).compose(bytes -> response.end(Buffer.buffer(bytes)));
  }

  private Future<Void> parts(Exchange exchange, Plan plan, WebAddress address) {
    String boundary = boundary();
    prepare(exchange, multipart(MediaType.DICOM, boundary)).setChunked(true);
    String wanted = plan.choice().syntax();
    return exchange
        .each(
            plan.held().iterator(),
            held -> {
              String head = partHead(boundary, dicomType(held, wanted), held.address(address));
              Future<Void> sent =
                  held.asStored(wanted)
                      ? exchange.write(head).compose(v -> exchange.write(held.file()))
                      : exchange
                          .work(held::plain)
                          .compose(
                              bytes -> exchange.write(head).compose(v -> exchange.write(bytes)));
              return sent.compose(v -> exchange.write("\r\n"));
            })
        .compose(v -> exchange.response().end("--" + boundary + "--\r\n"));
  }

  private static String dicomType(Held held, String wanted) {
    String syntax = held.asStored(wanted) ? held.transferSyntax().uid() : PLAIN;
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
            all -> {
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
    return exchange.work(
        decoding(() -> Frames.uncompressed(file.attributes(), file.decode(number - 1))));
  }

  /** An instance whose frames can be decoded. */
  private record Opened(Held held, FrameFile file) {}

  /** Looks whether an instance has these frames, and whether there is memory to decode them. */
  private Future<Opened> open(Exchange exchange, Target target, int... numbers) {
    record Found(Opened opened, long bytes) {}
    return exchange
        .work(
            () -> {
              Held held = find(target).get(0);
              if (!PixelDecoders.supports(held.transferSyntax())) {
                throw WebProblem.notAcceptable("Its pixel data cannot be decoded here.");
              }
              FrameFile file = FrameFile.of(held);
              return new Found(new Opened(held, file), file.workingBytes());
            })
        .compose(
            found -> {
              exchange.reserve(found.bytes());
              return exchange.work(
                  () -> {
                    requireFrames(found.opened().file(), numbers);
                    return found.opened();
                  });
            });
  }

  private static void requireFrames(FrameFile file, int... numbers) throws IOException {
    file.open();
    int frames;
    try {
      frames = file.frames();
    } catch (DicomException e) {
      throw cannotDecode();
    }
    for (int number : numbers) {
      if (number > frames) {
        throw WebProblem.notFound("The instance has %d frames only.".formatted(frames));
      }
    }
  }

  /** What cannot be decoded is refused; the fault is the instance's, not this service's. */
  private static <T> Callable<T> decoding(Callable<T> task) {
    return () -> {
      try {
        return task.call();
      } catch (DicomException e) {
        throw cannotDecode();
      }
    };
  }

  private static WebProblem cannotDecode() {
    return WebProblem.notAcceptable(
        "The pixel data of this instance cannot be decoded; retrieve the instance as it is stored.");
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
                    decoding(
                        () -> {
                          FrameFile file = opened.file();
                          int frame = numbers[0] - 1;
                          return rendering.encode(
                              Frames.picture(
                                  file.attributes(),
                                  frame,
                                  file.decode(frame),
                                  rendering.window()));
                        })))
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
    Future<Held> held = exchange.work(() -> find(target).get(0));
    held.compose(found -> exchange.work(found::workingBytes))
        .compose(
            bytes -> {
              exchange.reserve(bytes);
              return exchange.work(decoding(() -> path.value(held.result())));
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
