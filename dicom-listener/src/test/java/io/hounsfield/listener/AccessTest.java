// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduException;
import io.hounsfield.listener.ul.RoleSelection;
import io.hounsfield.listener.ul.UserIdentity;
import io.hounsfield.peers.Programs;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may call, and what is agreed with whom: PS3.8 7.1, PS3.7 annex D. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AccessTest {
  private static final Pdu.AssociateRj CALLING_NOT_RECOGNIZED = new Pdu.AssociateRj(1, 1, 3);
  private static final Pdu.AssociateRj NO_REASON = new Pdu.AssociateRj(1, 1, 1);

  @TempDir Path temp;

  private TestNode node(DicomPeer... peers) throws IOException {
    return new TestNode(temp.resolve("spool"), o -> o.peers(List.of(peers)));
  }

  private static Pdu.AssociateRq request(List<Pdu.SubItem> items) {
    return request(RawPeer.request().contexts(), Optional.empty(), items);
  }

  private static Pdu.AssociateRq request(
      List<Pdu.ProposedContext> contexts,
      Optional<Pdu.AsynchronousOperations> window,
      List<Pdu.SubItem> items) {
    return new Pdu.AssociateRq(
        1,
        "HOUNSFIELD",
        "RAW",
        Pdu.DICOM_APPLICATION_CONTEXT,
        contexts,
        new Pdu.UserInformation(16384, "1.2.3", null, window, items));
  }

  private static Pdu answer(TestNode node, Pdu.AssociateRq request) throws IOException {
    try (RawPeer peer = new RawPeer(node.port())) {
      peer.send(request);
      return peer.receive();
    }
  }

  // ---- peers ----

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "192.0.2.0/24, 192.0.2.255, true",
    "192.0.2.0/24, 192.0.3.0, false",
    "192.0.2.128/25, 192.0.2.127, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::1, false",
    "*, 203.0.113.9, true",
    "localhost, 127.0.0.1, true",
    "no-such-host.invalid, 127.0.0.1, false"
  })
  void aPeersAddressIsAnAddressANetworkOrAName(String address, String caller, boolean admitted)
      throws IOException {
    assertEquals(admitted, DicomPeer.of("PACS", address).admits(InetAddress.getByName(caller)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "192.0.2.256", "192.0.2.0/33", "host/24", "a b", "1.2.3.4/x", "::/129"})
  void anAddressThatIsNoneIsRefusedAtOnce(String address) {
    assertThrows(IllegalArgumentException.class, () -> DicomPeer.of("PACS", address));
  }

  @Test
  void aPortNeedsAHostToCall() {
    assertThrows(
        IllegalArgumentException.class, () -> DicomPeer.of("PACS", "192.0.2.0/24").withPort(104));
    assertThrows(IllegalArgumentException.class, () -> DicomPeer.of("PACS", "*").withPort(104));
  }

  @Test
  void withAPeerConfiguredAllOthersAreRejected() throws Exception {
    try (TestNode node = node(DicomPeer.of("PACS", "127.0.0.1"))) {
      assertEquals(CALLING_NOT_RECOGNIZED, answer(node, RawPeer.request()));
      Echo.echo(node.scu().withCallingAeTitle("PACS"));
      assertEquals(1, node.node.statistics().associationsRejected());
    }
  }

  @Test
  void theRightTitleFromTheWrongAddressIsRejected() throws Exception {
    try (TestNode node = node(DicomPeer.of("RAW", "192.0.2.7"))) {
      assertEquals(CALLING_NOT_RECOGNIZED, answer(node, RawPeer.request()));
    }
  }

  @Test
  void oneTitleMayHaveSeveralAddresses() throws Exception {
    try (TestNode node =
        node(DicomPeer.of("RAW", "192.0.2.7"), DicomPeer.of("RAW", "127.0.0.0/8"))) {
      assertInstanceOf(Pdu.AssociateAc.class, answer(node, RawPeer.request()));
    }
  }

  @Test
  void aPeersTransferSyntaxesAndIdleTimeAreItsOwn() throws Exception {
    DicomPeer peer =
        new DicomPeer(
            "RAW",
            "127.0.0.1",
            OptionalInt.empty(),
            OptionalLong.of(100),
            Set.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN));
    try (TestNode node = node(peer);
        RawPeer raw = new RawPeer(node.port())) {
      raw.send(RawPeer.request());
      Pdu.AssociateAc accept = assertInstanceOf(Pdu.AssociateAc.class, raw.receive());
      assertEquals(
          List.of(Pdu.ContextResult.ACCEPTANCE, Pdu.ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED),
          accept.contexts().stream().map(Pdu.ContextResult::result).toList(),
          "echo as ever, CT only in Implicit VR");
      assertInstanceOf(Pdu.Abort.class, raw.receive(), "after its idle time, not the node's");
    }
  }

  @Test
  void aPeerThatLeavesWhileItIsCheckedHarmsNothing() throws Exception {
    try (TestNode node = node(DicomPeer.of("RAW", "localhost"))) {
      for (int i = 0; i < 20; i++) {
        try (RawPeer peer = new RawPeer(node.port())) {
          peer.send(RawPeer.request());
          peer.send(new Pdu.ReleaseRq()); // not allowed before the answer: AA-8, or a release
        }
      }
      Echo.echo(node.scu().withCallingAeTitle("RAW"));
    }
  }

  // ---- user identity, PS3.7 D.3.3.7 ----

  private TestNode nodeWithUsers() throws IOException {
    Path file = temp.resolve("users");
    Files.write(
        file, List.of("# users", "ct1", "", DicomUsers.line("pacs", "s3cret".toCharArray())));
    DicomUsers users = DicomUsers.read(file);
    return new TestNode(temp.resolve("spool"), o -> o.users(users));
  }

  private static Pdu.AssociateRq as(int type, String primary, String secondary) {
    UserIdentity identity =
        new UserIdentity(
            type,
            true,
            primary.getBytes(StandardCharsets.UTF_8),
            secondary.getBytes(StandardCharsets.UTF_8));
    return request(List.of(identity.toRequestItem()));
  }

  @Test
  void usersAreCheckedAndTold() throws Exception {
    try (TestNode node = nodeWithUsers()) {
      for (Pdu.AssociateRq right : List.of(as(1, "ct1", ""), as(2, "pacs", "s3cret"))) {
        Pdu.AssociateAc accept = assertInstanceOf(Pdu.AssociateAc.class, answer(node, right));
        assertTrue(UserIdentity.confirmed(accept.userInformation()));
      }
      for (Pdu.AssociateRq wrong :
          List.of(
              as(1, "pacs", ""),
              as(2, "pacs", "s3cre"),
              as(2, "ct1", ""),
              as(2, "nobody", "s3cret"),
              as(3, "ticket", ""),
              as(4, "<saml/>", ""),
              as(5, "e30.e30.", ""),
              RawPeer.request())) {
        assertEquals(NO_REASON, answer(node, wrong));
      }
    }
  }

  @Test
  void aPositiveResponseIsSentOnlyWhereItIsAskedFor() throws Exception {
    UserIdentity quiet =
        new UserIdentity(1, false, "ct1".getBytes(StandardCharsets.UTF_8), new byte[0]);
    try (TestNode node = nodeWithUsers()) {
      Pdu.AssociateAc accept =
          assertInstanceOf(
              Pdu.AssociateAc.class, answer(node, request(List.of(quiet.toRequestItem()))));
      assertFalse(UserIdentity.confirmed(accept.userInformation()));
    }
  }

  @Test
  void aBrokenIdentityIsRefused() throws Exception {
    Pdu.SubItem broken = new Pdu.SubItem(0x58, ByteBuffer.wrap(new byte[] {1, 1, 0x7F, 0, 'a'}));
    assertThrows(
        PduException.class, () -> UserIdentity.in(request(List.of(broken)).userInformation()));
    try (TestNode node = nodeWithUsers()) {
      assertEquals(NO_REASON, answer(node, request(List.of(broken))));
    }
  }

  @Test
  void withoutUsersIdentitiesDoNotMatter() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      Pdu.AssociateAc accept =
          assertInstanceOf(Pdu.AssociateAc.class, answer(node, as(2, "who", "ever")));
      assertFalse(
          UserIdentity.confirmed(accept.userInformation()), "nothing was checked, so nothing said");
    }
  }

  @ParameterizedTest
  @CsvSource({"--user ct1,0", "--user pacs --password s3cret,0", "--user pacs --password no,1"})
  void storescuNamesItsUser(String options, int rc) throws Exception {
    Programs.needs("storescu");
    List<Path> files = TestInstances.files(temp.resolve("in"), "id", 1, 16);
    try (TestNode node = nodeWithUsers()) {
      Process process =
          new ProcessBuilder(
                  ("storescu --pos-response "
                          + options
                          + " 127.0.0.1 "
                          + node.port()
                          + " "
                          + files.get(0))
                      .split(" "))
              .redirectErrorStream(true)
              .redirectOutput(temp.resolve("log").toFile())
              .start();
      assertEquals(rc == 0, process.waitFor() == 0, Files.readString(temp.resolve("log")));
      assertEquals(rc == 0 ? 1 : 0, node.node.statistics().instancesStored());
    }
  }

  @Test
  void theScuNamesItsUser() throws Exception {
    try (TestNode node = nodeWithUsers()) {
      ScuOptions to = ScuOptions.of("HOUNSFIELD", "127.0.0.1", node.port());
      Echo.echo(to.withUser("ct1", Optional.empty()));
      Echo.echo(to.withUser("pacs", Optional.of("s3cret")));
      assertThrows(AssociationException.class, () -> Echo.echo(to));
      ScuOptions wrong = to.withUser("pacs", Optional.of("other"));
      assertThrows(AssociationException.class, () -> Echo.echo(wrong));
      assertFalse(wrong.toString().contains("other"), "no passcode in a log");
    }
  }

  @Test
  void aChangedUserFileCountsAndABrokenOneDoesNot() throws Exception {
    Path file = Files.writeString(temp.resolve("users"), "a\n");
    DicomUsers users = DicomUsers.read(file);
    assertTrue(users.acceptsName("a".getBytes(StandardCharsets.UTF_8)));
    rewrite(file, "b\n", 1);
    assertFalse(users.acceptsName("a".getBytes(StandardCharsets.UTF_8)));
    rewrite(file, "a:broken\n", 2);
    assertTrue(users.acceptsName("b".getBytes(StandardCharsets.UTF_8)));
    assertThrows(IOException.class, () -> DicomUsers.read(file));
  }

  private static void rewrite(Path file, String text, int later) throws IOException {
    Files.writeString(file, text);
    Files.setLastModifiedTime(
        file, FileTime.fromMillis(System.currentTimeMillis() + 60_000L * later));
  }

  // ---- windows and roles ----

  @ParameterizedTest
  @CsvSource({"1,1,1", "16,1,16", "0,0,64", "500,9,64"})
  void asynchronousOperationsAreGrantedUpTo64(int invoked, int performed, int granted)
      throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      Pdu.AssociateRq request =
          request(
              RawPeer.request().contexts(),
              Optional.of(new Pdu.AsynchronousOperations(invoked, performed)),
              List.of());
      Pdu.AssociateAc accept = assertInstanceOf(Pdu.AssociateAc.class, answer(node, request));
      assertEquals(
          Optional.of(new Pdu.AsynchronousOperations(granted, 1)),
          accept.userInformation().asynchronousOperations());
    }
  }

  @Test
  void withoutAWindowAskedForNoneIsAnswered() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      Pdu.AssociateAc accept =
          assertInstanceOf(Pdu.AssociateAc.class, answer(node, RawPeer.request()));
      assertEquals(Optional.empty(), accept.userInformation().asynchronousOperations());
    }
  }

  @Test
  void onlyForStorageCommitmentMayThePeerBeScp() throws Exception {
    String commitment = SopClass.STORAGE_COMMITMENT_PUSH_MODEL;
    String ct = SopClass.CT_IMAGE_STORAGE;
    Pdu.AssociateRq request =
        request(
            List.of(
                new Pdu.ProposedContext(1, commitment, List.of("1.2.840.10008.1.2")),
                new Pdu.ProposedContext(3, ct, List.of("1.2.840.10008.1.2"))),
            Optional.empty(),
            List.of(
                new RoleSelection(commitment, false, true).toItem(),
                new RoleSelection(ct, true, true).toItem()));
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      Pdu.AssociateAc accept = assertInstanceOf(Pdu.AssociateAc.class, answer(node, request));
      assertEquals(
          List.of(new RoleSelection(commitment, false, true), new RoleSelection(ct, true, false)),
          RoleSelection.in(accept.userInformation()));
    }
  }
}
