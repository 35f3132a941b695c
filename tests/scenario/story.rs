//! Stories: whole conversations, and the words to tell one's own.

use super::messages::*;
use super::*;

/// One way through the network.
const HALF_ROUND_TRIP: i64 = 20_000_000;

impl Scenario {
    /// Nothing happened yet.
    pub fn new() -> Self {
        let flow = Flow {
            client_port: 22425,
            server_port: 443,
            client_isn: 1_000_000,
            server_isn: 3_000_000_000,
            ipv6: false,
        };
        Self {
            packets: Vec::new(),
            flow,
            next: [0, 0],
            now: START,
            ip_id: [1000, 50_000],
            snap: 65_535,
        }
    }

    /// SYN, SYN-ACK, ACK.
    pub fn open() -> Self {
        Self::new()
            .packet(Client, SYN, &[])
            .wait(HALF_ROUND_TRIP)
            .packet(Server, SYN | ACK, &[])
            .wait(HALF_ROUND_TRIP)
            .packet(Client, ACK, &[])
    }

    /// One packet of the conversation with the sequence numbers that are due.
    pub fn packet(mut self, side: Side, flags: u8, payload: &[u8]) -> Self {
        let (own, peer) = (side as usize, side.peer() as usize);
        self.packets.push(Packet {
            flow: self.flow,
            side,
            time: self.now,
            seq: self.next[own],
            ack: if flags & ACK == 0 { 0 } else { self.next[peer] },
            flags,
            window: 4128,
            payload: payload.to_vec(),
            ip_id: self.ip_id[own],
            ttl: if side == Client { 64 } else { 52 },
            hop: 0,
            vlan: None,
            bad_checksum: false,
            sack: None,
        });
        self.next[own] += payload.len() as u32 + u32::from(flags & SYN != 0) + u32::from(flags & FIN != 0);
        self.ip_id[own] = self.ip_id[own].wrapping_add(1);
        self.now += BACK_TO_BACK;
        self
    }

    /// Bytes in segments of [`MSS`], which the peer acknowledges half a round trip later.
    pub fn send(mut self, side: Side, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let segments = bytes.len().div_ceil(MSS);
        for (number, segment) in bytes.chunks(MSS).enumerate() {
            let push = if number + 1 == segments { PSH } else { 0 };
            self = self.packet(side, ACK | push, segment);
        }
        self.wait(HALF_ROUND_TRIP).packet(side.peer(), ACK, &[])
    }

    /// Time passes.
    pub fn wait(mut self, ns: i64) -> Self {
        self.now += ns;
        self
    }

    /// `side` sends FIN, the peer FIN, `side` the last ACK.
    pub fn close(self, side: Side) -> Self {
        self.packet(side, FIN | ACK, &[])
            .wait(HALF_ROUND_TRIP)
            .packet(side.peer(), FIN | ACK, &[])
            .wait(HALF_ROUND_TRIP)
            .packet(side, ACK, &[])
    }

    /// `side` resets the connection.
    pub fn reset(self, side: Side) -> Self {
        self.packet(side, RST | ACK, &[])
    }

    /// TLS 1.2 with a client certificate, as the official guide's picture has it: RSA key exchange, NewSessionTicket.
    pub fn tls12() -> Self {
        Self::tls12_with(each_in_a_record)
    }

    /// The same, each flight packed into records by `pack`.
    pub fn tls12_with(pack: impl Fn(&[Vec<u8>]) -> Vec<u8>) -> Self {
        Self::open().handshake12(pack).data().close(Client)
    }

    /// The TLS 1.2 handshake alone.
    pub fn handshake12(self, pack: impl Fn(&[Vec<u8>]) -> Vec<u8>) -> Self {
        let client_finish = [change_cipher_spec(), finished(11)].concat();
        let server_finish = [pack(&[new_session_ticket()]), change_cipher_spec(), finished(12)].concat();
        self.send(Client, pack(&[client_hello(Offer::Tls12, Group::X25519)]))
            .send(Server, pack(&server_flight()))
            .send(Client, [pack(&client_flight()), client_finish].concat())
            .send(Server, server_finish)
    }

    /// A request and an answer in TLS 1.2 Application Data.
    pub fn data(self) -> Self {
        let answer = [
            encrypted(APPLICATION_DATA, 14, 900),
            encrypted(APPLICATION_DATA, 15, 300),
        ]
        .concat();
        self.send(Client, encrypted(APPLICATION_DATA, 13, 700))
            .send(Server, answer)
    }

    /// TLS 1.3 with a client certificate: all but the hellos is encrypted.
    pub fn tls13() -> Self {
        let hello = each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]);
        Self::open()
            .send(Client, hello)
            .handshake13(&[change_cipher_spec()])
            .data13()
    }

    /// TLS 1.3 in which the client first guesses a group that the server does not take.
    pub fn tls13_retry() -> Self {
        let hello = |share| each_in_a_record(&[client_hello(Offer::Tls13, share)]);
        Self::open()
            .send(Client, hello(Group::Secp256r1))
            .send(
                Server,
                [each_in_a_record(&[hello_retry_request()]), change_cipher_spec()].concat(),
            )
            .send(Client, [change_cipher_spec(), hello(Group::X25519)].concat())
            .handshake13(&[])
            .data13()
    }

    /// From the TLS 1.3 ServerHello to the client's Finished. `middle` is what stands between the hellos and the
    /// encrypted records: the ChangeCipherSpec for old middleboxes, which comes once (RFC 8446 appendix D.4).
    fn handshake13(self, middle: &[Vec<u8>]) -> Self {
        // EncryptedExtensions, CertificateRequest, Certificate, CertificateVerify, Finished
        let hidden = [(21, 6), (22, 40), (23, 1740), (24, 264), (25, 52)];
        let hidden: Vec<u8> = hidden.iter().flat_map(|&(seed, len)| encrypted_13(seed, len)).collect();
        let answer = [encrypted_13(26, 850), encrypted_13(27, 264), encrypted_13(28, 52)].concat();
        self.send(
            Server,
            [each_in_a_record(&[server_hello_13()]), middle.concat(), hidden].concat(),
        )
        .send(Client, [middle.concat(), answer].concat())
    }

    /// Tickets, a request, an answer, the end of TLS 1.3.
    fn data13(self) -> Self {
        self.send(Server, [encrypted_13(29, 240), encrypted_13(30, 240)].concat())
            .send(Client, encrypted_13(31, 700))
            .send(Server, encrypted_13(32, 900))
            .close(Client)
    }

    /// TLS 1.2 in which `side` refuses the other's certificate with a fatal alert, as OpenSSL does, and hangs up.
    pub fn alert(side: Side, code: u8) -> Self {
        let story = Self::open()
            .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
            .send(Server, each_in_a_record(&server_flight()));
        let story = match side {
            Client => story,
            Server => {
                let finish = [each_in_a_record(&client_flight()), change_cipher_spec(), finished(11)].concat();
                story.send(Client, finish)
            }
        };
        story.send(side, alert(Level::Fatal, code)).close(side)
    }

    /// TLS 1.3 in which the server refuses the client's certificate: one encrypted record of 19 bytes, then FIN.
    pub fn refused13() -> Self {
        let hello = each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]);
        Self::open()
            .send(Client, hello)
            .handshake13(&[change_cipher_spec()])
            .send(Server, encrypted_13(33, 2))
            .close(Server)
    }

    /// TLS 1.3 in which the client refuses the server's certificate: in clear, since OpenSSL has no write key yet.
    pub fn alert13(code: u8) -> Self {
        let hello = each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]);
        let mut story = Self::open().send(Client, hello).handshake13(&[change_cipher_spec()]);
        let answer = story.data_frames(Client)[1];
        story = story.cut_at(answer - 1);
        story.next[Client as usize] = story.packets[answer - 2].seq;
        story.send(Client, alert(Level::Fatal, code)).close(Client)
    }
}

/// ServerHello … ServerHelloDone of TLS 1.2.
pub fn server_flight() -> Vec<Vec<u8>> {
    let chain = certificate(&[SERVER_CERTIFICATE, ISSUER_CERTIFICATE]);
    vec![server_hello(), chain, certificate_request(), server_hello_done()]
}

/// The client's Certificate … CertificateVerify of TLS 1.2.
pub fn client_flight() -> Vec<Vec<u8>> {
    vec![
        certificate(&[CLIENT_CERTIFICATE]),
        client_key_exchange(),
        certificate_verify(),
    ]
}
