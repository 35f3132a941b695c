//! Frame → Frame without identifiers: a capture that can be handed on, and is judged as before.
//!
//! Payloads are not replaced segment by segment: a certificate spans several, and a segment sent again must get the same
//! bytes. So the streams of the connections that matter are gathered first, replaced as wholes, and each frame then takes
//! its part. What belongs to no such stream is emptied, lengths kept. A redacted report is made of redacted frames: it
//! cannot say what it has not seen.
//!
//! Redaction keeps lengths, so that sequence numbers, records and offsets stay. Streams are replaced as wholes and
//! frames take their part, so a segment sent again gets the same bytes. IPv4 addresses keep the digits of each byte,
//! since they also stand in text. Pseudonyms are computed from a key and not remembered; short words and bytes of addresses
//! go through secret cycles, so that none collide and none becomes itself (`permutation.rs`, `docs/redaction.md`). A
//! redacted report is made of redacted frames. A right checksum becomes the right one of the new bytes; any other
//! becomes another, by the key: corrected by what changed (RFC 1624), one that the network card was to fill in would
//! tell the sum of the addresses beside their pseudonyms. What is not taken apart (fragments, tunnels, other protocols)
//! is emptied: an attempt inside a tunnel loses its verdict, and then nothing is written. Redaction fails closed: a
//! byte stays where it was understood as something that names nobody (a number that was given out, a length, a date).
//! Random bytes, session identifiers and keys are scrambled, since damage puts anything in their place; what does not
//! fit the lengths around it, or a header's form, is replaced or emptied. In the extensions of a hello lengths are not
//! held against one another: each value is looked at whatever they say, and they stay. An address in text is found in
//! each form that names and messages use (backwards under `in-addr.arpa`, nibbles under `ip6.arpa`, dashes, leading
//! zeros, percent-encoded), and becomes what it becomes in a header: a name under `in-addr.arpa` is turned round,
//! replaced and turned back. Of four numbers without a name nobody knows which way they run: they are read backwards
//! where no host could have them forwards. Other rows of numbers are replaced each by those before it, since number by
//! number they would spell out one small table. Of a damaged file, what was read at the damage is not told.
//!
//! Redaction goes one quotation deep: an ICMP error is never about another (RFC 1122 section 3.2.2), so one that quotes
//! one is emptied behind it. Certificates are followed 24 elements deep, names through 127 pointers, percent-encoding
//! three times, and nothing copies its rest at each level: a frame costs what its bytes cost.
//!
//! A redacted file tells a keyed hash of its capture, not the hash itself, against which guesses could be tested.

mod address;
mod checksum;
mod datagram;
mod der;
mod dns;
mod frame;
mod hello;
mod http;
mod permutation;
mod pseudonym;
mod quic;
mod stream;
mod written;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::net::IpAddr;
use std::ops::ControlFlow;

use crate::attempt::Attempt;
use crate::attempt::attested::{self, Chain};
use crate::base::endpoint::Endpoint;
use crate::base::frame::AnomalyKind;
use crate::base::frame::Frame;
use crate::base::hexadecimal::hexadecimal;
use crate::base::phrase::{Language, phrase};
use crate::base::wire_text::WireText;
use crate::capture::note::Note;
use crate::capture::{CaptureError, CaptureFacts, End, read_frames};
use crate::connection::step::Side;
use crate::handoff::slice::choice::{endpoint, ordered};
use crate::handoff::slice::{Judged, judge_and_look};
use crate::profile::listing::Listing;
use crate::profile::options::{Host, Options, Target};
use crate::report::{Anomaly, Report};
use crate::tls::certificate::Certificate;
use crate::tls::trust::{self, Fault, Purpose};
use datagram::Datagrams;
use frame::{Payload, Segment};
pub use pseudonym::Pseudonyms;
pub use stream::Certificates;

/// Bytes gathered per direction: handshakes and licensing messages are shorter, what follows is encrypted bulk.
const MOST_PER_DIRECTION: usize = 512 * 1024;

/// Bytes gathered in all.
const MOST: usize = 256 * 1024 * 1024;

/// Replaces what identifies in the frames of one capture.
#[derive(Debug)]
pub struct Redactor {
    names: Pseudonyms,
    certificates: Certificates,
    streams: HashMap<(Endpoint, Endpoint, u32), Direction>,
    datagrams: Datagrams,
    epochs: HashMap<(Endpoint, Endpoint), Epoch>,
    gathered: usize,
    emptied: u64,
    chains: Vec<Chain>,
}

/// Which of the connections between the same ends it is, by their SYNs.
#[derive(Clone, Copy, Debug, Default)]
struct Epoch {
    number: u32,
    syn: Option<u32>,
}

/// One direction's bytes, by their distance from the first sequence number seen.
#[derive(Debug, Default)]
struct Direction {
    base: u32,
    /// Pieces by where they begin; they do not overlap once redacted.
    pieces: BTreeMap<i64, Vec<u8>>,
    len: usize,
}

impl Redactor {
    /// Judges a capture and gathers what will be replaced in it. `again` gives the capture's bytes a second time.
    ///
    /// # Errors
    /// When the input is no capture, or cannot be read a second time.
    pub fn prepare<R: Read>(
        first: R,
        again: R,
        file: &str,
        options: &Options,
        key: &[u8; 32],
        certificates: Certificates,
    ) -> Result<(Self, Judged), CaptureError> {
        let mut redactor = Self {
            names: Pseudonyms::new(key, &options.profile),
            certificates,
            streams: HashMap::new(),
            datagrams: Datagrams::default(),
            epochs: HashMap::new(),
            gathered: 0,
            emptied: 0,
            chains: Vec::new(),
        };
        let mut chains = Vec::new();
        let judged = judge_and_look(first, file, options, |attempts| {
            if certificates == Certificates::Kept {
                redactor.keep_words_of(attempts);
            }
            chains = redactor.chains_of(attempts);
        })?;
        redactor.chains = chains;
        redactor.gather(again, &judged.report)?;
        Ok((redactor, judged))
    }

    /// Comment of a redacted file on its capture. `sha256` is the capture's; only a keyed hash of it is told, since the hash
    /// itself would let anybody test guesses of what was replaced.
    #[must_use]
    pub fn note(&self, judged: &Judged, sha256: &[u8; 32], options: Vec<String>) -> Note {
        let mut note = Note::of(&Self::facts(&judged.facts));
        note.redacted = true;
        note.sha256 = hexadecimal(&self.names.tag(sha256));
        note.options = options;
        note.chains = attested::written(&self.chains);
        note
    }

    /// What is known of the file without what was read in it where it is damaged: the number of a block, or the length of a
    /// record that is none, may be a part of a packet. What a slice says of its capture is likewise whoever wrote it.
    #[must_use]
    pub fn facts(facts: &CaptureFacts) -> CaptureFacts {
        let mut facts = facts.clone();
        facts.origin = None;
        if let End::Truncated {
            detail, is_cut: false, ..
        } = &mut facts.end
        {
            *detail = phrase("redact-damage");
        }
        for anomaly in facts
            .anomalies
            .iter_mut()
            .filter(|it| it.kind == AnomalyKind::UnknownBlock)
        {
            anomaly.detail = phrase("redact-blocks");
        }
        if let Some(note) = &mut facts.slice {
            env!("CARGO_PKG_VERSION").clone_into(&mut note.version);
            if let Some(cut) = &mut note.end {
                cut.detail = phrase("redact-damage");
            }
            if let Some(clock) = &mut note.clock {
                *clock = phrase("redact-clock");
            }
        }
        facts
    }

    /// The bytes of a frame with everything replaced. Frames come in the order of the file.
    pub fn frame(&mut self, frame: &Frame<'_>) -> Vec<u8> {
        let mut bytes = frame.data.to_vec();
        let Self {
            names,
            streams,
            datagrams,
            epochs,
            ..
        } = self;
        let emptied = frame::frame(frame.link, &mut bytes, names, &mut |whose, payload| {
            let segment = match whose {
                Payload::Udp { src, dst } => return datagrams.put((*src, *dst), payload, names),
                Payload::Tcp(segment) => segment,
            };
            let epoch = epoch_of(epochs, segment);
            match streams.get(&(segment.src, segment.dst, epoch)) {
                Some(direction) => direction.put(segment.seq, payload),
                None => payload.fill(0),
            }
            false
        });
        self.emptied += u64::from(emptied);
        bytes
    }

    /// What the frames since the first lost because it was not taken apart: tunnels, fragments, other protocols.
    #[must_use]
    pub fn emptied(&self, language: Language) -> Option<Anomaly> {
        (self.emptied > 0).then(|| Anomaly {
            id: AnomalyKind::RedactionEmptied.name().to_owned(),
            frame: 0,
            detail: phrase("anomaly-redaction-emptied")
                .with("count", self.emptied)
                .in_language(language),
        })
    }

    /// Ready for the frames once more, from the first.
    pub fn rewind(&mut self) {
        self.emptied = 0;
        self.epochs.clear();
        self.datagrams.rewind();
    }

    /// The options as they must be to judge the redacted capture.
    #[must_use]
    pub fn options(&self, options: Options) -> Options {
        let targets = |targets: &[Target]| targets.iter().map(|target| self.target(target)).collect();
        Options {
            wlc: options.wlc.iter().map(|ip| self.names.address(*ip)).collect(),
            cssm: targets(&options.cssm),
            on_prem: targets(&options.on_prem),
            cslu: targets(&options.cslu),
            proxy: targets(&options.proxy),
            listing: Listing {
                servers: targets(&options.listing.servers),
                clients: (options.listing.clients.iter())
                    .map(|ip| self.names.address(*ip))
                    .collect(),
                ..options.listing
            },
            ..options
        }
    }

    /// A host of an option as it is named in the redacted capture.
    #[must_use]
    pub fn target(&self, target: &Target) -> Target {
        Target {
            host: match &target.host {
                Host::Address(ip) => Host::Address(self.names.address(*ip)),
                Host::Name(name) => Host::Name(self.names.string(name)),
            },
            port: target.port,
        }
    }

    /// An address as it is in the redacted capture.
    #[must_use]
    pub fn address(&self, address: IpAddr) -> IpAddr {
        self.names.address(address)
    }

    /// Reads the capture a second time, and replaces the streams that are handed on.
    fn gather(&mut self, input: impl Read, report: &Report) -> Result<(), CaptureError> {
        let reported: HashSet<(Endpoint, Endpoint)> = report
            .connections
            .iter()
            .filter_map(|it| Some(ordered(endpoint(&it.client)?, endpoint(&it.server)?)))
            .collect();
        let devices: HashSet<IpAddr> = report.attempts.iter().filter_map(|it| it.device.parse().ok()).collect();
        read_frames(input, |frame| {
            let mut bytes = frame.data.to_vec();
            let Self {
                names,
                streams,
                datagrams,
                epochs,
                gathered,
                ..
            } = self;
            frame::frame(frame.link, &mut bytes, names, &mut |whose, payload| {
                let segment = match whose {
                    Payload::Udp { src, dst } => {
                        if reported.contains(&ordered(*src, *dst)) && *gathered < MOST {
                            *gathered = gathered.saturating_add(datagrams.take((*src, *dst), payload));
                        }
                        return false;
                    }
                    Payload::Tcp(segment) => segment,
                };
                let epoch = epoch_of(epochs, segment);
                let matters = reported.contains(&ordered(segment.src, segment.dst))
                    || devices.contains(&segment.src.ip)
                    || devices.contains(&segment.dst.ip);
                if matters && !payload.is_empty() && *gathered < MOST {
                    let direction = streams.entry((segment.src, segment.dst, epoch)).or_default();
                    *gathered = gathered.saturating_add(direction.take(segment.seq, payload));
                }
                false
            });
            ControlFlow::Continue(())
        })?;
        self.rewind();
        let Self {
            names,
            certificates,
            streams,
            datagrams,
            ..
        } = self;
        datagrams.redact(names, *certificates);
        streams.retain(|(src, dst, _), direction| {
            let is_dns = src.port == 53 || dst.port == 53;
            let known = direction.redact(is_dns, names, *certificates);
            // A device's other protocols are nobody's business.
            known || reported.contains(&ordered(*src, *dst))
        });
        Ok(())
    }

    /// What was known of every chain that an attempt shows, in terms of the certificates as they will be.
    fn chains_of(&self, attempts: &[Attempt<'_>]) -> Vec<Chain> {
        let mut chains: Vec<Chain> = Vec::new();
        for attempt in attempts {
            let Some(tls) = attempt.tls() else { continue };
            for (side, purpose) in [(Side::Server, Purpose::Server), (Side::Client, Purpose::Client)] {
                let (Some(message), Some(judgement)) = (&tls.certificates[side], attempt.presented[side].judgement())
                else {
                    continue;
                };
                let hashes = message.chain.iter().map(|it| self.hash_of(it)).collect();
                let mut chain = Chain::of(&message.chain, judgement, purpose, hashes);
                self.rename(&mut chain);
                if self.certificates == Certificates::Kept {
                    chain.name = Some(judgement.name.clone());
                }
                if !chains.contains(&chain) {
                    chains.push(chain);
                }
            }
        }
        chains
    }

    /// What kept certificates tell anyway stays readable elsewhere too: names are compared.
    fn keep_words_of(&mut self, attempts: &[Attempt<'_>]) {
        let chains = attempts.iter().filter_map(|attempt| attempt.tls()).flat_map(|tls| {
            let sides = [&tls.certificates.server, &tls.certificates.client];
            sides.into_iter().flatten().flat_map(|message| &message.chain)
        });
        for fields in chains.filter_map(|certificate| certificate.fields.as_deref().ok()) {
            let urls = fields
                .crl_urls
                .iter()
                .chain(&fields.ocsp_urls)
                .chain(&fields.issuer_urls);
            for text in fields.names.iter().chain(urls).chain([&fields.subject, &fields.issuer]) {
                self.names.keep_words(text.raw());
            }
        }
    }

    fn hash_of(&self, certificate: &Certificate) -> String {
        let mut der = certificate.der.to_vec();
        if self.certificates == Certificates::Replaced {
            der::certificate(&mut der, &self.names);
        }
        hexadecimal(ring::digest::digest(&ring::digest::SHA256, &der).as_ref())
    }

    /// Names in what is attested are pseudonyms too; roots that everybody has keep theirs.
    fn rename(&self, chain: &mut Chain) {
        if self.certificates == Certificates::Kept {
            return;
        }
        let new = |text: &mut WireText| *text = WireText::from(self.names.string(text.raw()).as_str());
        match &mut chain.chain {
            trust::Chain::Anchored { anchor, origin }
                if !matches!(origin.as_str(), "public roots" | "licensing roots") =>
            {
                new(anchor);
                *origin = "a file given with --ca".to_owned();
            }
            trust::Chain::IssuerNotGiven { issuer: name } | trust::Chain::PrivateRoot { root: name } => new(name),
            trust::Chain::Broken { detail } | trust::Chain::Unchecked { detail } => {
                *detail = phrase("redact-link");
            }
            _ => {}
        }
        for fault in &mut chain.faults {
            match fault {
                Fault::IssuerDates(name, _)
                | Fault::WeakKey(name, _)
                | Fault::WeakSignature(name, _)
                | Fault::MissingIntermediate(name)
                | Fault::NotACa(name)
                | Fault::IssuerPurpose(name)
                | Fault::PathTooLong(name)
                | Fault::NameWrittenOtherwise(name)
                | Fault::SameNameOtherKey(name) => new(name),
                Fault::WrongPurpose | Fault::CaAsLeaf | Fault::OutsideNameConstraints => {}
            }
        }
    }
}

/// Which connection between its ends a segment belongs to.
fn epoch_of(epochs: &mut HashMap<(Endpoint, Endpoint), Epoch>, segment: &Segment) -> u32 {
    let epoch = epochs.entry((segment.src, segment.dst)).or_default();
    if segment.syn {
        if epoch.syn.is_some_and(|syn| syn != segment.seq) {
            epoch.number = epoch.number.saturating_add(1);
        }
        epoch.syn = Some(segment.seq);
    }
    epoch.number
}

impl Direction {
    /// Takes a segment's payload; how many bytes of it are kept.
    fn take(&mut self, seq: u32, payload: &[u8]) -> usize {
        if self.pieces.is_empty() {
            self.base = seq;
        }
        if self.len.saturating_add(payload.len()) > MOST_PER_DIRECTION {
            return 0;
        }
        let at = self.distance(seq);
        let piece = self.pieces.entry(at).or_default();
        let before = piece.len();
        // Of two copies, the first one captured counts; a longer one adds what is behind.
        if let Some(more) = payload.get(before..) {
            piece.extend(more);
        }
        let added = piece.len().saturating_sub(before);
        self.len = self.len.saturating_add(added);
        added
    }

    fn distance(&self, seq: u32) -> i64 {
        i64::from(seq.wrapping_sub(self.base).cast_signed())
    }

    /// Joins what is contiguous and replaces what identifies; whether any of it is of a kind that is handed on.
    fn redact(&mut self, is_dns: bool, names: &Pseudonyms, certificates: Certificates) -> bool {
        let mut joined: Vec<(i64, Vec<u8>)> = Vec::new();
        for (at, piece) in std::mem::take(&mut self.pieces) {
            match joined.last_mut() {
                Some((from, bytes)) if at <= from.saturating_add(bytes.len() as i64) => {
                    let known =
                        usize::try_from(from.saturating_add(bytes.len() as i64).saturating_sub(at)).unwrap_or(0);
                    bytes.extend(piece.get(known..).unwrap_or_default());
                }
                _ => joined.push((at, piece)),
            }
        }
        let mut known = false;
        for (at, mut bytes) in joined {
            known |= stream::redact(&mut bytes, is_dns, names, certificates);
            self.pieces.insert(at, bytes);
        }
        known
    }

    /// Puts the bytes from a sequence number on into a payload; what is not known becomes zero.
    fn put(&self, seq: u32, payload: &mut [u8]) {
        let at = self.distance(seq);
        let piece = self.pieces.range(..=at).next_back();
        let known = piece.and_then(|(from, bytes)| bytes.get(usize::try_from(at.saturating_sub(*from)).ok()?..));
        let known = known.unwrap_or_default();
        let len = known.len().min(payload.len());
        let (head, tail) = payload.split_at_mut(len);
        head.copy_from_slice(known.get(..len).unwrap_or_default());
        tail.fill(0);
    }
}
