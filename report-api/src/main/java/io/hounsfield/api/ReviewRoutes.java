// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.validation.RequestParameter;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Sign-off: the operations on components and reviews. */
final class ReviewRoutes {

  /** The operation that takes a body. */
  static final String ADD = "addReview";

  private static final Pattern TAG = Pattern.compile("\"r([0-9]{1,9})-([0-9]{1,9})\"");

  private final ApiRoutes routes;
  private final AnalysisCatalog catalog;
  private final ReviewCatalog reviews;

  ReviewRoutes(ApiRoutes routes, AnalysisCatalog catalog, ReviewCatalog reviews) {
    this.routes = routes;
    this.catalog = catalog;
    this.reviews = reviews;
  }

  void add(RouterBuilder builder) {
    builder.getRoute("getComponents").addHandler(rc -> routes.getArtifact(rc, Artifact.COMPONENTS));
    builder
        .getRoute("getComponentMap")
        .addHandler(rc -> routes.getArtifact(rc, Artifact.COMPONENT_MAP));
    builder.getRoute("measureWithoutComponents").addHandler(this::measure);
    builder.getRoute("listReviews").addHandler(this::list);
    builder.getRoute(ADD).addHandler(this::add);
  }

  private void measure(RoutingContext rc) {
    String id = ApiRoutes.id(rc);
    RequestParameter exclude = ApiRoutes.validated(rc).getQuery().get("exclude");
    TreeSet<Integer> excluded =
        ApiRoutes.present(exclude)
            ? exclude.getJsonArray().stream()
                .map(n -> ((Number) n).intValue())
                .collect(Collectors.toCollection(TreeSet::new))
            : new TreeSet<>();
    routes.answer(
        rc,
        () -> {
          try {
            ReviewCatalog.Measured measured = reviews.measure(id, excluded).orElse(null);
            if (measured == null) {
              throw ApiRoutes.noReport(routes.requireAnalysis(id));
            }
            return Buffer.buffer(ReviewJson.measured(id, measured).encode());
          } catch (ReviewCatalog.MisfitException e) {
            throw new Problem(Problem.Code.INVALID_REQUEST, e.getMessage());
          } catch (ReviewCatalog.NoComponentsException e) {
            throw new Problem(Problem.Code.REPORT_NOT_AVAILABLE, e.getMessage());
          }
        },
        found -> ApiRoutes.json(rc, 200, found));
  }

  private record Answer(String etag, Buffer body) {
    static Answer of(ReviewHistory history) {
      return new Answer(tag(history.state()), Buffer.buffer(ReviewJson.history(history).encode()));
    }
  }

  private void list(RoutingContext rc) {
    String id = ApiRoutes.id(rc);
    RequestParameter version = ApiRoutes.validated(rc).getQuery().get("version");
    Integer wanted = ApiRoutes.present(version) ? version.getInteger() : null;
    routes.answer(
        rc,
        () -> Answer.of(found(id, reviews.history(id, wanted))),
        found -> {
          if (!ApiRoutes.notModified(rc, found.etag(), "no-store")) {
            ApiRoutes.json(rc, 200, found.body());
          }
        });
  }

  private ReviewHistory found(String id, Optional<ReviewHistory> history) throws IOException {
    if (history.isPresent()) {
      return history.get();
    }
    Analysis analysis = routes.requireAnalysis(id);
    throw catalog.reportJson(id).isPresent()
        ? new Problem(
            Problem.Code.REPORT_NOT_AVAILABLE,
            "There is no report of this version of the analysis.")
        : ApiRoutes.noReport(analysis);
  }

  private void add(RoutingContext rc) {
    String id = ApiRoutes.id(rc);
    List<String> tags = seenTags(rc);
    NewReview review = NewReviewJson.decode(RequestBody.of(rc));
    routes.answer(
        rc,
        () -> {
          try {
            return Answer.of(found(id, reviews.add(id, review, s -> tags.contains(tag(s)))));
          } catch (ReviewCatalog.StaleException e) {
            throw conflict(e.now(), review, tags);
          } catch (ReviewCatalog.MisfitException e) {
            throw new Problem(Problem.Code.INVALID_REQUEST, e.getMessage());
          } catch (ReviewCatalog.NoComponentsException e) {
            throw new Problem(Problem.Code.REPORT_NOT_AVAILABLE, e.getMessage());
          } catch (ReviewCatalog.FullException e) {
            throw new Problem(
                Problem.Code.TOO_MANY_REVIEWS,
                "This report has %d reviews, and no more are taken.".formatted(ReviewHistory.MOST));
          }
        },
        added -> {
          rc.response().putHeader(HttpHeaders.ETAG, added.etag());
          ApiRoutes.json(rc, 201, added.body());
        });
  }

  /** Entity tags of If-Match; strong comparison (RFC 9110 section 13.1.1) leaves weak ones out. */
  private static List<String> seenTags(RoutingContext rc) {
    String header = String.join(",", rc.request().headers().getAll(HttpHeaders.IF_MATCH));
    List<String> tags = java.util.Arrays.stream(header.split(",")).map(String::strip).toList();
    if (header.isBlank() || tags.contains("*")) {
      throw new Problem(
          Problem.Code.PRECONDITION_REQUIRED,
          "Give the ETag of the reviews that you have seen as If-Match, so that none is answered"
              + " unseen; GET at this address has it.");
    }
    return tags;
  }

  static String tag(ReviewHistory.State state) {
    return "\"r%d-%d\"".formatted(state.newestVersion(), state.reviews());
  }

  private static Problem conflict(ReviewHistory now, NewReview review, List<String> tags) {
    int seen = 0;
    int older = now.state().reviews() - now.items().size();
    for (String tag : tags) {
      Matcher m = TAG.matcher(tag);
      if (m.matches() && Integer.parseInt(m.group(1)) == now.newestVersion()) {
        seen = Math.max(seen, Integer.parseInt(m.group(2)) - older);
      }
    }
    List<Review> missed =
        now.items().subList(Math.min(Math.max(seen, 0), now.items().size()), now.items().size());
    StringBuilder detail = new StringBuilder("Nothing was added. ");
    if (review.version() != now.newestVersion()) {
      detail.append(
          "The newest report is of version %d, not %d. "
              .formatted(now.newestVersion(), review.version()));
    }
    for (Review r : missed.subList(Math.max(0, missed.size() - 3), missed.size())) {
      detail.append(
          "Review %d (%s) came at %s. ".formatted(r.number(), r.verdict().key(), r.createdAt()));
    }
    detail.append("Read the reviews again, and send yours with the ETag that comes with them.");
    return new Problem(
        Problem.Code.REVIEW_CONFLICT,
        detail.toString(),
        new JsonObject()
            .put("newestVersion", now.newestVersion())
            .put("reviews", ReviewJson.reviews(missed, now.measured())));
  }
}
