//! datagrams of QUIC → datagrams of the same length: hellos with pseudonyms, protected again, the rest emptied.
//!
//! An Initial packet can be opened without secrets, so its content is replaced like content in clear. Its keys are
//! derived from a connection identifier, which is replaced too: the packet is protected again, with the keys of the
//! identifier's pseudonym. A packet that cannot be opened is emptied: a truncated packet could still be read by
//! ignoring its tag.

use std::collections::{BTreeMap, HashMap};

use super::pseudonym::Pseudonyms;
use super::stream::{self, Certificates};
use crate::base::endpoint::Endpoint;
use crate::handoff::slice::choice::ordered;
use crate::quic::Version;
use crate::quic::frame::{Frame, Frames};
use crate::quic::packet::{Kind, Packet, Packets};
use crate::quic::protection::{Keys, Opened, is_retry_to, retry_tag};

/// The number of key pairs between two ends: consecutive attempts, each with a Retry and another version at most.
const MAX_KEYS: usize = 64;

/// Packets between two ends that wait for their keys.
const MAX_WAITING: usize = 64;

/// The largest stream position of handshake bytes that are gathered.
const MOST_PER_STREAM: u64 = 64 * 1024;

/// The tag of a Retry.
const TAG_LEN: usize = 16;

/// The gathered QUIC state, by ends.
#[derive(Debug, Default)]
pub(super) struct Quic(HashMap<(Endpoint, Endpoint), Flow>);

/// The state between two ends.
#[derive(Default)]
struct Flow {
    keys: Vec<KeysOf>,
    /// Handshake bytes, by the keys that protected them and whether the client sent them.
    streams: BTreeMap<(usize, bool), Vec<u8>>,
    /// Initial packets that came before their keys, with their senders.
    waiting: Vec<(Endpoint, Vec<u8>)>,
}

struct KeysOf {
    version: Version,
    identifier: Vec<u8>,
    client: Endpoint,
    keys: Keys,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Flow with {} pairs of keys", self.keys.len())
    }
}

impl Flow {
    /// Opens an Initial: returns the keys that did, and the content.
    fn open(&self, packet: &Packet<'_>, sender: Endpoint) -> Option<(usize, Opened)> {
        let fitting = self
            .keys
            .iter()
            .enumerate()
            .filter(|(_, it)| it.version == packet.version);
        fitting.into_iter().find_map(|(number, it)| {
            let keys = if it.client == sender {
                &it.keys.client
            } else {
                &it.keys.server
            };
            Some((number, keys.open(packet)?))
        })
    }

    /// The same; if necessary with keys derived from its own identifier, or from those known for another version.
    fn open_first(&mut self, packet: &Packet<'_>, sender: Endpoint) -> Option<(usize, Opened)> {
        if let Some(opened) = self.open(packet, sender) {
            return Some(opened);
        }
        let known: Vec<(Vec<u8>, Endpoint)> = self.keys.iter().map(|it| (it.identifier.clone(), it.client)).collect();
        let own = [(packet.to.to_vec(), sender)];
        for (identifier, client) in own.into_iter().chain(known) {
            let keys = Keys::initial(packet.version, &identifier)?;
            let of_sender = if client == sender { &keys.client } else { &keys.server };
            let Some(opened) = of_sender.open(packet) else { continue };
            return Some((self.add(packet.version, identifier, client, keys)?, opened));
        }
        None
    }

    fn add(&mut self, version: Version, identifier: Vec<u8>, client: Endpoint, keys: Keys) -> Option<usize> {
        if self.keys.len() >= MAX_KEYS {
            return None;
        }
        self.keys.push(KeysOf {
            version,
            identifier,
            client,
            keys,
        });
        Some(self.keys.len() - 1)
    }

    /// The identifier that a Retry answers.
    fn retried(&self, packet: &Packet<'_>) -> Option<&KeysOf> {
        self.keys
            .iter()
            .find(|it| it.version == packet.version && is_retry_to(packet, &it.identifier))
    }

    /// Gathers the handshake bytes of an opened packet; returns the number of bytes that this took.
    fn gather(&mut self, number: usize, opened: &Opened, sender: Endpoint) -> usize {
        let is_clients = self.keys.get(number).is_some_and(|it| it.client == sender);
        let stream = self.streams.entry((number, is_clients)).or_default();
        let before = stream.len();
        for (frame, _) in Frames::of(opened.frames()) {
            let Frame::Crypto { offset, bytes } = frame else {
                continue;
            };
            let end = offset.saturating_add(bytes.len() as u64);
            let (Ok(from), Ok(to), true) = (usize::try_from(offset), usize::try_from(end), end <= MOST_PER_STREAM)
            else {
                continue;
            };
            if stream.len() < to {
                stream.resize(to, 0);
            }
            stream
                .iter_mut()
                .skip(from)
                .zip(bytes)
                .for_each(|(to, from)| *to = *from);
        }
        stream.len().saturating_sub(before)
    }

    /// Gathers the packets that waited, once all keys are known.
    fn gather_waiting(&mut self) {
        for (sender, bytes) in std::mem::take(&mut self.waiting) {
            let Some(packet) = Packets(&bytes).next() else { continue };
            if let Some((number, opened)) = self.open_first(&packet, sender) {
                self.gather(number, &opened, sender);
            }
        }
    }

    /// An Initial with other identifiers and other content, protected with the matching keys.
    fn initial(&self, packet: &Packet<'_>, sender: Endpoint, names: &Pseudonyms) -> Option<Vec<u8>> {
        let (number, mut opened) = self.open(packet, sender)?;
        let own = self.keys.get(number)?;
        let is_clients = own.client == sender;
        let stream = self.streams.get(&(number, is_clients))?;
        let frames = opened.frames().to_vec();
        let range = opened.frames.clone();
        let body = opened.bytes.get_mut(range)?;
        body.fill(0);
        for (frame, place) in Frames::of(&frames) {
            let (to, from) = (body.get_mut(place.clone())?, frames.get(place)?);
            to.copy_from_slice(from);
            match frame {
                Frame::Crypto { offset, bytes } => {
                    let at = usize::try_from(offset).ok()?;
                    let (_, value) = to.split_at_mut_checked(to.len().checked_sub(bytes.len())?)?;
                    value.copy_from_slice(stream.get(at..at.checked_add(bytes.len())?)?);
                }
                Frame::Close { reason, .. } => {
                    let (_, value) = to.split_at_mut_checked(to.len().checked_sub(reason.len())?)?;
                    names.text(value);
                }
                Frame::Ping | Frame::Ack => {}
            }
        }
        header(&mut opened.bytes, packet, names);
        let keys = Keys::initial(packet.version, &renamed(&own.identifier, names))?;
        if is_clients { &keys.client } else { &keys.server }.seal(opened)
    }

    /// A Retry with other identifiers and another token.
    fn retry(&self, packet: &Packet<'_>, names: &Pseudonyms) -> Option<Vec<u8>> {
        let original = renamed(&self.retried(packet)?.identifier, names);
        let mut bytes = packet.bytes.to_vec();
        header(&mut bytes, packet, names);
        let (without_tag, tag) = bytes.split_at_mut_checked(packet.body)?;
        tag.copy_from_slice(&retry_tag(packet.version, &original, without_tag)?);
        Some(bytes)
    }
}

impl Quic {
    /// True if a packet between these ends was opened.
    pub(super) fn knows(&self, (src, dst): (Endpoint, Endpoint)) -> bool {
        self.0.get(&ordered(src, dst)).is_some_and(|flow| !flow.keys.is_empty())
    }

    /// Gathers the content of a datagram; returns the number of bytes that this took.
    pub(super) fn take(&mut self, (src, dst): (Endpoint, Endpoint), payload: &[u8]) -> usize {
        let mut taken = 0_usize;
        for packet in Packets(payload) {
            match packet.kind {
                Kind::Initial => {
                    let flow = self.0.entry(ordered(src, dst)).or_default();
                    match flow.open_first(&packet, src) {
                        Some((number, opened)) => taken = taken.saturating_add(flow.gather(number, &opened, src)),
                        None if flow.waiting.len() < MAX_WAITING => {
                            taken = taken.saturating_add(packet.bytes.len());
                            flow.waiting.push((src, packet.bytes.to_vec()));
                        }
                        None => {}
                    }
                }
                Kind::Retry => {
                    let Some(flow) = self.0.get_mut(&ordered(src, dst)) else {
                        continue;
                    };
                    let client = flow.retried(&packet).map(|it| it.client);
                    if let Some((client, keys)) = client.zip(Keys::initial(packet.version, packet.from)) {
                        flow.add(packet.version, packet.from.to_vec(), client, keys);
                    }
                }
                _ => {}
            }
        }
        taken
    }

    /// Replaces the identifying parts of everything gathered.
    pub(super) fn redact(&mut self, names: &Pseudonyms, certificates: Certificates) {
        for flow in self.0.values_mut() {
            flow.gather_waiting();
            for stream in flow.streams.values_mut() {
                messages(stream, names, certificates);
            }
        }
    }

    /// Replaces a datagram.
    pub(super) fn put(&self, (src, dst): (Endpoint, Endpoint), payload: &mut [u8], names: &Pseudonyms) {
        let Some(flow) = self.0.get(&ordered(src, dst)) else {
            return payload.fill(0);
        };
        let mut replaced = Vec::with_capacity(payload.len());
        for packet in Packets(payload) {
            let whole = match packet.kind {
                Kind::Initial => flow.initial(&packet, src, names),
                Kind::Retry => flow.retry(&packet, names),
                _ => None,
            };
            replaced.extend(whole.unwrap_or_else(|| emptied(&packet, names)));
        }
        replaced.resize(payload.len(), 0);
        payload.copy_from_slice(&replaced);
    }
}

/// A packet that keeps its kind and length, with pseudonyms for its identifiers.
fn emptied(packet: &Packet<'_>, names: &Pseudonyms) -> Vec<u8> {
    let mut bytes = packet.bytes.to_vec();
    if packet.kind == Kind::OneRtt {
        bytes.fill(0);
        if let Some(first) = bytes.first_mut() {
            *first = 0x40;
        }
        return bytes;
    }
    header(&mut bytes, packet, names);
    let body = bytes.get_mut(packet.body..).unwrap_or_default();
    match packet.kind {
        Kind::VersionNegotiation => versions(body, names),
        _ => body.fill(0),
    }
    if let Some(first) = bytes.first_mut() {
        *first &= 0xf0;
    }
    bytes
}

/// Keeps the published and the reserved versions of a list: any other may be four bytes of text.
fn versions(list: &mut [u8], names: &Pseudonyms) {
    let (numbers, rest) = list.as_chunks_mut::<4>();
    rest.fill(0);
    for number in numbers {
        let version = Version(u32::from_be_bytes(*number));
        if !(version.is_published() || version.is_reserved()) {
            names.scramble(number);
        }
    }
}

/// Replaces the header's identifiers and token; both keep their lengths.
fn header(bytes: &mut [u8], packet: &Packet<'_>, names: &Pseudonyms) {
    const TO: usize = 6;
    let from = TO.saturating_add(packet.to.len()).saturating_add(1);
    let behind = from.saturating_add(packet.from.len());
    let mut put = |at: usize, value: Vec<u8>| {
        bytes.iter_mut().skip(at).zip(value).for_each(|(to, from)| *to = from);
    };
    put(TO, renamed(packet.to, names));
    put(from, renamed(packet.from, names));
    let token_at = match packet.kind {
        Kind::Retry => packet
            .bytes
            .len()
            .saturating_sub(TAG_LEN)
            .saturating_sub(packet.token.len()),
        // After the token come one length and the packet number.
        _ => {
            let varint_len = packet.bytes.get(behind).map_or(0, |first| 1_usize << (first >> 6));
            behind.saturating_add(varint_len)
        }
    };
    put(token_at, renamed(packet.token, names));
}

/// An identifier's pseudonym.
fn renamed(identifier: &[u8], names: &Pseudonyms) -> Vec<u8> {
    let mut renamed = identifier.to_vec();
    if !renamed.is_empty() {
        names.scramble(&mut renamed);
    }
    renamed
}

/// Consecutive handshake messages; bytes that do not begin with one are emptied.
fn messages(stream: &mut [u8], names: &Pseudonyms, certificates: Certificates) {
    let mut at = 0_usize;
    while let Some(&[kind, a, b, c]) = stream.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        at = at.saturating_add(4);
        if !matches!(kind, 1 | 2) {
            break;
        }
        let len = usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap_or(usize::MAX);
        let to = at.saturating_add(len).min(stream.len());
        stream::message(kind, stream.get_mut(at..to).unwrap_or_default(), names, certificates);
        at = to;
    }
    stream.iter_mut().skip(at).for_each(|byte| *byte = 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::endpoint::endpoint;
    use crate::handoff::redact::pseudonym::Pseudonyms;
    use crate::profile::Profile;
    use crate::quic::protection::sealed_initial;

    fn initial(identifier: &[u8], token: &[u8], frames: &[u8]) -> Vec<u8> {
        sealed_initial(
            Version::V1,
            identifier,
            true,
            (identifier, &[0xaa, 0xbb, 0xcc, 0xdd]),
            token,
            frames,
        )
    }

    fn hello(name: &[u8]) -> Vec<u8> {
        let len = name.len() as u8;
        let extension = [&[0, 0, 0, len + 5, 0, len + 3, 0, 0, len][..], name].concat();
        let body = [
            &[3, 3][..],
            &[0x5a; 32],
            &[0, 0, 2, 0x13, 1, 1, 0],
            &(extension.len() as u16).to_be_bytes(),
            &extension,
        ]
        .concat();
        [&[1, 0, 0, body.len() as u8][..], &body].concat()
    }

    fn crypto(offset: u8, bytes: &[u8]) -> Vec<u8> {
        [&[6, offset, 0x40, bytes.len() as u8][..], bytes].concat()
    }

    #[test]
    fn a_hello_in_shuffled_pieces_is_protected_anew_and_nothing_of_it_is_left() {
        let names = Pseudonyms::new(&[7; 32], &Profile::built_in("cisco-smart-licensing").unwrap());
        let ends = (endpoint("10.0.0.9:50000"), endpoint("10.0.0.1:443"));
        let identifier = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];
        let whole = hello(b"secret.corp.example");
        let (first, second) = whole.split_at(40);
        let closing = [&[0x1c, 0x41, 0x28, 0, 11][..], b"hostsecret!"].concat();
        let datagrams = [
            initial(&identifier, b"", &[crypto(40, second), vec![0; 900]].concat()),
            initial(
                &identifier,
                b"tokensecret",
                &[vec![1], crypto(0, first), vec![0; 900]].concat(),
            ),
            initial(&identifier, b"", &[closing, vec![0; 900]].concat()),
        ];
        let mut quic = Quic::default();
        for datagram in &datagrams {
            assert!(quic.take(ends, datagram) > 0 || quic.knows(ends));
        }
        quic.redact(&names, Certificates::Replaced);
        let mut stream = vec![0; whole.len()];
        for datagram in &datagrams {
            let mut replaced = datagram.clone();
            quic.put(ends, &mut replaced, &names);
            let packet = Packets(&replaced).next().unwrap();
            assert_ne!(packet.to, identifier);
            assert!(
                Keys::initial(Version::V1, &identifier)
                    .unwrap()
                    .client
                    .open(&packet)
                    .is_none()
            );
            // It opens with the identifier that it now contains.
            let opened = Keys::initial(Version::V1, packet.to)
                .unwrap()
                .client
                .open(&packet)
                .unwrap();
            for secret in [&b"secret"[..], &[0x5a; 4], &[0xaa, 0xbb, 0xcc, 0xdd], &identifier[..4]] {
                let is_there = |bytes: &[u8]| bytes.windows(secret.len()).any(|it| it == secret);
                assert!(!is_there(&replaced) && !is_there(opened.frames()), "{secret:02x?}");
            }
            for (frame, _) in Frames::of(opened.frames()) {
                if let Frame::Crypto { offset, bytes } = frame {
                    stream[offset as usize..offset as usize + bytes.len()].copy_from_slice(bytes);
                }
            }
        }
        let read = crate::tls::message::read_whole(1, &stream[4..], 0, &Default::default());
        let crate::tls::message::Message::ClientHello(hello) = read else {
            panic!()
        };
        let name = hello.server_name.unwrap();
        assert!(name.raw().len() == 19 && name.raw() != "secret.corp.example", "{name}");
    }

    #[test]
    fn a_list_of_versions_keeps_those_that_are_published_and_no_text() {
        let names = Pseudonyms::new(&[7; 32], &Profile::built_in("cisco-smart-licensing").unwrap());
        let ends = (endpoint("10.0.0.1:443"), endpoint("10.0.0.9:50000"));
        let mut quic = Quic::default();
        quic.0.entry(ordered(ends.0, ends.1)).or_default();
        let head = [0xff, 0, 0, 0, 0, 0, 0];
        let list = [
            &[0, 0, 0, 1, 0xff, 0, 0, 29, 0x1a, 0x2a, 0x3a, 0x4a][..],
            b"secretsecretse",
        ]
        .concat();
        let mut datagram = [&head[..], &list].concat();
        quic.put(ends, &mut datagram, &names);
        assert_eq!(datagram[..19], [&[0xf0][..], &head[1..], &list[..12]].concat());
        for part in list[12..].windows(4) {
            assert!(!datagram.windows(4).any(|it| it == part), "{part:?}");
        }
        assert_eq!(datagram[31..], [0, 0], "what is no whole number");
    }

    #[test]
    fn what_cannot_be_opened_keeps_its_kind_and_its_length_only() {
        let names = Pseudonyms::new(&[7; 32], &Profile::built_in("cisco-smart-licensing").unwrap());
        let ends = (endpoint("10.0.0.9:50000"), endpoint("10.0.0.1:443"));
        let identifier = [1, 2, 3, 4, 5, 6, 7, 8];
        let datagram = initial(
            &identifier,
            b"",
            &[crypto(0, &hello(b"secret.corp.example")), vec![0; 900]].concat(),
        );
        let mut quic = Quic::default();
        quic.take(ends, &datagram);
        quic.redact(&names, Certificates::Replaced);
        let mut cut = datagram[..600].to_vec();
        quic.put(ends, &mut cut, &names);
        let packet = Packets(&cut).next().unwrap();
        assert_eq!((packet.kind, packet.wire_len()), (Kind::Initial, datagram.len()));
        assert!(cut[packet.body..].iter().all(|byte| *byte == 0));
        let mut later = vec![0x57; 80];
        quic.put(ends, &mut later, &names);
        assert_eq!((later[0], later[1..].iter().all(|byte| *byte == 0)), (0x40, true));
    }
}
