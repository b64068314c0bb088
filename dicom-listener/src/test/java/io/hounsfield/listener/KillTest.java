// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node in a process of its own, killed (SIGKILL) right after it answered success. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KillTest {
  private static final int COUNT = 30;

  @TempDir Path temp;

  /** The process to be killed: a node that tells its port. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws IOException {
      DicomNode node =
          DicomNode.start(
              Vertx.vertx(),
              DicomNodeOptions.builder().address("127.0.0.1", 0).build(),
              Spool.open(Path.of(arguments[0])),
              new RecordingListener());
      System.out.println("port " + node.port());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 20})
  void whatWasAcknowledgedIsWholeAfterwards(int killAfter) throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "kill", COUNT, 256);
    Path directory = temp.resolve("spool");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int acknowledged;
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      while (line != null && !line.startsWith("port ")) {
        line = out.readLine();
      }
      assertTrue(line != null, "the child started");
      int port = Integer.parseInt(line.substring(5));
      AtomicInteger done = new AtomicInteger();
      SendResult result =
          StorageScu.send(
              ScuOptions.of("HOUNSFIELD", "127.0.0.1", port),
              files,
              (finished, total, bytes) -> {
                if (done.incrementAndGet() == killAfter) {
                  child.destroyForcibly();
                }
              });
      acknowledged = result.stored();
    } finally {
      child.destroyForcibly();
      assertTrue(child.waitFor(30, TimeUnit.SECONDS));
    }
    assertTrue(acknowledged >= killAfter && acknowledged < COUNT, acknowledged + " of " + COUNT);

    try (Spool spool = Spool.open(directory)) {
      Map<String, SpooledInstance> held = new HashMap<>();
      spool
          .instances(TestInstances.seriesUid("kill"))
          .forEach(instance -> held.put(instance.sopInstanceUid(), instance));
      for (int i = 0; i < acknowledged; i++) {
        SpooledInstance instance = held.get(TestInstances.sopUid("kill", i));
        assertTrue(instance != null, "instance " + i + " was acknowledged");
      }
      // One more may be there whole, its answer cut off; none may be there in part.
      assertTrue(held.size() <= acknowledged + 1);
      for (int i = 0; i < held.size(); i++) {
        assertArrayEquals(
            TestInstances.dataSetBytes(files.get(i)),
            TestInstances.dataSetBytes(held.get(TestInstances.sopUid("kill", i)).file()));
      }
      assertEquals(held.size(), spool.recover().get(0).instances().size());
    }
  }
}
