//! Lookups → the names for which a client got no address, each with its look-ups.
//!
//! Outside a service nobody knows which names matter, and many captures hold look-ups that are meant to fail: names
//! completed with a search domain, reverse look-ups, probes for a proxy. So these are told only where a capture holds no
//! TLS connection at all: there a name without an address is the best answer to why there is none.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use super::index::Directory;
use super::lookups::is_relayed;
use super::{Attempt, of_no_service};
use crate::base::command::HostName;
use crate::dns::lookup::Lookup;
use crate::profile::options::Options;

/// The number of names that are told; a client without a resolver asks for all it knows.
const MAX_NAMES: usize = 16;

/// The types of record that lead to an address (A, AAAA, and HTTPS of RFC 9460).
const OF_HOSTS: [u16; 3] = [1, 28, 65];

/// First labels of names for which systems ask unasked (proxy discovery, and RFC 5214 section 8.3.2).
const PROBES: [&str; 2] = ["wpad", "isatap"];

/// Domains that no resolver on the Internet answers for (RFC 6761, RFC 6762), and that of reverse look-ups.
const LOCAL: [&str; 5] = ["arpa", "local", "localhost", "invalid", "test"];

/// A client, and a name in lower case without its final dot.
type Asked = (IpAddr, String);

/// Adds an attempt for each of these names that no attempt asks for. A resolver that asks for others makes none.
pub(crate) fn add<'a>(
    attempts: &mut Vec<Attempt<'a>>,
    options: &Options,
    lookups: &'a [Lookup],
    directory: &Directory<'a>,
) {
    let mut failed = unresolved(lookups);
    let is_told = |lookup: &Lookup| {
        let mut told = attempts.iter().flat_map(|attempt| &attempt.lookups);
        told.any(|it| std::ptr::eq(*it, lookup))
    };
    failed.retain(|lookups| !lookups.iter().any(|it| is_relayed(it, directory) || is_told(it)));
    let attempt = |lookups: Vec<&'a Lookup>| {
        let asked = lookups.first()?;
        let service = of_no_service(asked.name.raw().to_ascii_lowercase(), None);
        let dialect = options.dialect_of(false, &service.name);
        let attempt = Attempt::new(options, asked.client, service, false, dialect);
        Some(Attempt { lookups, ..attempt })
    };
    attempts.extend(failed.into_iter().filter_map(attempt));
}

/// The look-ups of each client and name that led to no address, in order of their first frames.
pub(crate) fn unresolved(lookups: &[Lookup]) -> Vec<Vec<&Lookup>> {
    let mut asked: HashSet<Asked> = HashSet::new();
    let mut resolved: HashSet<Asked> = HashSet::new();
    let mut failed: BTreeMap<Asked, Vec<&Lookup>> = BTreeMap::new();
    for lookup in lookups.iter().filter(|it| OF_HOSTS.contains(&it.kind)) {
        let name = lookup.name.raw().trim_end_matches('.').to_ascii_lowercase();
        let key = (lookup.client, name);
        asked.insert(key.clone());
        let has_address = lookup.answer.as_ref().is_some_and(|it| !it.addresses.is_empty());
        if has_address {
            resolved.insert(key);
        } else if is_of_a_host(&key.1) {
            failed.entry(key).or_default().push(lookup);
        }
    }
    failed.retain(|key, lookups| !resolved.contains(key) && !is_completed(key, &asked) && has_failed(lookups));
    let mut failed: Vec<Vec<&Lookup>> = failed.into_values().collect();
    failed.sort_by_key(|lookups| lookups.first().map(|it| it.first()));
    failed.truncate(MAX_NAMES);
    failed
}

/// True for a name of several labels that a person or a program may want to reach.
fn is_of_a_host(name: &str) -> bool {
    let (first, last) = (name.split('.').next(), name.rsplit('.').next());
    name.contains('.')
        && HostName::new(name).is_some()
        && !first.is_some_and(|it| PROBES.contains(&it))
        && !last.is_some_and(|it| LOCAL.contains(&it))
}

/// True if the client asked for the beginning of the name, too: its system completed that with a search domain (RFC 1123
/// section 6.1.4.3).
fn is_completed((client, name): &Asked, asked: &HashSet<Asked>) -> bool {
    let mut beginnings = name.match_indices('.').filter_map(|(at, _)| name.get(..at));
    beginnings.any(|it| asked.contains(&(*client, it.to_owned())))
}

/// True if an answer says that there is no address, or repeated questions got no answer. An answer without data counts
/// for the addresses of IPv4 only: most names have no others.
fn has_failed(lookups: &[&Lookup]) -> bool {
    let answers = || lookups.iter().filter_map(|it| Some((it.kind, it.answer.as_ref()?)));
    let says_no = answers().any(|(kind, answer)| answer.status.0 != 0 || kind == 1 && !answer.truncated);
    says_no || answers().next().is_none() && lookups.iter().any(|it| it.questions.len() > 1)
}
