// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

/**
 * The program of a decoder process: takes encoded frames from its standard input, gives samples or
 * a fault to its standard output, and ends with its input. It is the only place that runs FFmpeg: a
 * hostile frame that brings the native code down ends this process, not the service.
 *
 * <p>Both directions are big endian. Request: columns, rows, bits of a sample, number of encoded
 * bytes (ints), the bytes. Answer: 0 and 16-bit little endian samples {@code [row][column]}, or 1
 * and a text.
 */
final class DecoderWorker {
  static final int DONE = 0;
  static final int FAULT = 1;

  /** Most native memory in one piece; frames are far below. */
  private static final long MAX_NATIVE_BYTES = 1L << 30;

  /** Pixels by which the library may make its own picture wider and taller. */
  private static final long ALIGNMENT = 256;

  private static final int CHUNK_BYTES = 64 << 10;

  private DecoderWorker() {}

  /** Started by {@link DecoderProcess}. */
  public static void main(String[] arguments) throws IOException {
    dieFirst();
    avutil.av_log_set_level(avutil.AV_LOG_QUIET);
    avutil.av_max_alloc(MAX_NATIVE_BYTES);
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, CHUNK_BYTES));
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, CHUNK_BYTES));
    while (true) {
      int first = in.read();
      if (first < 0) {
        return;
      }
      int columns = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
      answer(columns, in, out);
      out.flush();
    }
  }

  /** When memory runs out, the system shall end a decoder, not the service. */
  private static void dieFirst() {
    try {
      Files.writeString(Path.of("/proc/self/oom_score_adj"), "1000", StandardCharsets.US_ASCII);
    } catch (IOException | RuntimeException e) {
      // Not Linux, or not allowed: the order is then the system's own.
      return;
    }
  }

  private static void answer(int columns, DataInputStream in, DataOutputStream out)
      throws IOException {
    int rows = in.readInt();
    int precision = in.readInt();
    int length = in.readInt();
    AVPacket packet = avcodec.av_packet_alloc();
    AVFrame frame = avutil.av_frame_alloc();
    AVCodecContext context = null;
    try {
      // The packet has the zeros after its end that the decoders need.
      check(avcodec.av_new_packet(packet, length), "no memory for the frame");
      read(in, packet.data(), length);
      AVCodec decoder = avcodec.avcodec_find_decoder(avcodec.AV_CODEC_ID_JPEG2000);
      context = avcodec.avcodec_alloc_context3(decoder);
      context
          .thread_count(1)
          .max_pixels((columns + ALIGNMENT) * (rows + ALIGNMENT))
          .err_recognition(avcodec.AV_EF_EXPLODE | avcodec.AV_EF_BITSTREAM | avcodec.AV_EF_BUFFER);
      check(avcodec.avcodec_open2(context, decoder, (AVDictionary) null), "no decoder");
      check(avcodec.avcodec_send_packet(context, packet), "damaged image");
      check(avcodec.avcodec_receive_frame(context, frame), "damaged image");
      requireWhole(frame, columns, rows);
      write(frame, columns, rows, precision, out);
    } catch (Fault e) {
      out.writeByte(FAULT);
      out.writeUTF(e.getMessage());
    } finally {
      avcodec.avcodec_free_context(context);
      avutil.av_frame_free(frame);
      avcodec.av_packet_free(packet);
    }
  }

  private static final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    Fault(String message) {
      super(message);
    }
  }

  private static void check(int result, String what) throws Fault {
    if (result < 0) {
      byte[] text = new byte[128];
      avutil.av_strerror(result, text, text.length);
      int end = 0;
      while (end < text.length && text[end] != 0) {
        end++;
      }
      throw new Fault(what + " (" + new String(text, 0, end, StandardCharsets.US_ASCII) + ")");
    }
  }

  private static void read(DataInputStream in, BytePointer target, int length) throws IOException {
    byte[] chunk = new byte[Math.min(length, CHUNK_BYTES)];
    for (int at = 0; at < length; ) {
      int count = in.read(chunk, 0, Math.min(chunk.length, length - at));
      if (count < 0) {
        throw new EOFException();
      }
      target.position(at).put(chunk, 0, count);
      at += count;
    }
    target.position(0);
  }

  private static void requireWhole(AVFrame frame, int columns, int rows) throws Fault {
    if (frame.width() != columns || frame.height() != rows) {
      throw new Fault("the decoded image is %d x %d".formatted(frame.height(), frame.width()));
    }
    boolean corrupt = (frame.flags() & AVFrame.AV_FRAME_FLAG_CORRUPT) != 0;
    if (corrupt || frame.decode_error_flags() != 0) {
      throw new Fault("damaged image");
    }
  }

  private static void write(
      AVFrame frame, int columns, int rows, int precision, DataOutputStream out)
      throws IOException, Fault {
    int format = frame.format();
    boolean palette = format == avutil.AV_PIX_FMT_PAL8;
    AVPixFmtDescriptor description = avutil.av_pix_fmt_desc_get(format);
    boolean grey = description != null && (palette || description.nb_components() == 1);
    if (!grey) {
      throw new Fault("the decoded image is not of grey values");
    }
    int depth = palette ? 8 : description.comp(0).depth();
    if (depth < precision) {
      throw new Fault("the decoded image has %d bits, not %d".formatted(depth, precision));
    }
    // Fewer bits than the picture format has are at its upper end.
    int shift = depth - precision;
    int bytes = depth > 8 ? 2 : 1;
    byte[] line = new byte[columns * bytes];
    byte[] samples = new byte[columns * 2];
    BytePointer data = frame.data(0);
    out.writeByte(DONE);
    for (int y = 0; y < rows; y++) {
      data.position((long) y * frame.linesize(0)).get(line);
      if (bytes == 2 && shift == 0) {
        out.write(line);
        continue;
      }
      Arrays.fill(samples, (byte) 0);
      for (int x = 0; x < columns; x++) {
        int value = line[x * bytes] & 0xFF;
        if (bytes == 2) {
          value |= (line[2 * x + 1] & 0xFF) << 8;
        }
        value >>>= shift;
        samples[2 * x] = (byte) value;
        samples[2 * x + 1] = (byte) (value >> 8);
      }
      out.write(samples);
    }
  }
}
