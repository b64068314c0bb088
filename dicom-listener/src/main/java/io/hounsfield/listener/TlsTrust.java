// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CRL;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * What the certificates of other sides are checked against: trusted certificates and, in PEM,
 * revocation lists beside them. Nothing is fetched from the network for it.
 */
final class TlsTrust {
  private static final Pattern REVOCATION_LIST =
      Pattern.compile("-----BEGIN X509 CRL-----[A-Za-z0-9+/=\\s]*-----END X509 CRL-----");

  private TlsTrust() {}

  /**
   * Reads the file: PEM or PKCS#12. With a revocation list in it, every certificate must be of an
   * authority whose list is there, valid now, and does not name it (RFC 5280 section 6.3), unless
   * the certificate itself is among those trusted.
   */
  static TrustManagerFactory read(Path file, char[] password)
      throws IOException, GeneralSecurityException {
    byte[] content = TlsKeys.bytes(file);
    String text = new String(content, StandardCharsets.ISO_8859_1);
    List<X509Certificate> certificates = new ArrayList<>();
    List<CRL> lists = List.of();
    if (text.contains("-----BEGIN")) {
      lists = lists(file, text);
      byte[] rest =
          REVOCATION_LIST.matcher(text).replaceAll("").getBytes(StandardCharsets.ISO_8859_1);
      certificates.addAll(TlsKeys.certificates(file, rest));
    } else {
      KeyStore given = TlsKeys.pkcs12(file, password);
      for (String alias : Collections.list(given.aliases())) {
        if (given.getCertificate(alias) instanceof X509Certificate certificate) {
          certificates.add(certificate);
        }
      }
    }
    if (certificates.isEmpty()) {
      throw new IOException(file + " holds no certificate to trust");
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < certificates.size(); i++) {
      store.setCertificateEntry("trusted-" + i, certificates.get(i));
    }
    if (lists.isEmpty()) {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      return trust;
    }
    return checking(store, lists);
  }

  private static List<CRL> lists(Path file, String text)
      throws IOException, GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<CRL> lists = new ArrayList<>();
    Matcher matcher = REVOCATION_LIST.matcher(text);
    while (matcher.find()) {
      try {
        byte[] list = matcher.group().getBytes(StandardCharsets.ISO_8859_1);
        lists.add(factory.generateCRL(new ByteArrayInputStream(list)));
      } catch (GeneralSecurityException e) {
        throw new IOException(file + " holds a broken revocation list: " + e.getMessage(), e);
      }
    }
    return lists;
  }

  private static TrustManagerFactory checking(KeyStore store, List<CRL> lists)
      throws GeneralSecurityException {
    PKIXRevocationChecker checker =
        (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
    checker.setOptions(
        EnumSet.of(
            PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(store, new X509CertSelector());
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
    parameters.addCertPathChecker(checker);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(new CertPathTrustManagerParameters(parameters));
    return trust;
  }
}
