//! encrypted records of a direction → what they hold, as far as the secrets of a key log open them.

use super::Secrets;
use super::protection::Protection;
use crate::tls::CipherSuite;

/// Encrypted records kept of a direction: those of the handshake, tickets, and an alert soon after them.
const MOST_BODIES: usize = 64;

/// Bytes kept of them: a handshake with long chains.
const MOST_BYTES: usize = 256 * 1024;

/// The bodies of the first encrypted records of a direction, kept if there is a key log.
#[derive(Default)]
pub(crate) struct Bodies {
    /// Position of the record, its type, its body.
    kept: Vec<(u64, u8, Vec<u8>)>,
    len: usize,
    /// The record that is being read.
    open: Option<(u64, u8, Vec<u8>)>,
}

impl std::fmt::Debug for Bodies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bodies", self.kept.len())
    }
}

impl Bodies {
    /// Begins a record, if there is room for it.
    pub(crate) fn begin(&mut self, from: u64, kind: u8, len: u16) {
        let fits = self.kept.len() < MOST_BODIES && self.len.saturating_add(usize::from(len)) <= MOST_BYTES;
        self.open = fits.then(|| (from, kind, Vec::with_capacity(usize::from(len))));
    }

    /// True if the next bytes are wanted.
    pub(crate) const fn wants_more(&self) -> bool {
        self.open.is_some()
    }

    /// Takes bytes of the record.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        if let Some((_, _, body)) = &mut self.open {
            body.extend_from_slice(bytes);
        }
    }

    /// The record is whole, or it never will be.
    pub(crate) fn end(&mut self, is_whole: bool) {
        if let Some(body) = self.open.take().filter(|_| is_whole) {
            self.len = self.len.saturating_add(body.2.len());
            self.kept.push(body);
        }
    }

    /// True if none was kept.
    pub(crate) const fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The body of the record at a position, and its type.
    pub(crate) fn at(&self, position: u64) -> Option<(u8, &[u8])> {
        let found = self.kept.binary_search_by_key(&position, |(from, ..)| *from).ok()?;
        self.kept.get(found).map(|(_, kind, body)| (*kind, body.as_slice()))
    }
}

/// Opens the records of one direction, in order.
pub(crate) struct Opener {
    /// In order, as keys change.
    protections: Vec<Protection>,
    current: usize,
}

impl Opener {
    /// For both directions, the client's first. `randoms`: the client's and the server's. `None` if the secrets are not
    /// enough, or if the suite is no AEAD.
    pub(crate) fn both(
        suite: CipherSuite,
        is_tls13: bool,
        secrets: &Secrets,
        randoms: [&[u8; 32]; 2],
    ) -> Option<[Self; 2]> {
        let of = |protections| Self {
            protections,
            current: 0,
        };
        if !is_tls13 {
            let [client, server] = Protection::tls12(suite, secrets.master.as_deref()?, randoms)?;
            return Some([of(vec![client]), of(vec![server])]);
        }
        let [client, server] = [&secrets.client, &secrets.server].map(|secrets| {
            let all = secrets.iter().flatten();
            let protections: Vec<Protection> = all.filter_map(|secret| Protection::tls13(suite, secret)).collect();
            protections
        });
        (!client.is_empty() && !server.is_empty()).then(|| [of(client), of(server)])
    }

    /// The content of a record: its type and its bytes.
    pub(crate) fn open(&mut self, kind: u8, body: &[u8]) -> Option<(u8, Vec<u8>)> {
        for at in self.current..self.protections.len() {
            if let Some(opened) = self.protections.get_mut(at)?.open(kind, body) {
                self.current = at;
                return Some(opened);
            }
        }
        None
    }

    /// Advances to a record's number, if earlier records are known to exist.
    pub(crate) fn skip_to(&mut self, sequence: u64) {
        if let Some(protection) = self.protections.get_mut(self.current) {
            protection.sequence = sequence;
        }
    }
}
