// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * The keys that {@link TlsOptions} name, read and checked: the private key is that of the
 * certificate, and the certificate is valid now.
 *
 * @param keys null when this side shows no certificate
 * @param trust null when Java's own trusted certificates count
 * @param fingerprint digest of all files, to tell whether they changed
 * @param subject whose certificate it is, for the log
 */
record TlsKeys(
    KeyManagerFactory keys, TrustManagerFactory trust, String fingerprint, String subject) {
  /** BCP 195: no older versions (RFC 8996). */
  static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /** RFC 9325 section 4.2: forward secrecy and authenticated encryption. */
  static final List<String> CIPHER_SUITES =
      List.of(
          "TLS_AES_256_GCM_SHA384",
          "TLS_AES_128_GCM_SHA256",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

  private static final long MAX_FILE = 4 << 20;
  private static final int MIN_RSA_BITS = 2048;
  private static final Pattern PRIVATE_KEY =
      Pattern.compile(
          "-----BEGIN (?:([A-Z]+) )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]*)-----END [A-Z ]*-----");

  /**
   * Reads the files.
   *
   * @throws IOException naming the file and what is wrong with it
   */
  static TlsKeys read(TlsOptions options) throws IOException {
    char[] password = password(options.password());
    KeyManagerFactory keys = null;
    String subject = "no certificate";
    try {
      if (options.certificate().isPresent()) {
        Path file = options.certificate().get();
        KeyStore store =
            options.privateKey().isPresent()
                ? pem(file, options.privateKey().get(), password)
                : pkcs12(file, password);
        subject = check(store, password, file);
        keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
      }
      TrustManagerFactory trust = null;
      if (options.trusted().isPresent()) {
        trust = TlsTrust.read(options.trusted().get(), password);
      }
      return new TlsKeys(keys, trust, fingerprint(options), subject);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS keys cannot be used: " + e.getMessage(), e);
    }
  }

  /** A context for calling out. */
  SSLContext context() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      KeyManager[] keyManagers = keys == null ? null : keys.getKeyManagers();
      TrustManager[] trustManagers = trust == null ? null : trust.getTrustManagers();
      context.init(keyManagers, trustManagers, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS is not available: " + e.getMessage(), e);
    }
  }

  /** Digest of what is in the files now. */
  static String fingerprint(TlsOptions options) throws IOException {
    MessageDigest digest = SpoolFolders.sha256();
    for (Optional<Path> file :
        List.of(
            options.certificate(), options.privateKey(), options.password(), options.trusted())) {
      if (file.isPresent()) {
        digest.update(bytes(file.get()));
      }
      digest.update((byte) '|');
    }
    return Base64.getEncoder().encodeToString(digest.digest());
  }

  static byte[] bytes(Path file) throws IOException {
    if (Files.size(file) > MAX_FILE) {
      throw new IOException(file + " is longer than " + MAX_FILE + " bytes");
    }
    return Files.readAllBytes(file);
  }

  private static char[] password(Optional<Path> file) throws IOException {
    if (file.isEmpty()) {
      return new char[0];
    }
    String text = new String(bytes(file.get()), StandardCharsets.UTF_8);
    return text.lines().findFirst().orElse("").toCharArray();
  }

  static KeyStore pkcs12(Path file, char[] password) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(bytes(file)), password);
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IOException(
          file + " is no PKCS#12 file, or the password is not that of it: " + e.getMessage(), e);
    }
  }

  private static KeyStore pem(Path chainFile, Path keyFile, char[] password)
      throws IOException, GeneralSecurityException {
    List<X509Certificate> chain = certificates(chainFile);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    PrivateKey key = privateKey(keyFile, password, chain.get(0).getPublicKey());
    store.setKeyEntry("key", key, password, chain.toArray(new Certificate[0]));
    return store;
  }

  private static List<X509Certificate> certificates(Path file) throws IOException {
    return certificates(file, bytes(file));
  }

  /** All certificates in PEM or DER; one at least. */
  static List<X509Certificate> certificates(Path file, byte[] content) throws IOException {
    List<X509Certificate> found = new ArrayList<>();
    try {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content));
      all.forEach(certificate -> found.add((X509Certificate) certificate));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds no certificates in PEM: " + e.getMessage(), e);
    }
    if (found.isEmpty()) {
      throw new IOException(file + " holds no certificate");
    }
    return found;
  }

  private static PrivateKey privateKey(Path file, char[] password, PublicKey ofCertificate)
      throws IOException {
    Matcher matcher = PRIVATE_KEY.matcher(new String(bytes(file), StandardCharsets.ISO_8859_1));
    if (!matcher.find()) {
      throw new IOException(file + " holds no private key in PEM");
    }
    String kind = matcher.group(1);
    if (kind != null && !kind.equals("ENCRYPTED")) {
      throw new IOException(
          file
              + " holds a private key in an older form ("
              + kind
              + "); convert it: openssl pkcs8 -topk8 -in OLD -out NEW");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
      PKCS8EncodedKeySpec spec;
      if (kind == null) {
        spec = new PKCS8EncodedKeySpec(der);
      } else {
        EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(der);
        // The name of PBES2 schemes is in the parameters, not in the algorithm.
        String algorithm =
            encrypted.getAlgParameters() == null
                ? encrypted.getAlgName()
                : encrypted.getAlgParameters().toString();
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(
            Cipher.DECRYPT_MODE,
            SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password)),
            encrypted.getAlgParameters());
        spec = encrypted.getKeySpec(cipher);
      }
      return KeyFactory.getInstance(ofCertificate.getAlgorithm()).generatePrivate(spec);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          file
              + ": the private key cannot be read, its password is wrong, or it is not of the"
              + " certificate's kind ("
              + ofCertificate.getAlgorithm()
              + "): "
              + e.getMessage(),
          e);
    }
  }

  /** Checks key and certificate; whose it is. */
  private static String check(KeyStore store, char[] password, Path file)
      throws IOException, GeneralSecurityException {
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias)
          && store.getKey(alias, password) instanceof PrivateKey key
          && store.getCertificate(alias) instanceof X509Certificate certificate) {
        certificate.checkValidity();
        PublicKey own = certificate.getPublicKey();
        if (own instanceof RSAKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
          throw new IOException(
              file + ": an RSA key needs " + MIN_RSA_BITS + " bits, this has fewer");
        }
        if (!belongTogether(key, own)) {
          throw new IOException(file + ": the private key is not that of the certificate");
        }
        return certificate.getSubjectX500Principal().getName();
      }
    }
    throw new IOException(file + " holds no private key with a certificate");
  }

  private static boolean belongTogether(PrivateKey key, PublicKey own)
      throws GeneralSecurityException {
    String algorithm =
        key instanceof RSAKey ? "SHA256withRSA" : key instanceof ECKey ? "SHA256withECDSA" : null;
    if (algorithm == null) {
      return true; // a kind of key that a signature cannot be made with here; TLS will tell
    }
    byte[] text = "hounsfield".getBytes(StandardCharsets.US_ASCII);
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(own);
    signature.update(text);
    return signature.verify(signed);
  }
}
