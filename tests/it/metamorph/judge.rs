//! Two reports → Outcome: whether damage changed what is said.

use tlswalk::report::Report;

use super::cases::Kind;

/// What a report says of one attempt.
#[derive(Clone, Debug)]
pub struct Said {
    pub id: String,
    pub by: String,
    pub confidence: u8,
    /// True if it says what cannot be told.
    pub has_reason: bool,
    pub device: String,
    pub name: String,
    pub is_licensing: bool,
    /// Client and server of its connections.
    pub ends: Vec<(String, String)>,
}

impl Said {
    pub fn of(report: &Report) -> Vec<Self> {
        let ends = |ids: &[usize]| {
            let connections = report.connections.iter().filter(|it| ids.contains(&it.id));
            connections.map(|it| (it.client.clone(), it.server.clone())).collect()
        };
        let attempts = report.attempts.iter().map(|attempt| Self {
            id: attempt.verdict.id.to_string(),
            by: attempt.verdict.by.to_string(),
            confidence: rank(attempt.verdict.confidence.name()),
            has_reason: !attempt.verdict.cannot_tell.is_empty(),
            device: attempt.device.clone(),
            name: attempt.name.clone(),
            is_licensing: report
                .connections
                .iter()
                .any(|it| it.licensing && attempt.connections.contains(&it.id)),
            ends: ends(&attempt.connections),
        });
        attempts.collect()
    }

    fn is_inconclusive(&self) -> bool {
        matches!(
            self.id.as_str(),
            "incomplete-capture" | "malformed-capture" | "unexplained-end"
        )
    }

    /// `client-certificate-rejected by server, certain`.
    fn text(&self) -> String {
        let by = if self.by.is_empty() { "-" } else { &self.by };
        format!("{} by {by}, {}", self.id, WORDS[usize::from(self.confidence)])
    }
}

const WORDS: [&str; 3] = ["possible", "likely", "certain"];

fn rank(confidence: &str) -> u8 {
    WORDS.iter().position(|word| *word == confidence).unwrap() as u8
}

/// What became of a verdict; the worst of a capture is the capture's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Equal,
    /// Less is said, and why.
    Downgraded(String),
    /// Something else is said, though not as certain; or less without a reason.
    Drifted(String),
    /// Something else is said, as certain.
    Contradicted(String),
}

/// What the transformed capture's report says, against the original's.
pub fn compare(base: &[Said], now: &[Said], kind: Kind) -> Vec<Outcome> {
    if kind == Kind::Wireless {
        // With --all a wireless client's connections are judged too, as what they are.
        let each = now
            .iter()
            .filter(|it| it.is_licensing)
            .map(|it| Outcome::Contradicted(format!("wireless → {}", it.text())));
        let outcomes: Vec<Outcome> = each.collect();
        return if outcomes.is_empty() {
            vec![Outcome::Equal]
        } else {
            outcomes
        };
    }
    let mut outcomes = Vec::new();
    let mut found = vec![false; base.len()];
    for (index, said) in now.iter().enumerate() {
        let partners = partners(base, index, said, kind);
        partners.iter().for_each(|&at| found[at] = true);
        let partners: Vec<&Said> = partners.iter().map(|&at| &base[at]).collect();
        outcomes.push(judge(&partners, said));
    }
    for (before, _) in base.iter().zip(found).filter(|(_, found)| !found) {
        outcomes.push(if kind == Kind::Damaged {
            Outcome::Downgraded(format!("{} → gone", before.id))
        } else {
            Outcome::Contradicted(format!("{} → gone", before.text()))
        });
    }
    if now.len() > base.len() {
        let detail = format!("{} → {} attempts", base.len().min(3), now.len().min(3));
        outcomes.push(Outcome::Drifted(detail));
    }
    if outcomes.is_empty() {
        outcomes.push(Outcome::Equal);
    }
    outcomes
}

/// The attempts of the original that an attempt may be: those that share a connection with it, else those of the same
/// device to the same place, else of the same device, else of the same name.
fn partners(base: &[Said], index: usize, said: &Said, kind: Kind) -> Vec<usize> {
    let those = |is: &dyn Fn(&Said) -> bool| (0..base.len()).filter(|&at| is(&base[at])).collect::<Vec<_>>();
    if kind == Kind::Renamed {
        return (index < base.len()).then_some(index).into_iter().collect();
    }
    // Without a SYN, client and server may be taken for each other: that is another verdict, not another attempt.
    let same = |(a, b): &(String, String)| said.ends.iter().any(|(c, d)| (a, b) == (c, d) || (a, b) == (d, c));
    let by_connection = those(&|it| it.ends.iter().any(same));
    let by_name = those(&|it| it.device == said.device && it.name == said.name);
    let by_device = those(&|it| it.device == said.device);
    // A device asks for names from its address of either family.
    let by_name_alone = those(&|it| it.name == said.name);
    let all = [by_connection, by_name, by_device, by_name_alone];
    all.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

fn judge(before: &[&Said], now: &Said) -> Outcome {
    let was = before.first().map_or("nothing".to_owned(), |it| it.text());
    let change = format!("{was} → {}", now.text());
    let same = before.iter().filter(|it| it.id == now.id && it.by == now.by);
    if let Some(confidence) = same.map(|it| it.confidence).max() {
        return match now.confidence {
            new if new == confidence => Outcome::Equal,
            new if new > confidence => Outcome::Drifted(format!("{change}: surer")),
            _ if now.has_reason => Outcome::Downgraded(change),
            _ => Outcome::Drifted(format!("{change}: no reason given")),
        };
    }
    if now.is_inconclusive() && !before.is_empty() {
        let is_fair = now.has_reason || now.id == "malformed-capture";
        return if is_fair {
            Outcome::Downgraded(change)
        } else {
            Outcome::Drifted(format!("{change}: no reason given"))
        };
    }
    if now.confidence == 2 {
        Outcome::Contradicted(change)
    } else {
        Outcome::Drifted(change)
    }
}
