// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.SliceEvidence;
import io.hounsfield.domain.Warning;
import io.hounsfield.inference.ModelException;
import io.hounsfield.preprocess.RefusalReason;
import io.hounsfield.preprocess.SeriesAttributes;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.preprocess.Slice;
import io.hounsfield.preprocess.SliceHeader;
import io.hounsfield.preprocess.SliceReader;
import io.hounsfield.preprocess.VolumePlan;
import io.hounsfield.quantify.Anatomy;
import io.hounsfield.quantify.CaseConfidence;
import io.hounsfield.quantify.Implausible;
import io.hounsfield.quantify.LungAnatomy;
import io.hounsfield.quantify.PreparedSlice;
import io.hounsfield.quantify.Quantifier;
import io.hounsfield.report.OverviewRenderer;
import io.hounsfield.service.pipeline.StageClock.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * One series on its way from files to numbers. Instances are {@linkplain #accept accepted} from any
 * thread in any order and segmented at once; {@link #finish} puts the volume together. The outcome
 * depends on the set of instances alone, never on their order or on how they came.
 */
public final class SeriesAnalysis {

  /** A slice is one frame of one instance. */
  private record SliceKey(String sopInstanceUid, int frame) implements Comparable<SliceKey> {
    @Override
    public int compareTo(SliceKey o) {
      int byUid = sopInstanceUid.compareTo(o.sopInstanceUid);
      return byUid != 0 ? byUid : Integer.compare(frame, o.frame);
    }
  }

  /** The instance of a slice; slices that come without one have none. */
  private record Instance(Path file, String sopClassUid) {}

  private record SliceWork(
      SliceHeader header,
      Instance instance,
      short[] hu,
      SeriesDescription series,
      List<Warning> warnings,
      CompletableFuture<SegmentedWork> segmented) {}

  /** What came back from the network, ready for the volume. */
  private record SegmentedWork(PreparedSlice prepared, Optional<SliceEvidence> evidence) {}

  private record InstanceFault(String sopInstanceUid, SeriesRefusedException fault) {}

  private final SegmentationStage segmentation;
  private final StageClock clock = new StageClock();
  private final TreeMap<SliceKey, SliceWork> slices = new TreeMap<>();
  private final List<InstanceFault> faults = new ArrayList<>();
  private final Map<String, Integer> localizerFrames = new HashMap<>();
  private long voxels;

  /** What the readable file of the lowest name says, and that name. */
  private SeriesDescription description;

  private String describedBy;

  public SeriesAnalysis(SegmentationStage segmentation) {
    this.segmentation = segmentation;
  }

  /** Whether so many voxels more may be held. */
  @FunctionalInterface
  public interface Room {
    boolean take(long voxels);
  }

  /** There is no room for an instance; nothing of it was decoded, and it may be tried again. */
  public static final class NoRoomException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Reads and decodes one instance however large it is; as {@link #accept(Path, Room)}.
   *
   * @throws IOException if the file cannot be read; damaged content is no such fault
   */
  public void accept(Path file) throws IOException, InterruptedException {
    try {
      accept(
          file,
          more -> {
            reserve(more);
            return true;
          });
    } catch (NoRoomException e) {
      throw new IllegalStateException("there is always room", e);
    }
  }

  /**
   * Reads and decodes one instance and queues its slices for segmentation; blocks while the
   * network's queue is full. An instance that cannot be used is remembered and refuses the series
   * in {@link #finish}. An instance that was accepted before changes nothing.
   *
   * @param room asked before anything is decoded, with the voxels of the whole instance; has called
   *     {@link #reserve} when it says yes
   * @throws IOException if the file cannot be read; damaged content is no such fault
   * @throws NoRoomException if there is no room
   */
  public void accept(Path file, Room room)
      throws IOException, InterruptedException, NoRoomException {
    String name = file.getFileName().toString();
    try {
      long start = System.nanoTime();
      DicomFile dicom = read(file);
      clock.add(Stage.READ, start);
      SeriesDescription series = SeriesAttributes.of(dicom.dataSet());
      describe(name, series);
      Instance instance = new Instance(file, dicom.dataSet().string(Tag.SOPClassUID).orElse(""));
      List<Warning> warnings = SeriesAttributes.warnings(dicom);
      // Frames are segmented while later ones are decoded; waiting for the network is no decoding.
      long[] decodeStart = {System.nanoTime()};
      int localizers =
          SliceReader.read(
              dicom,
              (long voxelsOfInstance) -> {
                if (!room.take(voxelsOfInstance)) {
                  throw new NoRoomException();
                }
              },
              (Slice slice) -> {
                clock.add(Stage.DECODE, decodeStart[0]);
                accept(slice, instance, series, warnings);
                decodeStart[0] = System.nanoTime();
              });
      addLocalizers(name, localizers);
    } catch (DicomException e) {
      addFault(
          name,
          new SeriesRefusedException(
              RefusalReason.UNDECODABLE, "An instance cannot be read: " + e.getMessage(), e));
    } catch (SeriesRefusedException e) {
      addFault(name, e);
    }
  }

  /** Reads a file; where only its header can be read, notes what that says. */
  private DicomFile read(Path file) throws IOException {
    try {
      return DicomFiles.read(file);
    } catch (DicomException e) {
      try {
        DicomFile header = DicomFiles.readHeader(file);
        describe(file.getFileName().toString(), SeriesAttributes.of(header.dataSet()));
      } catch (DicomException noHeader) {
        e.addSuppressed(noHeader);
      }
      throw e;
    }
  }

  private synchronized void describe(String name, SeriesDescription series) {
    if (describedBy == null || name.compareTo(describedBy) < 0) {
      description = series;
      describedBy = name;
    }
  }

  /**
   * Queues one slice that is HU already for segmentation; blocks while the network's queue is full.
   * A slice whose instance and frame were accepted before changes nothing.
   *
   * @param series what the images say
   * @param warnings what a reader must know of the images
   */
  public void accept(Slice slice, SeriesDescription series, List<Warning> warnings)
      throws InterruptedException {
    reserve(slice.hu().length);
    accept(slice, null, series, warnings);
  }

  private void accept(
      Slice slice, Instance instance, SeriesDescription series, List<Warning> warnings)
      throws InterruptedException {
    SliceHeader header = slice.header();
    CompletableFuture<SegmentedWork> segmented = new CompletableFuture<>();
    SliceKey key = new SliceKey(header.sopInstanceUid(), header.frame());
    synchronized (this) {
      if (slices.containsKey(key)) {
        return;
      }
      slices.put(key, new SliceWork(header, instance, slice.hu(), series, warnings, segmented));
    }
    NetworkOrientation orientation = NetworkOrientation.of(header);
    segmentation
        .submit(orientation.turn(slice.hu()), header.rows(), header.columns(), clock)
        .whenComplete(
            (found, fault) -> {
              if (fault != null) {
                segmented.completeExceptionally(fault);
                return;
              }
              long start = System.nanoTime();
              try {
                PreparedSlice prepared =
                    LungAnatomy.prepare(
                        slice.hu(),
                        orientation.turnBack(found.labels()),
                        header.rows(),
                        header.columns(),
                        header.columnSpacingMm(),
                        header.rowSpacingMm());
                segmented.complete(new SegmentedWork(prepared, found.evidence()));
              } catch (RuntimeException e) {
                // Must reach whoever waits for the slice, or finish() would wait for ever.
                segmented.completeExceptionally(e);
              }
              clock.add(Stage.PREPARE, start);
            });
  }

  /** Frames of one instance; the same instance again counts once. */
  private synchronized void addLocalizers(String name, int count) {
    if (count > 0) {
      localizerFrames.put(name, count);
    }
  }

  private synchronized void addFault(String name, SeriesRefusedException fault) {
    faults.add(new InstanceFault(name, fault));
  }

  /** Voxels held so far, or to be held in a moment. */
  public synchronized long voxels() {
    return voxels;
  }

  /** So many voxels will be held in a moment. */
  synchronized void reserve(long more) {
    voxels += more;
  }

  /**
   * As {@link #reserve}, if all together are no more than this.
   *
   * @return whether they are
   */
  public synchronized boolean reserveWithin(long more, long most) {
    if (voxels + more > most) {
      return false;
    }
    voxels += more;
    return true;
  }

  /** Slices held so far. */
  public synchronized int sliceCount() {
    return slices.size();
  }

  /** Whether an instance with several frames is among them: it may be the whole series. */
  public synchronized boolean multiFrame() {
    return slices.keySet().stream().anyMatch(key -> key.frame() > 0);
  }

  /**
   * What the images say, from any slice so far, or else from any header that could be read; {@code
   * null} before the first.
   */
  public synchronized SeriesDescription description() {
    return slices.isEmpty() ? description : slices.firstEntry().getValue().series();
  }

  /** Whether the slices so far form a gap-free grid that is tall enough to be measured. */
  public boolean gapFree() {
    List<SliceHeader> headers;
    synchronized (this) {
      if (slices.size() < VolumePlan.MIN_SLICES) {
        return false;
      }
      headers = slices.values().stream().map(SliceWork::header).toList();
    }
    return VolumePlan.gapFree(headers);
  }

  /**
   * Puts the volume together and measures it; waits for slices still with the network.
   *
   * @throws SeriesRefusedException if the series cannot be measured, with the reason in words
   * @throws ModelException if the network failed
   */
  public AnalysisOutcome finish()
      throws SeriesRefusedException, ModelException, InterruptedException {
    return finish(List.of());
  }

  /**
   * As {@link #finish()}.
   *
   * @param conflicting files with other content under the UID of an instance: not measured, and
   *     told in a warning
   */
  public AnalysisOutcome finish(Collection<Path> conflicting)
      throws SeriesRefusedException, ModelException, InterruptedException {
    List<SliceWork> work;
    List<Warning> warnings = new ArrayList<>();
    synchronized (this) {
      work = List.copyOf(slices.values());
      weighFaults(work.isEmpty(), warnings);
    }
    VolumePlan plan = VolumePlan.of(work.stream().map(SliceWork::header).toList());
    int[] order = plan.order();
    PreparedSlice[] prepared = new PreparedSlice[order.length];
    List<SliceEvidence> evidence = new ArrayList<>();
    short[][] hu = new short[order.length][];
    for (int k = 0; k < order.length; k++) {
      SegmentedWork segmented = await(work.get(order[k]).segmented());
      prepared[k] = segmented.prepared();
      segmented.evidence().ifPresent(evidence::add);
    }
    long start = System.nanoTime();
    for (int k = 0; k < order.length; k++) {
      hu[k] = work.get(order[k]).hu();
    }
    CtVolume ct = new CtVolume(plan.geometry(), hu);
    SeriesDescription series = work.get(order[0]).series();
    clock.add(Stage.ASSEMBLE, start);

    start = System.nanoTime();
    Anatomy anatomy = LungAnatomy.refine(ct, prepared);
    clock.add(Stage.ANATOMY, start);

    start = System.nanoTime();
    Map<Region, RegionMeasurements> regions =
        Quantifier.measure(ct, anatomy.lungs(), anatomy.lesions());
    clock.add(Stage.MEASURE, start);
    requireLungs(regions);
    requirePlausible(anatomy);

    ConflictingInstances.warning(conflicting, this::slice).ifPresent(warnings::add);
    warnings.addAll(plan.warnings());
    warnings.addAll(warningsOfInstances(work, order));
    warnings.addAll(anatomy.warnings());
    Confidence confidence = CaseConfidence.of(segmentation.calibration(), evidence);
    CaseConfidence.warning(confidence).ifPresent(warnings::add);

    start = System.nanoTime();
    byte[] overview = OverviewRenderer.render(ct, anatomy.lungs(), anatomy.lesions());
    clock.add(Stage.RENDER, start);
    return new AnalysisOutcome(
        series,
        ct,
        anatomy.lungs(),
        anatomy.lesions(),
        sources(work, order),
        regions,
        confidence,
        warnings,
        evidence,
        segmentation.identity(),
        overview,
        clock.timings());
  }

  /** Where the slices came from, in grid order; empty where they came without instances. */
  private static List<SourceSlice> sources(List<SliceWork> work, int[] order) {
    List<SourceSlice> sources = new ArrayList<>();
    for (int k : order) {
      SliceHeader header = work.get(k).header();
      Instance instance = work.get(k).instance();
      if (instance == null) {
        return List.of();
      }
      sources.add(
          new SourceSlice(
              instance.file(),
              instance.sopClassUid(),
              header.sopInstanceUid(),
              header.frame(),
              header.position()));
    }
    return sources;
  }

  /**
   * Localizers beside slices are left out with a warning; anything else that could not be used
   * refuses the series, since a volume without it would be another volume.
   */
  private void weighFaults(boolean nothingElse, List<Warning> warnings)
      throws SeriesRefusedException {
    faults.sort(java.util.Comparator.comparing(InstanceFault::sopInstanceUid));
    int localizers = localizerFrames.values().stream().mapToInt(Integer::intValue).sum();
    for (InstanceFault f : faults) {
      if (f.fault().reason() != RefusalReason.LOCALIZER || nothingElse) {
        throw faults.size() == 1
            ? f.fault()
            : new SeriesRefusedException(
                f.fault().reason(),
                f.fault().getMessage()
                    + " (and %d more instances that cannot be used)".formatted(faults.size() - 1),
                f.fault());
      }
      localizers++;
    }
    if (nothingElse) {
      throw new SeriesRefusedException(
          RefusalReason.TOO_FEW_SLICES, "The series has no slice that can be used.");
    }
    if (localizers > 0) {
      warnings.add(
          new Warning(
              "localizer-left-out",
              localizers + " localizer image(s) in the series were left out of the volume."));
    }
  }

  /** Of each kind the first one in grid order: a single lossy slice is worth a warning. */
  private static Collection<Warning> warningsOfInstances(List<SliceWork> work, int[] order) {
    Map<String, Warning> byCode = new LinkedHashMap<>();
    for (int k : order) {
      work.get(k).warnings().forEach(warning -> byCode.putIfAbsent(warning.code(), warning));
    }
    return byCode.values();
  }

  /** The slice that is measured of an instance and frame, if there is one. */
  private synchronized Optional<Slice> slice(SliceHeader header) {
    SliceWork work = slices.get(new SliceKey(header.sopInstanceUid(), header.frame()));
    return Optional.ofNullable(work).map(w -> new Slice(w.header(), w.hu()));
  }

  private static void requireLungs(Map<Region, RegionMeasurements> regions)
      throws SeriesRefusedException {
    Measurement volume = regions.get(Region.BOTH_LUNGS).get(Quantity.VOLUME);
    if (!(volume instanceof Measurement.Value value) || value.value() == 0) {
      throw new SeriesRefusedException(
          RefusalReason.NO_LUNGS, "No lungs were found in the images: nothing can be measured.");
    }
  }

  private static void requirePlausible(Anatomy anatomy) throws SeriesRefusedException {
    if (anatomy.implausible().isPresent()) {
      Implausible found = anatomy.implausible().get();
      RefusalReason reason =
          switch (found.kind()) {
            case NOT_CHEST -> RefusalReason.NOT_CHEST;
            case IMPLAUSIBLE_LUNGS -> RefusalReason.IMPLAUSIBLE_LUNGS;
          };
      throw new SeriesRefusedException(reason, found.text());
    }
  }

  private static SegmentedWork await(CompletableFuture<SegmentedWork> segmented)
      throws ModelException, InterruptedException {
    try {
      return segmented.get();
    } catch (ExecutionException e) {
      Throwable cause =
          e.getCause() instanceof CompletionException inner ? inner.getCause() : e.getCause();
      if (cause instanceof ModelException model) {
        throw model;
      }
      if (cause instanceof RuntimeException fault) {
        throw fault;
      }
      throw new IllegalStateException(cause);
    }
  }
}
