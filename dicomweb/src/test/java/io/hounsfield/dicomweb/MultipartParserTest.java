// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Multipart bodies, RFC 2046 section 5.1, however they are cut into pieces. */
class MultipartParserTest {

  private static RecordingParts parse(String boundary, byte[] body, int piece) throws Exception {
    RecordingParts parts = new RecordingParts();
    MultipartParser parser = new MultipartParser(boundary, 100, parts);
    for (int at = 0; at < body.length; at += piece) {
      parser.feed(Arrays.copyOfRange(body, at, Math.min(body.length, at + piece)));
    }
    parser.finish();
    return parts;
  }

  private static RecordingParts parse(String body) throws Exception {
    return parse("b", body.getBytes(StandardCharsets.ISO_8859_1), 7);
  }

  private static String fault(String body) {
    return assertThrows(MultipartParser.MalformedException.class, () -> parse(body)).getMessage();
  }

  @Test
  void partsAreFoundInPiecesOfAnySize() throws Exception {
    String body =
        "preamble\r\n--b\r\nContent-Type: application/dicom\r\nX: 1\r\n 2\r\n\r\nfirst\r\n--bb\r\n"
            + "\r\n--b  \r\n\r\n\r\n--b--\r\nepilogue --b";
    for (int piece = 1; piece <= body.length(); piece++) {
      RecordingParts parts = parse("b", body.getBytes(StandardCharsets.ISO_8859_1), piece);
      assertEquals(2, parts.contents.size());
      assertEquals("application/dicom", parts.headers.get(0).get("content-type"));
      assertEquals("1 2", parts.headers.get(0).get("x"), "a folded header line");
      assertEquals(
          "first\r\n--bb\r\n", new String(parts.contents.get(0), StandardCharsets.ISO_8859_1));
      assertEquals(0, parts.contents.get(1).length, "a part without headers or content");
    }
  }

  /** What is held is not copied at each of them, which would be 4,000 bytes for one. */
  @Test
  void headersInSingleBytesCostLittle() throws Exception {
    String body = "--b\r\nX: " + "x".repeat(8000) + "\r\n\r\nfirst\r\n--b--";
    byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertEquals(1, parse("b", bytes, 1).contents.size());
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 500L * bytes.length, "allocated: " + allocated);
  }

  @Test
  void anyContentSurvivesAnyCut() throws Exception {
    Random random = new Random(20260131);
    for (int round = 0; round < 300; round++) {
      String boundary = "x" + "-'()+_,./:=?".charAt(random.nextInt(12)) + random.nextInt(100);
      List<byte[]> contents = new ArrayList<>();
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int part = random.nextInt(4); part >= 0; part--) {
        byte[] content = new byte[random.nextInt(400)];
        // Mostly what delimiters are made of, and pieces of them.
        String letters = "\r\n-" + boundary;
        for (int i = 0; i < content.length; i++) {
          content[i] = (byte) letters.charAt(random.nextInt(letters.length()));
        }
        contents.add(content);
        body.writeBytes(TestServer.ascii("--" + boundary + "\r\nA: b\r\n\r\n"));
        body.writeBytes(content);
        body.writeBytes(TestServer.ascii("\r\n"));
      }
      body.writeBytes(TestServer.ascii("--" + boundary + "--"));
      if (contents.stream()
          .anyMatch(
              c ->
                  ("\r\n" + new String(c, StandardCharsets.ISO_8859_1))
                      .contains("\r\n--" + boundary))) {
        continue; // a boundary must not occur in what it separates
      }
      RecordingParts parts = parse(boundary, body.toByteArray(), 1 + random.nextInt(50));
      assertEquals(contents.size(), parts.contents.size());
      for (int i = 0; i < contents.size(); i++) {
        assertArrayEquals(contents.get(i), parts.contents.get(i));
      }
    }
  }

  @Test
  void damagedBodiesAreRefusedAndNothingElseHappens() {
    byte[] whole =
        TestServer.body("b", "some content".getBytes(StandardCharsets.US_ASCII), new byte[50]);
    Random random = new Random(7);
    int refused = 0;
    for (int round = 0; round < 5_000; round++) {
      byte[] damaged = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
      for (int i = random.nextInt(4); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        parse("b", damaged, 1 + random.nextInt(20));
      } catch (MultipartParser.MalformedException e) {
        refused++;
      } catch (Exception e) {
        throw new AssertionError("round " + round, e);
      }
    }
    assertTrue(refused > 4_000, "most are cut short: " + refused);
  }

  @Test
  void everyLengthIsBounded() {
    assertTrue(fault("--b\r\n" + "X: y\r\n".repeat(5_000)).contains("headers of a part"));
    assertTrue(fault("--b\r\nX: " + "y".repeat(20_000)).contains("headers of a part"));
    assertTrue(fault("--b" + " ".repeat(1_000) + "\r\n").contains("blanks"));
    assertTrue(fault("x".repeat(100_000)).contains("boundary"));
    assertTrue(fault("--b\r\n\r\n\r\n".repeat(101)).contains("more than 100 parts"));
  }

  @Test
  void bodiesThatAreNoneAreNamed() {
    assertTrue(fault("").contains("does not occur"));
    assertTrue(fault("--c\r\n\r\nx\r\n--c--").contains("does not occur"));
    assertTrue(fault("--b\r\n\r\nhalf a part").contains("before its last boundary"));
    assertTrue(fault("--b\r\nno colon\r\n\r\nx\r\n--b--").contains("without a name"));
    assertTrue(fault("--b\r\n \t: x\r\n\r\nx\r\n--b--").contains("without a name"));
    assertTrue(fault("--b garbage\r\n\r\nx\r\n--b--").contains("other characters"));
  }

  @Test
  void boundariesAreThoseOfTheRfc() {
    assertTrue(MultipartParser.isBoundary("gc0pJq0M:08jU534c0p"));
    assertTrue(MultipartParser.isBoundary("a b"));
    assertTrue(MultipartParser.isBoundary("x".repeat(70)));
    assertTrue(MultipartParser.isBoundary("x".repeat(73)), "Orthanc's are so long");
    assertFalse(MultipartParser.isBoundary("x".repeat(201)));
    assertFalse(MultipartParser.isBoundary(""));
    assertFalse(MultipartParser.isBoundary("ends with blank "));
    assertFalse(MultipartParser.isBoundary("line\r\nend"));
  }
}
