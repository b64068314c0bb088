// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import io.hounsfield.api.Artifact;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.ResultFileCheck;
import io.hounsfield.delivery.ResultObject;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultObject.Encoding;
import io.hounsfield.results.SourceImages;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.SourceSlice;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the files of one version of an analysis, in a folder of that version ({@code v1}, {@code
 * v2}...): the forms one after the other, written as they are encoded, so that no form of a size
 * that grows with the voxels is in memory. A file is on disk, whole, before it is named.
 */
public final class ResultMaker {
  private static final Logger LOG = LoggerFactory.getLogger(ResultMaker.class);
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");

  /** Names the kinds that could not be made; begins with a dot, since it is no result. */
  private static final String NOT_MADE = ".not-made";

  private final List<ResultForm> forms;

  /** Makes these forms besides the report and the label maps as they are. */
  public ResultMaker(List<ResultForm> forms) {
    this.forms = List.copyOf(forms);
  }

  /**
   * What was made.
   *
   * @param objects the files, by path below the folder of all results
   * @param failed forms that could not be made for a fault of this service; the log says more
   */
  public record Made(List<ResultObject> objects, Set<ObjectKind> failed) {
    Made and(Made more) {
      List<ResultObject> all = new ArrayList<>(objects);
      all.addAll(more.objects);
      Set<ObjectKind> allFailed = EnumSet.noneOf(ObjectKind.class);
      allFailed.addAll(failed);
      allFailed.addAll(more.failed);
      return new Made(List.copyOf(all), allFailed);
    }
  }

  /** Folder of the files of a version, below the folder of its analysis. */
  static Path folder(Path analysis, int version) {
    return analysis.resolve("v" + version);
  }

  /**
   * Makes everything.
   *
   * @param root folder of all results
   * @param report as it was given out
   * @param reportJson its bytes
   */
  public Made make(
      Path root, QuantificationReport report, byte[] reportJson, AnalysisOutcome outcome)
      throws IOException {
    Path analysis = root.resolve(report.analysisId());
    Path folder = folder(analysis, report.version());
    Files.createDirectories(folder);
    List<ResultObject> objects = new ArrayList<>();
    Set<ObjectKind> failed = EnumSet.noneOf(ObjectKind.class);
    if (!outcome.sources().isEmpty()) {
      ResultCase results = results(analysis, report, outcome);
      for (ResultForm form : forms) {
        List<ResultObject> ofForm = new ArrayList<>();
        try {
          form.encode(
              results,
              (kind, name, content) -> ofForm.add(write(root, folder, kind, name, content)));
          objects.addAll(ofForm);
        } catch (DiskFaultException e) {
          throw e; // not the form's fault: all is made again later
        } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
          // One form must not keep the others from being made.
          LOG.error(
              "Results {} of analysis {} version {} cannot be made",
              form.kinds(),
              report.analysisId(),
              report.version(),
              e);
          failed.addAll(form.kinds());
          for (ResultObject half : ofForm) {
            Files.deleteIfExists(root.resolve(half.file()));
          }
        }
      }
    }
    objects.add(write(root, folder, ObjectKind.JSON, "report.json", reportJson));
    for (Artifact artifact : List.of(Artifact.LUNGS, Artifact.LESIONS)) {
      objects.add(keep(root, folder, ObjectKind.LABEL_MAPS, analysis.resolve(artifact.fileName())));
    }
    force(folder);
    force(analysis);
    return new Made(List.copyOf(objects), failed);
  }

  private static ResultCase results(
      Path analysis, QuantificationReport report, AnalysisOutcome outcome) throws IOException {
    int predecessor = report.version() - 1;
    while (predecessor > 0 && !Files.isDirectory(folder(analysis, predecessor))) {
      predecessor--;
    }
    return new ResultCase(
        report,
        source(outcome.sources()),
        outcome.ct(),
        outcome.lungs(),
        outcome.lesions(),
        outcome.overview(),
        predecessor);
  }

  private static SourceImages source(List<SourceSlice> slices) throws IOException {
    DataSet attributes = DicomFiles.readHeader(slices.get(0).file()).dataSet();
    attributes.remove(Tag.PixelData);
    return source(attributes, slices);
  }

  static SourceImages source(DataSet attributes, List<SourceSlice> slices) {
    Map<String, Integer> frames = new HashMap<>();
    slices.forEach(slice -> frames.merge(slice.sopInstanceUid(), 1, Integer::sum));
    return new SourceImages(
        attributes,
        slices.stream()
            .map(
                s ->
                    new SourceImages.Frame(
                        s.sopClassUid(),
                        s.sopInstanceUid(),
                        frames.get(s.sopInstanceUid()) > 1 || s.frame() > 0 ? s.frame() + 1 : 0,
                        s.position()))
            .toList());
  }

  /** Writes down beside the files what could not be made. */
  static void noteNotMade(Path folder, Set<ObjectKind> failed) throws IOException {
    Path note = folder.resolve(NOT_MADE);
    if (failed.isEmpty()) {
      Files.deleteIfExists(note);
    } else {
      Files.write(note, failed.stream().map(ObjectKind::key).toList());
    }
  }

  /** Kinds of results that could not be made, by their keys. */
  static List<String> notMade(Path folder) throws IOException {
    Path note = folder.resolve(NOT_MADE);
    return Files.isRegularFile(note) ? Files.readAllLines(note) : List.of();
  }

  static ResultObject write(Path root, Path folder, ObjectKind kind, String name, byte[] content)
      throws IOException {
    return write(root, folder, kind, name, out -> out.write(content));
  }

  /**
   * Writes a file as it is encoded.
   *
   * @throws DiskFaultException where the file cannot be written; other faults are those of the
   *     content
   */
  static ResultObject write(Path root, Path folder, ObjectKind kind, String name, Encoding content)
      throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no name for a result file: " + name);
    }
    Path aside = folder.resolve("." + name + ".part");
    Path file = folder.resolve(name);
    String sha256;
    try (ResultFileStream out = ResultFileStream.open(aside)) {
      content.writeTo(out);
      sha256 = out.finish();
    } catch (IOException | RuntimeException | Error e) {
      Files.deleteIfExists(aside);
      throw e;
    }
    try {
      move(aside, file);
    } catch (IOException e) {
      throw new DiskFaultException(e);
    }
    return new ResultObject(kind, path(root, file), sha256);
  }

  /**
   * Another name for a file, such as one of its own for a label map that later versions will
   * replace.
   */
  static ResultObject keep(Path root, Path folder, ObjectKind kind, Path made) throws IOException {
    Path file = folder.resolve(made.getFileName());
    Path aside = folder.resolve("." + made.getFileName() + ".part");
    Files.deleteIfExists(aside);
    try {
      Files.createLink(aside, made);
    } catch (UnsupportedOperationException | IOException e) {
      // Not every file system has links.
      Files.copy(made, aside, StandardCopyOption.REPLACE_EXISTING);
    }
    try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    move(aside, file);
    return new ResultObject(kind, path(root, file), ResultFileCheck.sha256(file));
  }

  private static void move(Path aside, Path file) throws IOException {
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    // Where both are links to one file, renaming leaves both (rename(2)).
    Files.deleteIfExists(aside);
  }

  private static String path(Path root, Path file) {
    return root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
  }

  static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
