//! Report, team → ticket: the same facts in the words of the addressed team, ready to paste.
//!
//! A ticket names the two ends of the connection (before and after an address translation, as far as the capture shows
//! it), the time in that team's zone, the log entries to look for, what would confirm or refute the suspicion, the
//! requested change, and the frames.

mod look;
mod zone;

use std::collections::BTreeSet;
use std::io::{self, Write};

use time::UtcOffset;
use time::format_description::well_known::Rfc3339;

use super::labels::{beginning, capitalised, confidence, connections, language_of, owner, voice_of, worst};
use super::names::plain_name;
use super::text::{Page, Paint, TextStyle, visible};
use super::{Attempt, Certificate, Connection, Remedy, Report};
use crate::base::phrase::{Phrase, Voice, phrase};
use crate::base::wire_text::in_prose;
use crate::judge::finding::Severity;
use crate::report::{At, Owner};
pub use zone::zone;

/// The team that the ticket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Team {
    /// The firewall team.
    Firewall,
    /// The PKI team.
    Pki,
    /// The proxy team.
    Proxy,
    /// The server team.
    Server,
    /// The vendor's support.
    Support,
}

/// Connections listed; an attempt rarely has more than the addresses of a name.
const MOST_CONNECTIONS: usize = 8;

/// Other attempts listed with the same verdict.
const MOST_ATTEMPTS: usize = 20;

/// A part of a ticket.
struct Section {
    heading: &'static str,
    lines: Vec<Line>,
}

/// A line of a ticket.
enum Line {
    /// A sentence or fact.
    Item(String),
    /// A command, to be typed as it stands.
    Command(String),
}

/// Writes the ticket of a team as text.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_text(
    report: &Report,
    team: Team,
    zone: UtcOffset,
    out: &mut dyn Write,
    style: &TextStyle,
) -> io::Result<()> {
    let ticket = Ticket {
        report,
        team,
        zone,
        voice: voice_of(report),
    };
    let mut page = Page::new(out, style, language_of(report));
    page.hang_painted(&[], 0, (Paint::Strong, &ticket.subject()), "")?;
    for section in ticket.sections() {
        page.blank()?;
        page.line(&[(Paint::Strong, &ticket.say(phrase(section.heading)))])?;
        for line in section.lines {
            match line {
                Line::Item(text) => page.hang(&[(Paint::Plain, "  - ")], 4, &text, "")?,
                Line::Command(text) => page.line(&[(Paint::Plain, "      "), (Paint::Plain, &text)])?,
            }
        }
    }
    page.blank()?;
    page.hang_painted(&[], 0, (Paint::Dim, &ticket.footer()), "")
}

/// Writes the ticket of a team as Markdown.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_markdown(report: &Report, team: Team, zone: UtcOffset, out: &mut dyn Write) -> io::Result<()> {
    use super::markdown::escaped;
    let ticket = Ticket {
        report,
        team,
        zone,
        voice: voice_of(report),
    };
    writeln!(out, "## {}", escaped(&visible(&ticket.subject())))?;
    for section in ticket.sections() {
        writeln!(out, "\n### {}\n", escaped(&ticket.say(phrase(section.heading))))?;
        // Commands that follow each other are one block, to be copied at once.
        let mut commands = Vec::new();
        for line in section.lines {
            match line {
                Line::Command(text) => commands.push(text),
                Line::Item(text) => {
                    copied(&mut commands, out)?;
                    writeln!(out, "- {}", escaped(&visible(&text)))?;
                }
            }
        }
        copied(&mut commands, out)?;
    }
    writeln!(out, "\n{}", escaped(&visible(&ticket.footer())))
}

/// Writes the commands collected under an item, and forgets them.
fn copied(commands: &mut Vec<String>, out: &mut dyn Write) -> io::Result<()> {
    if commands.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    super::markdown::block(commands, "  ", out)?;
    writeln!(out)?;
    commands.clear();
    Ok(())
}

struct Ticket<'a> {
    report: &'a Report,
    team: Team,
    zone: UtcOffset,
    voice: Voice,
}

impl Ticket<'_> {
    fn say(&self, phrase: Phrase) -> String {
        phrase.told(self.voice)
    }

    fn team(&self) -> Phrase {
        phrase(match self.team {
            Team::Firewall => "ticket-team-firewall",
            Team::Pki => "ticket-team-pki",
            Team::Proxy => "ticket-team-proxy",
            Team::Server => "ticket-team-server",
            Team::Support => "ticket-team-support",
        })
    }

    /// The failed attempt that the ticket is about, if there is one.
    fn attempt(&self) -> Option<&Attempt> {
        worst(self.report).filter(|attempt| matches!(attempt.verdict.severity, Severity::Error | Severity::Warning))
    }

    fn subject(&self) -> String {
        let team = self.team();
        match self.attempt() {
            Some(attempt) => {
                // What went wrong, and no more: after a handshake that was complete, TLS is not what failed.
                let subject = match (attempt.verdict.severity, attempt.verdict.at) {
                    (Severity::Warning, _) => "ticket-subject-fault",
                    (_, At::Dns) => "ticket-subject-dns",
                    (_, At::Tcp | At::Proxy) => "ticket-subject-connect",
                    (_, At::Tls) => "ticket-subject",
                    (_, At::Http | At::Close) => "ticket-subject-answer",
                };
                self.say(
                    phrase(subject)
                        .with("team", team)
                        .with("device", attempt.device.as_str())
                        .with("name", in_prose(&attempt.name).as_ref()),
                )
            }
            None => self.say(phrase("ticket-subject-nothing").with("team", team)),
        }
    }

    fn footer(&self) -> String {
        let capture = &self.report.capture;
        let footer = phrase("ticket-footer")
            .with("file", capture.file.as_str())
            .with("frames", capture.frames)
            .with("version", self.report.tool.version.as_str());
        match &capture.sha256 {
            Some(hash) => format!("{} SHA-256 {hash}", self.say(footer)),
            None => self.say(footer),
        }
    }

    fn sections(&self) -> Vec<Section> {
        let Some(attempt) = self.attempt() else {
            let summary = Line::Item(capitalised(&self.report.verdict.summary));
            return vec![Section {
                heading: "ticket-what",
                lines: vec![summary],
            }];
        };
        let mut sections = vec![
            self.what(attempt),
            self.who(attempt),
            self.look(attempt),
            self.change(attempt),
        ];
        if self.team == Team::Pki {
            sections.push(self.certificates(attempt));
        }
        sections.push(self.evidence(attempt));
        sections.push(self.open(attempt));
        sections.retain(|section| !section.lines.is_empty());
        sections
    }

    /// A time of the report in the team's time zone.
    fn at(&self, time: &str) -> String {
        let Ok(utc) = time::OffsetDateTime::parse(time, &Rfc3339) else {
            return time.to_owned();
        };
        let local = utc.to_offset(self.zone).format(&Rfc3339).unwrap_or_default();
        let (date, clock) = local.split_once('T').unwrap_or_default();
        // Milliseconds help to find a line in a log.
        let digits = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
        let (clock, offset) = clock.split_at_checked(digits).unwrap_or_default();
        let clock = clock.get(..12).unwrap_or(clock);
        let offset = if offset == "Z" { "UTC" } else { offset };
        format!("{date} {clock} {offset}")
    }

    fn what(&self, attempt: &Attempt) -> Section {
        let verdict = &attempt.verdict;
        let sure = phrase("ticket-with")
            .with("what", capitalised(&verdict.summary))
            .with("beside", confidence(verdict.confidence));
        let mut lines = vec![Line::Item(self.say(sure))];
        let (frame, time) = beginning(self.report, attempt);
        if let Some(time) = time {
            let began = phrase("ticket-began")
                .with("time", self.at(&time))
                .with("frame", frame.unwrap_or_default());
            lines.push(Line::Item(self.say(began)));
        }
        let same = |other: &&Attempt| {
            other.id != attempt.id && other.verdict.id == verdict.id && other.device == attempt.device
        };
        let others: Vec<String> = self
            .report
            .attempts
            .iter()
            .filter(same)
            .filter_map(|other| beginning(self.report, other).1)
            .map(|time| self.at(&time))
            .collect();
        if !others.is_empty() {
            let shown = others.get(..MOST_ATTEMPTS).unwrap_or(&others).join(", ");
            let again = phrase("ticket-again").with("count", others.len()).with("times", shown);
            lines.push(Line::Item(self.say(again)));
        }
        Section {
            heading: "ticket-what",
            lines,
        }
    }

    fn who(&self, attempt: &Attempt) -> Section {
        let mut lines = Vec::new();
        let connections = connections(self.report, attempt);
        for connection in connections.iter().rev().take(MOST_CONNECTIONS).rev() {
            let transport = transport_of(connection);
            lines.push(Line::Item(format!(
                "{transport} {} → {}",
                connection.client, connection.server
            )));
        }
        for lookup in attempt.lookups.iter().filter(|_| connections.is_empty()) {
            let asked = phrase("ticket-asks")
                .with("device", attempt.device.as_str())
                .with("resolver", lookup.server.as_str())
                .with("name", in_prose(&lookup.name).as_ref())
                .with("time", self.at(&lookup.asked));
            lines.push(Line::Item(self.say(asked)));
        }
        match (&attempt.seen_again, connections.last()) {
            (Some(again), _) => {
                let behind = phrase("ticket-translated")
                    .with("client", again.client.as_str())
                    .with("server", again.server.as_str())
                    .with("frame", again.frame);
                lines.push(Line::Item(self.say(behind)));
            }
            (None, Some(connection)) => {
                let hidden = phrase("ticket-not-translated")
                    .with("device", attempt.device.as_str())
                    .with("client", connection.client.as_str());
                lines.push(Line::Item(self.say(hidden)));
            }
            (None, None) => {}
        }
        // Without a name in the Client Hello, the attempt is called by its address.
        let is_address = |connection: &&Connection| connection.server.contains(&attempt.name);
        if !connections.iter().any(is_address) {
            let name = phrase("ticket-name").with("name", in_prose(&attempt.name).as_ref());
            lines.push(Line::Item(self.say(name)));
        }
        if let Some(proxy) = &attempt.via_proxy {
            lines.push(Line::Item(
                self.say(phrase("ticket-proxy").with("proxy", proxy.as_str())),
            ));
        }
        Section {
            heading: "ticket-connection",
            lines,
        }
    }

    /// True if a remedy is for this team.
    fn is_ours(&self, remedy: &Remedy, attempt: &Attempt) -> bool {
        let about_certificates = attempt.verdict.id.contains("certificate")
            || ["interception-suspected", "crl-fetch-failed"].contains(&attempt.verdict.id.name());
        match self.team {
            Team::Firewall => remedy.owner == Owner::Firewall,
            Team::Proxy => remedy.owner == Owner::Proxy,
            Team::Server => remedy.owner == Owner::Server,
            Team::Pki => about_certificates && remedy.owner != Owner::Capture,
            Team::Support => true,
        }
    }

    fn change(&self, attempt: &Attempt) -> Section {
        let ours: Vec<&Remedy> = attempt
            .verdict
            .remedy
            .iter()
            .filter(|it| self.is_ours(it, attempt))
            .collect();
        let mut lines = Vec::new();
        if ours.is_empty() {
            let mut owners: Vec<String> = Vec::new();
            for remedy in &attempt.verdict.remedy {
                let owner = self.say(owner(remedy));
                if !owners.contains(&owner) {
                    owners.push(owner);
                }
            }
            let none = match owners.is_empty() {
                true => phrase("ticket-no-change"),
                false => phrase("ticket-no-change-others").with("owners", owners.join(", ")),
            };
            lines.push(Line::Item(self.say(none)));
        }
        for (at, remedy) in ours.iter().enumerate() {
            let action = match self.team {
                Team::Pki | Team::Support => format!("{}: {}", self.say(owner(remedy)), remedy.action),
                _ => capitalised(&remedy.action),
            };
            lines.push(Line::Item(action));
            lines.extend(remedy.commands.iter().cloned().map(Line::Command));
            let again = ours.get(at + 1).is_some_and(|next| next.verify == remedy.verify);
            if !remedy.verify.is_empty() && !again {
                lines.push(Line::Item(
                    self.say(phrase("ticket-done-when").with("verify", remedy.verify.as_str())),
                ));
            }
        }
        Section {
            heading: "ticket-change",
            lines,
        }
    }

    fn certificates(&self, attempt: &Attempt) -> Section {
        let mut lines = Vec::new();
        // A side shows the same chain on each of its connections.
        let mut told = BTreeSet::new();
        for connection in connections(self.report, attempt) {
            for (side, chain) in [
                ("server", &connection.certificates.server),
                ("client", &connection.certificates.client),
            ] {
                let new = chain.iter().filter(|it| told.insert((side, it.sha256.as_str())));
                lines.extend(new.map(|certificate| Line::Item(self.certificate(side, certificate))));
            }
        }
        if lines.is_empty() {
            lines.push(Line::Item(self.say(phrase("ticket-no-certificate"))));
        }
        Section {
            heading: "ticket-certificates",
            lines,
        }
    }

    fn certificate(&self, side: &'static str, certificate: &Certificate) -> String {
        let text = |value: &Option<String>| in_prose(value.as_deref().unwrap_or("?")).into_owned();
        let day = |value: &Option<String>| value.as_deref().map_or_else(|| "?".to_owned(), |time| self.at(time));
        self.say(
            phrase("ticket-certificate")
                .with("side", phrase(side))
                .with("subject", text(&certificate.subject))
                .with("issuer", text(&certificate.issuer))
                .with("serial", text(&certificate.serial))
                .with("from", day(&certificate.not_before))
                .with("until", day(&certificate.not_after))
                .with("sha256", certificate.sha256.as_str()),
        )
    }

    fn evidence(&self, attempt: &Attempt) -> Section {
        let connections = connections(self.report, attempt);
        let lines = attempt.verdict.evidence.iter().map(|evidence| {
            let told = phrase("ticket-evidence")
                .with("frame", evidence.frame)
                .with("what", evidence.what.as_str());
            match time_of(evidence.frame, attempt, &connections) {
                Some(time) => {
                    let timed = phrase("ticket-with").with("what", told).with("beside", self.at(time));
                    Line::Item(self.say(timed))
                }
                None => Line::Item(self.say(told)),
            }
        });
        Section {
            heading: "ticket-frames",
            lines: lines.collect(),
        }
    }

    /// Other explanations, and facts that the capture cannot show.
    fn open(&self, attempt: &Attempt) -> Section {
        let verdict = &attempt.verdict;
        let others = verdict.alternatives.iter().map(|other| {
            let id = if other.excluded { "ticket-excluded" } else { "ticket-or" };
            let name = plain_name(other.id.name(), self.voice.language);
            self.say(phrase(id).with("name", name).with("what", other.why_not.as_str()))
        });
        let hidden = verdict
            .cannot_tell
            .iter()
            .map(|what| self.say(phrase("ticket-hidden").with("what", what.as_str())));
        Section {
            heading: "ticket-open",
            lines: others.chain(hidden).map(Line::Item).collect(),
        }
    }
}

/// The transport that a firewall's rules name.
fn transport_of(connection: &Connection) -> &'static str {
    if connection.carrier.is_some() { "UDP" } else { "TCP" }
}

/// The time of a frame that carries a step or a look-up.
fn time_of<'a>(frame: u64, attempt: &'a Attempt, connections: &[&'a Connection]) -> Option<&'a str> {
    let steps = connections.iter().flat_map(|connection| &connection.steps);
    let step = steps
        .filter(|step| step.frame == frame)
        .map(|step| step.time.as_str())
        .next();
    let lookups = attempt.lookups.iter();
    let looked_up = || {
        lookups.clone().find_map(|lookup| match lookup {
            it if it.question == frame => Some(it.asked.as_str()),
            it if it.answer == Some(frame) => it.answered.as_deref(),
            _ => None,
        })
    };
    step.or_else(looked_up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    #[test]
    fn every_team_gets_a_ticket_in_each_form() {
        let report = examples::rejected();
        for team in [Team::Firewall, Team::Pki, Team::Proxy, Team::Server, Team::Support] {
            let offset = zone("+09:00").unwrap();
            let (mut text, mut markdown) = (Vec::new(), Vec::new());
            write_text(&report, team, offset, &mut text, &TextStyle::default()).unwrap();
            write_markdown(&report, team, offset, &mut markdown).unwrap();
            for told in [text, markdown] {
                let told = String::from_utf8(told).unwrap();
                // A missing message shows up as its name.
                assert!(!told.contains("ticket-") && told.contains("+09:00"), "{told}");
            }
        }
    }
}
