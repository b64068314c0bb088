// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSetJson;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Answers searches (QIDO-RS), PS3.18 section 10.6, from the index. Blocks. */
final class Search {
  /**
   * Matches of a search.
   *
   * @param json a JSON array of data sets
   * @param count how many there are in it
   * @param more whether there are more behind the limit
   */
  record Result(String json, int count, boolean more) {}

  private final SpoolIndex index;

  Search(SpoolIndex index) {
    this.index = index;
  }

  Result find(SearchRequest request, WebAddress address) throws IOException {
    Map<String, List<IndexedSeries>> studies = new LinkedHashMap<>();
    for (IndexedSeries series : index.series()) {
      if (request.study().isEmpty() || request.study().get().equals(series.studyInstanceUid())) {
        studies.computeIfAbsent(series.studyInstanceUid(), uid -> new ArrayList<>()).add(series);
      }
    }
    Page page = new Page(request);
    for (Study study : sorted(studies)) {
      if (!page.isFull() && study.matches(request)) {
        find(request, address, study, page);
      }
    }
    return page.result();
  }

  private void find(SearchRequest request, WebAddress address, Study study, Page page)
      throws IOException {
    if (request.level() == SearchRequest.Level.STUDY) {
      page.add(() -> describe(request, address, study));
      return;
    }
    List<IndexedSeries> ordered = new ArrayList<>(study.series());
    ordered.sort(
        Comparator.comparingInt(IndexedSeries::number)
            .thenComparing(IndexedSeries::seriesInstanceUid));
    for (IndexedSeries series : ordered) {
      if (page.isFull()) {
        return;
      }
      if (request.series().isPresent()
          && !request.series().get().equals(series.seriesInstanceUid())) {
        continue;
      }
      DataSet attributes = series.attributes();
      if (!request.seriesKeys().stream().allMatch(key -> key.matches(attributes))) {
        continue;
      }
      if (request.level() == SearchRequest.Level.SERIES) {
        page.add(() -> describe(request, address, study, series, attributes));
        continue;
      }
      for (IndexedInstance instance : index.instances(series)) {
        DataSet own = instance.attributes();
        if (!page.isFull() && request.instanceKeys().stream().allMatch(key -> key.matches(own))) {
          page.add(() -> describe(request, address, study, series, instance, own));
        }
      }
    }
  }

  /** The newest first. */
  private static List<Study> sorted(Map<String, List<IndexedSeries>> studies) {
    List<Study> all = new ArrayList<>();
    studies.forEach((uid, series) -> all.add(new Study(uid, series, series.get(0).attributes())));
    all.sort(
        Comparator.comparing((Study study) -> study.attributes().string(Tag.StudyDate).orElse(""))
            .thenComparing(study -> study.attributes().string(Tag.StudyTime).orElse(""))
            .reversed()
            .thenComparing(Study::uid));
    return all;
  }

  private record Study(String uid, List<IndexedSeries> series, DataSet attributes) {
    List<String> modalities() {
      return List.copyOf(
          series.stream()
              .map(IndexedSeries::modality)
              .filter(modality -> !modality.isEmpty())
              .collect(Collectors.toCollection(TreeSet::new)));
    }

    boolean matches(SearchRequest request) {
      return request.studyKeys().stream()
          .allMatch(
              key ->
                  key.tag() == Tag.ModalitiesInStudy
                      ? key.matches(modalities())
                      : key.matches(attributes));
    }
  }

  private static DataSet describe(SearchRequest request, WebAddress address, Study study) {
    DataSet found = new DataSet();
    addStudy(request, study, found);
    return found.put(Tag.RetrieveURL, VR.UR, address.study(study.uid()));
  }

  private static DataSet describe(
      SearchRequest request,
      WebAddress address,
      Study study,
      IndexedSeries series,
      DataSet attributes) {
    DataSet found = new DataSet();
    addSeries(request, study, series, attributes, found);
    return found.put(
        Tag.RetrieveURL, VR.UR, address.series(study.uid(), series.seriesInstanceUid()));
  }

  private static DataSet describe(
      SearchRequest request,
      WebAddress address,
      Study study,
      IndexedSeries series,
      IndexedInstance instance,
      DataSet attributes) {
    DataSet found = new DataSet();
    if (request.series().isEmpty()) {
      addSeries(request, study, series, series.attributes(), found);
      found.remove(Tag.NumberOfSeriesRelatedInstances);
    } else {
      // Of the levels above only what was asked for, and the UIDs.
      add(series.attributes(), found, Set.of(Tag.StudyInstanceUID, Tag.SeriesInstanceUID));
      add(series.attributes(), found, request.include());
    }
    add(attributes, found, Set.copyOf(IndexAttributes.INSTANCE));
    addMore(request, attributes, found, IndexAttributes.INSTANCE_MORE);
    return found
        .put(Tag.InstanceAvailability, VR.CS, "ONLINE")
        .putBytes(
            Tag.AvailableTransferSyntaxUID,
            VR.UI,
            instance.transferSyntax().uid().getBytes(StandardCharsets.US_ASCII))
        .put(
            Tag.RetrieveURL,
            VR.UR,
            address.instance(study.uid(), series.seriesInstanceUid(), instance.sopInstanceUid()));
  }

  private static void addSeries(
      SearchRequest request, Study study, IndexedSeries series, DataSet attributes, DataSet found) {
    if (request.study().isEmpty()) {
      addStudy(request, study, found);
    } else {
      add(attributes, found, Set.of(Tag.StudyInstanceUID));
      add(attributes, found, request.include());
    }
    add(attributes, found, Set.copyOf(IndexAttributes.SERIES));
    addMore(request, attributes, found, IndexAttributes.SERIES_MORE);
    found.putInts(Tag.NumberOfSeriesRelatedInstances, VR.IS, series.instances());
  }

  private static void addStudy(SearchRequest request, Study study, DataSet found) {
    add(study.attributes(), found, Set.copyOf(IndexAttributes.STUDY));
    addMore(request, study.attributes(), found, IndexAttributes.STUDY_MORE);
    // Bytes: what a scanner calls a modality may be no code string.
    found
        .putBytes(
            Tag.ModalitiesInStudy,
            VR.CS,
            String.join("\\", study.modalities()).getBytes(StandardCharsets.ISO_8859_1))
        .put(Tag.InstanceAvailability, VR.CS, "ONLINE")
        .putInts(Tag.NumberOfStudyRelatedSeries, VR.IS, study.series().size())
        .putInts(
            Tag.NumberOfStudyRelatedInstances,
            VR.IS,
            study.series().stream().mapToInt(IndexedSeries::instances).sum());
  }

  private static void addMore(
      SearchRequest request, DataSet from, DataSet found, List<Integer> more) {
    add(
        from,
        found,
        more.stream()
            .filter(tag -> request.includeAll() || request.include().contains(tag))
            .collect(Collectors.toSet()));
  }

  /** Text is taken over as what it says: the levels may differ in their character set. */
  private static void add(DataSet from, DataSet found, Set<Integer> tags) {
    if (!found.contains(Tag.SpecificCharacterSet)) {
      found.copy(from, Tag.SpecificCharacterSet);
    }
    tags.forEach(tag -> found.copy(from, tag));
  }

  private interface Description {
    DataSet make();
  }

  /** The part of the matches that was asked for. */
  private static final class Page {
    private final SearchRequest request;
    private final StringBuilder json = new StringBuilder("[");
    private int seen;
    private int count;
    private boolean more;

    Page(SearchRequest request) {
      this.request = request;
    }

    /** Whether it is known that there are more than asked for. */
    boolean isFull() {
      return more;
    }

    void add(Description description) {
      if (seen++ < request.offset()) {
        return;
      }
      if (count == request.limit()) {
        more = true;
        return;
      }
      json.append(count++ == 0 ? "" : ",\n").append(DataSetJson.encode(description.make()));
    }

    Result result() {
      return new Result(json.append("]").toString(), count, more);
    }
  }
}
