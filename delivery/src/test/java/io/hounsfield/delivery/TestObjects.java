// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Result files made up for tests: valid secondary captures. */
final class TestObjects {
  private TestObjects() {}

  static String uid(String analysisId, int version, int number) {
    return Uid.derive("test", analysisId, "" + version, "" + number);
  }

  /** A picture of noise in the folder of a version. */
  static ResultObject picture(Path root, String analysisId, int version, int number)
      throws IOException {
    byte[] pixels = new byte[256 * 256];
    new Random(number).nextBytes(pixels);
    DataSet set =
        new DataSet()
            .put(Tag.SOPClassUID, VR.UI, SopClass.SECONDARY_CAPTURE_IMAGE_STORAGE)
            .put(Tag.SOPInstanceUID, VR.UI, uid(analysisId, version, number))
            .put(Tag.Modality, VR.CS, "OT")
            .put(Tag.PatientName, VR.PN, "Phantom^Test")
            .put(Tag.PatientID, VR.LO, "PH-1")
            .put(Tag.StudyInstanceUID, VR.UI, Uid.derive("study", analysisId))
            .put(Tag.SeriesInstanceUID, VR.UI, Uid.derive("series", analysisId))
            .putInts(Tag.InstanceNumber, VR.IS, number)
            .putInts(Tag.SamplesPerPixel, VR.US, 1)
            .put(Tag.PhotometricInterpretation, VR.CS, "MONOCHROME2")
            .putInts(Tag.Rows, VR.US, 256)
            .putInts(Tag.Columns, VR.US, 256)
            .putInts(Tag.BitsAllocated, VR.US, 8)
            .putInts(Tag.BitsStored, VR.US, 8)
            .putInts(Tag.HighBit, VR.US, 7)
            .putInts(Tag.PixelRepresentation, VR.US, 0)
            .putBytes(Tag.PixelData, VR.OB, pixels);
    Path file =
        root.resolve(analysisId).resolve("v" + version).resolve("key-image-" + number + ".dcm");
    Files.createDirectories(file.getParent());
    DicomFiles.write(file, DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, set));
    return of(root, ObjectKind.KEY_IMAGES, file);
  }

  /** A file with this content. */
  static ResultObject text(
      Path root, String analysisId, int version, ObjectKind kind, String name, String content)
      throws IOException {
    Path file = root.resolve(analysisId).resolve("v" + version).resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    return of(root, kind, file);
  }

  /** The same file as one of a variant. */
  static ResultObject variant(Path root, ResultObject object, String variant) throws IOException {
    Path file = root.resolve(object.file());
    Path copy = file.resolveSibling(variant).resolve(file.getFileName());
    Files.createDirectories(copy.getParent());
    Files.copy(file, copy);
    return of(root, object.kind(), copy);
  }

  private static ResultObject of(Path root, ObjectKind kind, Path file) throws IOException {
    return new ResultObject(
        kind, root.relativize(file).toString().replace('\\', '/'), ResultFileCheck.sha256(file));
  }
}
