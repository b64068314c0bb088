// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** CT instances made up for tests: noise for pixels, valid headers. */
final class TestInstances {
  static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

  private TestInstances() {}

  /** A CT slice of {@code side} squared noise pixels. */
  static DataSet ct(String series, int number, int side) {
    return ct("study-of-" + series, series, number, side);
  }

  private static DataSet ct(String study, String series, int number, int side) {
    short[] pixels = new short[side * side];
    Random random = new Random(31L * series.hashCode() + number);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (short) (random.nextInt(2000) - 1000);
    }
    return new DataSet()
        .put(Tag.SOPClassUID, VR.UI, SopClass.CT_IMAGE_STORAGE)
        .put(Tag.SOPInstanceUID, VR.UI, Uid.derive(series, "" + number))
        .put(Tag.Modality, VR.CS, "CT")
        .put(Tag.PatientName, VR.PN, "Phantom^Test")
        .put(Tag.StudyInstanceUID, VR.UI, Uid.derive(study))
        .put(Tag.SeriesInstanceUID, VR.UI, Uid.derive(series))
        .putInts(Tag.InstanceNumber, VR.IS, number)
        .putInts(Tag.SamplesPerPixel, VR.US, 1)
        .put(Tag.PhotometricInterpretation, VR.CS, "MONOCHROME2")
        .putInts(Tag.Rows, VR.US, side)
        .putInts(Tag.Columns, VR.US, side)
        .putInts(Tag.BitsAllocated, VR.US, 16)
        .putInts(Tag.BitsStored, VR.US, 16)
        .putInts(Tag.HighBit, VR.US, 15)
        .putInts(Tag.PixelRepresentation, VR.US, 1)
        .putShorts(Tag.PixelData, VR.OW, pixels);
  }

  static String seriesUid(String series) {
    return Uid.derive(series);
  }

  static String sopUid(String series, int number) {
    return Uid.derive(series, "" + number);
  }

  /** Files of a series, named by slice number. */
  static List<Path> files(Path directory, String series, int count, int side) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.createDirectories(directory);
    for (int number = 0; number < count; number++) {
      Path file = directory.resolve(series + "-" + number + ".dcm");
      DicomFiles.write(file, DicomFile.of(EXPLICIT, ct(series, number, side)));
      files.add(file);
    }
    return files;
  }

  static byte[] encoded(DataSet dataSet) throws IOException {
    return DataSets.encode(dataSet, EXPLICIT);
  }

  /** The bytes of a Part 10 file after its file meta information. */
  static byte[] dataSetBytes(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int groupLength = ByteBuffer.wrap(all).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(140);
    int offset = 144 + groupLength;
    return java.util.Arrays.copyOfRange(all, offset, all.length);
  }
}
