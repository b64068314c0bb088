// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.decode;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.benchmarks.Machine;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.service.SoftwareVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hounsfield bench decode}: each codec against DCMTK's and GDCM's decoders. */
@Command(
    name = "decode",
    description = {
      "Measures decoding of a 512 x 512 slice for each codec, beside DCMTK's and GDCM's command-line"
          + " decoders in the same run; their start is measured and named apart.",
      "Run it on a machine that does nothing else."
    },
    mixinStandardHelpOptions = true)
public final class DecodeCommand implements Callable<Integer> {

  private static final int FEWEST_FRAMES = 2;
  private static final int MATRIX = 512;
  private static final String MULTI_FRAME_GRAYSCALE_WORD = "1.2.840.10008.5.1.4.1.1.7.3";

  /** Slice 20 of 40 of the phantom with seed 1, encoded reversibly by OpenJPH 0.9.0. */
  private static final String HTJ2K_SLICE = "phantom-slice.j2c";

  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Option(
      names = "--frames",
      description = "Frames of the object that is decoded (default: ${DEFAULT-VALUE}).",
      defaultValue = "40")
  private int frames;

  @Option(
      names = "--rounds",
      description =
          "Times that everything is decoded; the median counts (default: ${DEFAULT-VALUE}).",
      defaultValue = "5")
  private int rounds;

  @Option(
      names = "--encoded",
      paramLabel = "FILE",
      description =
          "Files to decode besides, of any transfer syntax that is supported. May be given several"
              + " times.")
  private List<Path> encoded = List.of();

  @Option(
      names = "--out",
      description = "File for the results, JSON (default: ${DEFAULT-VALUE}).",
      defaultValue = "results/bench-decode.json")
  private Path out;

  private PrintWriter console;
  private final ArrayNode notes = JSON.createArrayNode();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (frames < FEWEST_FRAMES || rounds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--frames must be 2 or more, --rounds 1 or more");
    }
    console = spec.commandLine().getOut();
    Path work = Files.createTempDirectory("hounsfield-bench");
    try {
      measure(work);
    } finally {
      delete(work);
    }
    return 0;
  }

  private void measure(Path work) throws IOException, InterruptedException {
    ObjectNode result = JSON.createObjectNode();
    result.put("benchmark", "decode").put("date", Instant.now().toString());
    result.set("machine", Machine.describe());
    result.put("software", SoftwareVersion.get());
    result.put("dcmtk", Tools.version("dcmdjpeg")).put("gdcm", Tools.version("gdcmconv"));
    result.put("input", "phantom, seed 1, unsigned with 12 bits").put("matrix", MATRIX);
    result.put("frames", frames).put("rounds", rounds);
    Path many = work.resolve("many.dcm");
    Path one = work.resolve("one.dcm");
    Phantom phantom =
        Phantom.generate(PhantomOptions.builder().seed(1).matrix(MATRIX).slices(frames).build());
    DicomFiles.write(many, object(phantom, frames));
    DicomFiles.write(one, object(phantom, 1));
    console.printf("%-24s %-12s %12s %12s%n", "codec", "decoder", "ms a slice", "start ms");
    ArrayNode runs = result.putArray("runs");
    for (Codec codec : Codec.ALL) {
      codec(codec, many, one, work, runs);
    }
    ours("htj2k-lossless", htj2k(frames), runs);
    note(
        "htj2k-lossless: neither DCMTK nor GDCM writes or reads it; the frames are all the same"
            + " slice, encoded by OpenJPH");
    for (Path file : encoded) {
      ours(file.getFileName().toString(), DicomFiles.read(file), runs);
    }
    result.set("notes", notes);
    if (out.toAbsolutePath().getParent() != null) {
      Files.createDirectories(out.toAbsolutePath().getParent());
    }
    JSON.writerWithDefaultPrettyPrinter().writeValue(out.toFile(), result);
    console.printf("%nWritten: %s%n", out);
    console.flush();
  }

  private void codec(Codec codec, Path many, Path one, Path work, ArrayNode runs)
      throws IOException, InterruptedException {
    Path encodedMany = work.resolve(codec.name() + "-many.dcm");
    Path encodedOne = work.resolve(codec.name() + "-one.dcm");
    try {
      Tools.run(codec.encoder(), many, encodedMany);
      Tools.run(codec.encoder(), one, encodedOne);
    } catch (IOException e) {
      note(codec.name() + ": not encoded: " + e.getMessage());
      return;
    }
    ours(codec.name(), DicomFiles.read(encodedMany), runs);
    for (List<String> decoder : codec.decoders()) {
      try {
        rival(codec.name(), decoder, encodedMany, encodedOne, work.resolve("out.dcm"), runs);
      } catch (IOException e) {
        note(codec.name() + ": " + e.getMessage());
      }
    }
  }

  /** All frames are decoded on one thread, once without being counted. */
  private void ours(String name, DicomFile dicom, ArrayNode runs) throws IOException {
    int count = PixelDecoders.frameCount(dicom.dataSet());
    double[] msPerSlice = new double[rounds];
    decode(dicom, count);
    for (int round = 0; round < rounds; round++) {
      long start = System.nanoTime();
      decode(dicom, count);
      msPerSlice[round] = (System.nanoTime() - start) / 1e6 / count;
    }
    ObjectNode run = run(name, "hounsfield", Tools.median(msPerSlice), runs);
    run.put("transferSyntax", dicom.transferSyntax().uid());
    run.put(
        "encodedBytesPerSlice",
        dicom.dataSet().fragments(Tag.PixelData).stream().mapToLong(ByteBuffer::remaining).sum()
            / count);
    console.printf(
        Locale.ROOT, "%-24s %-12s %12.2f %12s%n", name, "hounsfield", Tools.median(msPerSlice), "");
    console.flush();
  }

  private static void decode(DicomFile dicom, int count) throws DicomException {
    for (int frame = 0; frame < count; frame++) {
      PixelDecoders.decode(dicom, frame);
    }
  }

  /** The difference between a file of many frames and one of a single frame is decoding. */
  private void rival(
      String name, List<String> decoder, Path many, Path one, Path output, ArrayNode runs)
      throws IOException, InterruptedException {
    double[] whole = new double[rounds];
    double[] single = new double[rounds];
    Tools.run(decoder, many, output);
    for (int round = 0; round < rounds; round++) {
      whole[round] = Tools.run(decoder, many, output);
      single[round] = Tools.run(decoder, one, output);
    }
    double msPerSlice = (Tools.median(whole) - Tools.median(single)) / (frames - 1);
    double start = Tools.median(single) - msPerSlice;
    run(name, decoder.get(0), msPerSlice, runs).put("startMs", rounded(start));
    console.printf(
        Locale.ROOT, "%-24s %-12s %12.2f %12.1f%n", name, decoder.get(0), msPerSlice, start);
    console.flush();
  }

  private static ObjectNode run(String codec, String decoder, double msPerSlice, ArrayNode runs) {
    return runs.addObject()
        .put("codec", codec)
        .put("decoder", decoder)
        .put("msPerSlice", rounded(msPerSlice));
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  private void note(String text) {
    notes.add(text);
    console.println(text);
    console.flush();
  }

  /** HU + 1024 as unsigned values of 12 bits, which every codec takes. */
  private static DicomFile object(Phantom phantom, int count) {
    short[] samples = new short[count * MATRIX * MATRIX];
    for (int k = 0; k < count; k++) {
      short[] slice = phantom.ct().slice(k);
      for (int i = 0; i < slice.length; i++) {
        samples[k * slice.length + i] = (short) Math.max(0, Math.min(4095, slice[i] + 1024));
      }
    }
    return DicomFile.of(
        TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
        attributes(count).putShorts(Tag.PixelData, VR.OW, samples));
  }

  /** The same slice in all frames. */
  static DicomFile htj2k(int count) throws IOException {
    byte[] slice;
    try (InputStream in = DecodeCommand.class.getResourceAsStream(HTJ2K_SLICE)) {
      slice = in.readAllBytes();
    }
    DataSet object = attributes(count);
    object.putFragments(Tag.PixelData, new byte[0], Collections.nCopies(count, slice));
    return DicomFile.of(TransferSyntax.HTJ2K_LOSSLESS, object);
  }

  private static DataSet attributes(int count) {
    return new DataSet()
        .put(Tag.SOPClassUID, VR.UI, MULTI_FRAME_GRAYSCALE_WORD)
        .put(Tag.SOPInstanceUID, VR.UI, Uid.derive("bench decode " + count))
        .put(Tag.StudyInstanceUID, VR.UI, Uid.derive("bench decode study"))
        .put(Tag.SeriesInstanceUID, VR.UI, Uid.derive("bench decode series"))
        .put(Tag.Modality, VR.CS, "OT")
        .put(Tag.PhotometricInterpretation, VR.CS, "MONOCHROME2")
        .put(Tag.NumberOfFrames, VR.IS, Integer.toString(count))
        .putInts(Tag.SamplesPerPixel, VR.US, 1)
        .putInts(Tag.Rows, VR.US, MATRIX)
        .putInts(Tag.Columns, VR.US, MATRIX)
        .putInts(Tag.BitsAllocated, VR.US, 16)
        .putInts(Tag.BitsStored, VR.US, 12)
        .putInts(Tag.HighBit, VR.US, 11)
        .putInts(Tag.PixelRepresentation, VR.US, 0);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
