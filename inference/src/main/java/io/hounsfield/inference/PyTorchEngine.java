// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts DJL's PyTorch engine once in the process: offline, without telemetry, its native libraries
 * unpacked from the class path into a cache directory (see the package's description).
 */
final class PyTorchEngine {

  static final String ENGINE_CACHE_DIR = "ENGINE_CACHE_DIR";
  private static final String DJL_CACHE_DIR = "DJL_CACHE_DIR";
  private static final String NAME = "PyTorch";
  private static final String FOLDER = "pytorch";
  // What DJL says when it would have to download.
  private static final String OFFLINE = "Offline mode is enabled.";
  private static final long UNPACKED_BYTES = 460L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(PyTorchEngine.class);

  private static Engine engine;

  private PyTorchEngine() {}

  /**
   * The engine, started at the first call.
   *
   * @throws ModelException if its native libraries cannot be unpacked or loaded
   */
  static synchronized Engine start() throws ModelException {
    if (engine == null) {
      Path cache = configure();
      try {
        NativeCache.removeStale(cache.resolve(FOLDER), Instant.now());
        LOG.info("starting PyTorch, native libraries in {}", cache);
        engine = Engine.getEngine(NAME);
        LOG.info("PyTorch {} is ready", engine.getVersion());
      } catch (EngineException | IllegalArgumentException | LinkageError e) {
        throw new ModelException(explain(cache, e), e);
      } catch (AssertionError e) {
        // DJL's answer to a platform it was not built for
        throw new ModelException(explain(cache, e), e);
      }
    }
    return engine;
  }

  /** Whether this PyTorch can use a GPU and there is one. */
  static boolean hasCuda(Engine engine) {
    return engine.hasCapability(StandardCapabilities.CUDA) && engine.getGpuCount() > 0;
  }

  /** Sets what DJL reads at its start; returns the directory of the native libraries. */
  private static Path configure() throws ModelException {
    // Must be set before any class of the engine is initialised: it would call home or download.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    if (!Utils.isOfflineMode()) {
      throw new ModelException(
          "the environment variable DJL_OFFLINE allows downloads at run time: unset it");
    }
    // One network at a time is run: a pool for parallel branches of a graph is of no use.
    setIfAbsent("ai.djl.pytorch.num_interop_threads", "1");
    if (Utils.getEnvOrSystemProperty(ENGINE_CACHE_DIR) == null
        && Utils.getEnvOrSystemProperty(DJL_CACHE_DIR) == null) {
      System.setProperty(ENGINE_CACHE_DIR, defaultCache().toString());
    }
    return Utils.getEngineCacheDir().toAbsolutePath();
  }

  private static void setIfAbsent(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }

  /** {@code hounsfield} in the user's cache directory (XDG Base Directory Specification). */
  private static Path defaultCache() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg != null && xdg.startsWith("/")
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("hounsfield");
  }

  private static String explain(Path cache, Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return "PyTorch cannot be started: "
        + (root instanceof IOException
            ? explainMissing(cache, root)
            : explainUnloadable(cache, root));
  }

  /** The native libraries could not be put into the cache directory. */
  private static String explainMissing(Path cache, Throwable root) {
    if (OFFLINE.equals(root.getMessage())) {
      return "the class path has no native libraries for %s %s, and none are downloaded. Add the artifact pytorch-native-cpu of this platform, or set the environment variable PYTORCH_LIBRARY_PATH to the directory of a libtorch"
          .formatted(System.getProperty("os.name"), System.getProperty("os.arch"));
    }
    Path existing = cache;
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return "its native libraries cannot be unpacked into %s: %s. They need %d MiB, %s. Make room there, or set the environment variable %s to another directory"
        .formatted(cache, root, UNPACKED_BYTES >> 20, state(existing), ENGINE_CACHE_DIR);
  }

  private static String state(Path existing) {
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      return existing + " is not a writable directory";
    }
    try {
      return "%s has %d MiB free"
          .formatted(existing, Files.getFileStore(existing).getUsableSpace() >> 20);
    } catch (IOException e) {
      return "the free space of %s is unknown (%s)".formatted(existing, e.getMessage());
    }
  }

  /** The native libraries are there but the operating system does not take them. */
  private static String explainUnloadable(Path cache, Throwable root) {
    return "its native libraries in %s cannot be loaded: %s. The directory must allow execution (no noexec mount), and the libraries be whole and of this platform, %s %s; delete the directory to unpack them again"
        .formatted(cache, root, System.getProperty("os.name"), System.getProperty("os.arch"));
  }
}
