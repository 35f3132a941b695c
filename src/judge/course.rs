//! Attempts, Verdicts → Course: the tries of one device for one service, in order, and how they turned out.
//!
//! One failure says less than a series: a fault that stays is a configuration error, a fault that comes and goes is a
//! path or one of several servers, and a fault that ends inside the capture was cured by an event at that moment.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::attempt::Attempt;
use crate::base::word::words;
use crate::dns::lookup::Lookup;
use crate::judge::finding::Severity;
use crate::judge::verdict::Verdict;
use crate::profile::Transport;

words! {
    /// How the tries turned out as a series. Tries without a conclusion do not count.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Kind {
        /// A single try: nothing to compare it with.
        Once = "once",
        /// No try allows a conclusion.
        Unclear = "unclear",
        /// All worked.
        Steady = "steady",
        /// All failed, with the same verdict.
        Constant = "constant",
        /// All failed, with different verdicts: one fault was cured and showed the next.
        Changing = "changing",
        /// Failed first, and worked from some try on.
        Cured = "cured",
        /// Worked first, and failed from some try on.
        Broke = "broke",
        /// Worked and failed by turns.
        Flapping = "flapping",
    }
}

impl Kind {
    /// The kind of a series of outcomes, in order: the verdict id of a failure, `None` for a success.
    fn of(outcomes: &[Option<&str>], tries: usize) -> Self {
        let turns = outcomes
            .windows(2)
            .filter(|pair| matches!(pair, [one, next] if one.is_none() != next.is_none()))
            .count();
        let causes: BTreeSet<&str> = outcomes.iter().copied().flatten().collect();
        match (outcomes.first(), turns) {
            _ if tries < 2 => Self::Once,
            (None, _) => Self::Unclear,
            (Some(None), 0) => Self::Steady,
            (Some(Some(_)), 0) if causes.len() == 1 => Self::Constant,
            (Some(Some(_)), 0) => Self::Changing,
            (Some(Some(_)), 1) => Self::Cured,
            (Some(None), 1) => Self::Broke,
            _ => Self::Flapping,
        }
    }
}

/// The tries of one device for one service.
#[derive(Clone, Debug)]
pub struct Course {
    /// The device that tried.
    pub device: IpAddr,
    /// The service it wanted to reach: a name where one try shows it.
    pub name: String,
    /// How the tries turned out as a series.
    pub kind: Kind,
    /// The attempts, by index, in order.
    pub tries: Vec<usize>,
    /// The number of tries that failed.
    pub failed: usize,
    /// The number of tries that worked.
    pub worked: usize,
}

/// Groups attempts to reach licensing by device and name, in order of their first tries. Another proxy, another address
/// or another way to the same name belongs to the same course; another name is another service.
#[must_use]
pub fn courses(attempts: &[Attempt<'_>], verdicts: &[Verdict], lookups: &[Lookup]) -> Vec<Course> {
    let aliases = Aliases::of(attempts, lookups);
    let mut courses: Vec<Course> = Vec::new();
    let mut known: BTreeMap<(IpAddr, String), usize> = BTreeMap::new();
    for (at, attempt) in attempts.iter().enumerate() {
        if attempt.service.transport == Transport::Other {
            continue;
        }
        let name = aliases.name(attempt);
        let course = *known.entry((attempt.device, name.clone())).or_insert_with(|| {
            courses.push(Course {
                device: attempt.device,
                name,
                kind: Kind::Once,
                tries: Vec::new(),
                failed: 0,
                worked: 0,
            });
            courses.len() - 1
        });
        if let Some(course) = courses.get_mut(course) {
            course.tries.push(at);
        }
    }
    for course in &mut courses {
        let outcomes: Vec<Option<&str>> = course
            .tries
            .iter()
            .filter_map(|&at| outcome(verdicts.get(at)?))
            .collect();
        course.failed = outcomes.iter().filter(|it| it.is_some()).count();
        course.worked = outcomes.len() - course.failed;
        course.kind = Kind::of(&outcomes, course.tries.len());
    }
    courses
}

/// The outcome of a try: `Some(None)` if it worked, `Some(Some(id))` if it failed, `None` if the capture does not show
/// it.
#[must_use]
pub fn outcome(verdict: &Verdict) -> Option<Option<&'static str>> {
    let cause = verdict.cause()?;
    match cause.severity {
        Severity::Error => Some(Some(cause.id.name())),
        Severity::Note => None,
        Severity::Ok | Severity::Warning => Some(None),
    }
}

/// The names that stand for addresses, per device: DNS gave the device the address for the name, and the device also
/// asks for the service by that name.
#[derive(Debug, Default)]
struct Aliases {
    names: BTreeMap<(IpAddr, IpAddr), String>,
}

impl Aliases {
    fn of(attempts: &[Attempt<'_>], lookups: &[Lookup]) -> Self {
        // Only an attempt that is known by an address alone needs a name.
        let wanted: BTreeSet<(IpAddr, IpAddr)> = attempts
            .iter()
            .filter_map(|attempt| Some((attempt.device, attempt.service.name.parse().ok()?)))
            .collect();
        if wanted.is_empty() {
            return Self::default();
        }
        let named: BTreeSet<(IpAddr, &str)> = attempts
            .iter()
            .map(|attempt| (attempt.device, attempt.service.name.as_str()))
            .collect();
        let mut names = BTreeMap::new();
        for lookup in lookups {
            let name = lookup.name.raw().trim_end_matches('.').to_ascii_lowercase();
            for address in lookup.answer.iter().flat_map(|answer| &answer.addresses) {
                let key = (lookup.client, *address);
                if wanted.contains(&key) && named.contains(&(lookup.client, name.as_str())) {
                    names.entry(key).or_insert_with(|| name.clone());
                }
            }
        }
        Self { names }
    }

    fn name(&self, attempt: &Attempt<'_>) -> String {
        let own = &attempt.service.name;
        own.parse()
            .ok()
            .and_then(|address: IpAddr| self.names.get(&(attempt.device, address)))
            .unwrap_or(own)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::attempts;
    use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
    use crate::base::wire_text::WireText;
    use crate::connection::{Connection, connection};
    use crate::dns::lookup::Lookups;
    use crate::dns::message::{Message, Status};
    use crate::judge::finding::{At, By, Finding};
    use crate::profile::Profile;
    use crate::profile::options::Options;

    #[test]
    fn the_order_of_successes_and_failures_tells_the_course() {
        let of = |word: &str| {
            let outcomes: Vec<Option<&str>> = word
                .chars()
                .map(|letter| match letter {
                    '+' => None,
                    'a' => Some("a"),
                    _ => Some("b"),
                })
                .collect();
            Kind::of(&outcomes, outcomes.len()).name()
        };
        let all = [
            "+", "a", "++", "aa", "ab", "aab+", "a++", "+a", "++ab", "+a+", "a+a", "a+a+",
        ];
        assert_eq!(
            all.map(of),
            [
                "once", "once", "steady", "constant", "changing", "cured", "cured", "broke", "broke", "flapping",
                "flapping", "flapping"
            ]
        );
        assert_eq!(Kind::of(&[], 3).name(), "unclear");
    }

    fn failed() -> Verdict {
        Verdict {
            findings: vec![Finding::error(
                "tcp-refused".into(),
                By::Server,
                At::Tcp,
                crate::base::phrase::Phrase::verbatim("x"),
            )],
        }
    }

    /// Device, name and number of tries of each course.
    fn shape(options: &Options, connections: &[Connection], lookups: &[Lookup]) -> Vec<String> {
        let attempts = attempts(options, connections, lookups, &[]);
        let verdicts: Vec<Verdict> = attempts.iter().map(|_| failed()).collect();
        courses(&attempts, &verdicts, lookups)
            .iter()
            .map(|it| format!("{} {} {} {}", it.device, it.name, it.tries.len(), it.kind.name()))
            .collect()
    }

    fn options() -> Options {
        Options::new(Profile::built_in("cisco-smart-licensing").unwrap())
    }

    #[test]
    fn devices_and_services_stay_apart() {
        let named =
            |at, device: &str, name: &str| connection(at, device, "203.0.113.5:443").asking_for(name).answered();
        let connections = [
            named(1, "10.0.0.1:50000", "smartreceiver.cisco.com"),
            named(2, "10.0.0.2:50000", "smartreceiver.cisco.com"),
            named(3, "10.0.0.1:50001", "tools.cisco.com"),
            named(300, "10.0.0.1:50002", "smartreceiver.cisco.com"),
        ];
        assert_eq!(
            shape(&options(), &connections, &[]),
            [
                "10.0.0.1 smartreceiver.cisco.com 2 constant",
                "10.0.0.2 smartreceiver.cisco.com 1 once",
                "10.0.0.1 tools.cisco.com 1 once"
            ]
        );
    }

    #[test]
    fn a_try_by_address_belongs_to_the_name_that_dns_gave_that_address() {
        let mut lookups = Lookups::default();
        let message = Message {
            id: 1,
            is_response: true,
            truncated: false,
            status: Status::NO_ERROR,
            name: WireText::from("ssm.corp.example"),
            kind: 1,
            addresses: vec![[203, 0, 113, 5].into()],
        };
        let (device, server) = ([10, 0, 0, 1].into(), [9, 9, 9, 9].into());
        lookups.message(
            message,
            device,
            server,
            FrameAt::new(FrameNumber(5), Timestamp(5_000_000_000)),
        );
        let path = |at, host: &str| {
            connection(at, "10.0.0.1:50000", "203.0.113.5:80")
                .requesting("POST", "/SmartTransport", Some(host))
                .answered()
        };
        let connections = [path(1, "203.0.113.5"), path(300, "ssm.corp.example")];
        assert_eq!(
            shape(&options(), &connections, &lookups.all),
            ["10.0.0.1 ssm.corp.example 2 constant"]
        );
        assert_eq!(
            shape(&options(), &connections, &[]).len(),
            2,
            "without that answer nothing joins them"
        );
    }
}
