// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the spool takes can be read afterwards; what could not be is refused, not lost. */
class OddDataSetsTest {
  private static final TransferSyntax IMPLICIT = TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;
  private static final String SERIES = "odd";

  @TempDir Path temp;

  private static IncomingInstance.Stored store(Spool spool, byte[] dataSet, TransferSyntax syntax)
      throws IOException {
    String uid = TestInstances.sopUid(SERIES, 1);
    try (IncomingInstance incoming = spool.receive(SopClass.CT_IMAGE_STORAGE, uid, syntax)) {
      for (int at = 0; at < dataSet.length; at += 5000) {
        int length = Math.min(5000, dataSet.length - at);
        incoming.write(List.of(ByteBuffer.wrap(dataSet, at, length)));
      }
      return incoming.commit();
    }
  }

  private void assertRefused(Spool spool, byte[] dataSet, TransferSyntax syntax, String why)
      throws IOException {
    StoreException refused =
        assertThrows(StoreException.class, () -> store(spool, dataSet, syntax), why);
    assertEquals(DimseStatus.CANNOT_UNDERSTAND, refused.status(), why);
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
    try (Stream<Path> all = Files.walk(temp)) {
      assertTrue(all.noneMatch(path -> path.toString().contains(".dcm")), why);
    }
  }

  private static byte[] ct(TransferSyntax syntax) throws IOException {
    return DataSets.encode(TestInstances.ct(SERIES, 1, 64), syntax);
  }

  private void assertHeldAndReadable(Spool spool, IncomingInstance.Stored stored)
      throws IOException {
    List<SpooledInstance> held = spool.instances(TestInstances.seriesUid(SERIES));
    assertEquals(List.of(stored.instance()), held);
    DataSet read = DicomFiles.read(held.get(0).file()).dataSet();
    assertEquals(64, read.integer(Tag.Rows).orElseThrow());
  }

  /** Senders delete what was answered with success: what was cut must not be. */
  @ParameterizedTest
  @EnumSource(
      names = {
        "IMPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_BIG_ENDIAN",
        "DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN"
      })
  void aCutDataSetIsRefusedAndTheWholeOneTaken(TransferSyntax syntax) throws IOException {
    byte[] whole = ct(syntax);
    try (Spool spool = Spool.open(temp)) {
      for (int length : new int[] {whole.length - 2, whole.length - 1000}) {
        assertRefused(spool, Arrays.copyOf(whole, length), syntax, "truncated");
      }
      assertHeldAndReadable(spool, store(spool, whole, syntax));
    }
  }

  @Test
  void cutFragmentsAreRefused() throws IOException {
    DataSet ct = TestInstances.ct(SERIES, 1, 64);
    ct.remove(Tag.PixelData);
    ct.putFragments(Tag.PixelData, new byte[0], List.of(new byte[9000], new byte[9000]));
    TransferSyntax rle = TransferSyntax.RLE_LOSSLESS;
    byte[] whole = DataSets.encode(ct, rle);
    try (Spool spool = Spool.open(temp)) {
      for (int missing : new int[] {8, 100, 9008, 9100}) {
        assertRefused(spool, Arrays.copyOf(whole, whole.length - missing), rle, "truncated");
      }
      assertHeldAndReadable(spool, store(spool, whole, rle));
    }
  }

  @Test
  void anythingAfterThePixelDataIsTaken() throws IOException {
    byte[] whole = ct(IMPLICIT);
    byte[] more = Arrays.copyOf(whole, whole.length + 999);
    Arrays.fill(more, whole.length, more.length, (byte) 0x5A);
    try (Spool spool = Spool.open(temp)) {
      assertHeldAndReadable(spool, store(spool, more, IMPLICIT));
    }
  }

  /** Instance Number before the UIDs, and these the other way round. */
  @Test
  void uidsAreFoundInAnyOrder() throws IOException {
    ByteArrayOutputStream odd = new ByteArrayOutputStream();
    DataSet ct = TestInstances.ct(SERIES, 1, 64);
    for (int tag :
        new int[] {
          Tag.InstanceNumber, Tag.SeriesInstanceUID, Tag.StudyInstanceUID, Tag.SOPInstanceUID
        }) {
      odd.writeBytes(DataSets.encode(new DataSet().copy(ct, tag), IMPLICIT));
      ct.remove(tag);
    }
    odd.writeBytes(DataSets.encode(ct, IMPLICIT));
    try (Spool spool = Spool.open(temp)) {
      assertHeldAndReadable(spool, store(spool, odd.toByteArray(), IMPLICIT));
    }
  }

  @Test
  void aMissingUidIsNamed() throws IOException {
    DataSet ct = TestInstances.ct(SERIES, 1, 64).remove(Tag.StudyInstanceUID);
    try (Spool spool = Spool.open(temp)) {
      assertRefused(
          spool, DataSets.encode(ct, IMPLICIT), IMPLICIT, "(0020,000D) is missing or empty");
    }
  }

  @Test
  void twoValuesAreNoUid() throws IOException {
    for (int tag :
        new int[] {
          Tag.SOPClassUID, Tag.SOPInstanceUID, Tag.StudyInstanceUID, Tag.SeriesInstanceUID
        }) {
      DataSet ct = TestInstances.ct(SERIES, 1, 64);
      String two = ct.string(tag).orElseThrow() + "\\1.2";
      ct.putBytes(tag, VR.UI, two.getBytes(StandardCharsets.US_ASCII));
      try (Spool spool = Spool.open(temp)) {
        byte[] dataSet = DataSets.encode(ct, IMPLICIT);
        assertRefused(spool, dataSet, IMPLICIT, Tag.toString(tag) + " is no UID");
      }
    }
  }

  /** Some senders leave an element of the file's header at the head of the data set. */
  @ParameterizedTest
  @EnumSource(names = {"IMPLICIT_VR_LITTLE_ENDIAN", "EXPLICIT_VR_LITTLE_ENDIAN"})
  void aDataSetThatBeginsWithFileMetaInformationIsFoundAgain(TransferSyntax syntax)
      throws IOException {
    byte[] uid = (syntax.uid() + (syntax.uid().length() % 2 == 0 ? "" : "\0")).getBytes();
    ByteBuffer stray = ByteBuffer.allocate(8 + uid.length).order(ByteOrder.LITTLE_ENDIAN);
    stray.putShort((short) 2).putShort((short) 0x10);
    if (syntax == IMPLICIT) {
      stray.putInt(uid.length);
    } else {
      stray.put((byte) 'U').put((byte) 'I').putShort((short) uid.length);
    }
    stray.put(uid);
    ByteArrayOutputStream odd = new ByteArrayOutputStream();
    odd.writeBytes(stray.array());
    odd.writeBytes(ct(syntax));
    IncomingInstance.Stored stored;
    try (Spool spool = Spool.open(temp)) {
      stored = store(spool, odd.toByteArray(), syntax);
      assertHeldAndReadable(spool, stored);
      assertArrayEquals(
          odd.toByteArray(), TestInstances.dataSetBytes(stored.instance().file()), "as sent");
    }
    try (Spool spool = Spool.open(temp)) {
      assertEquals(List.of(stored.instance()), spool.recover().get(0).instances());
    }
  }

  /** Group lengths of headers of others may be wrong: the group's last element is the end then. */
  @Test
  void aWrongGroupLengthIsForgiven() throws IOException {
    byte[] file = DicomFiles.encode(DicomFile.of(IMPLICIT, TestInstances.ct(SERIES, 1, 64)));
    Part10Header right = Part10Header.parseStart(ByteBuffer.wrap(file));
    for (int difference : new int[] {-18, -1, 1, 40, 100}) {
      byte[] wrong = file.clone();
      wrong[140] += (byte) difference;
      assertEquals(right, Part10Header.parseStart(ByteBuffer.wrap(wrong)), "" + difference);
      assertEquals(IMPLICIT, DicomFiles.read(wrong).transferSyntax());
    }
  }

  @Test
  void filesThatCannotBeReadAreListedStill() throws IOException {
    try (Spool spool = Spool.open(temp)) {
      Path file = store(spool, ct(IMPLICIT), IMPLICIT).instance().file();
      String series = TestInstances.seriesUid(SERIES);
      assertEquals(List.of(file), spool.files(series));
      Files.write(file, new byte[500]);
      assertEquals(List.of(), spool.instances(series));
      assertEquals(List.of(file), spool.files(series));
      assertEquals(List.of(), spool.files("1.2.3"));
    }
  }
}
