//! Attempt → Finding: the file is damaged: the verdict where nothing could be concluded from what was read, and a warning
//! beside another verdict where the attempt lies around or behind the damage.

use crate::attempt::Attempt;
use crate::capture::{Damage, End};
use crate::context::Context;
use crate::finding::{Finding, Owner, Remedy, Rule, Severity};

/// The capture formats have no check sums: damage shows as a record that cannot be one.
pub(super) const RULE: Rule = Rule {
    id: "malformed-capture",
    check,
};

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let Some(connection) = attempt.connection() else {
        return finding(context);
    };
    // What lies before the damage is not touched by it.
    let around = context
        .capture
        .damage
        .iter()
        .find(|damage| damage.after < connection.last.0);
    if let Some(damage) = around {
        let before = connection.first.0 <= damage.after;
        let place = if before { "in the middle of" } else { "before" };
        return Some(
            lost(damage)
                .severity(Severity::Warning)
                .evidence(
                    connection.last.0,
                    format!("the last frame of this connection, which has the damage {place} it"),
                )
                .cannot_tell(
                    "the true frame numbers behind the damage, and whether packets of this attempt were lost there",
                ),
        );
    }
    // A file that merely ends early is incomplete, not damaged.
    if matches!(context.capture.end, End::Truncated { is_cut: true, .. }) && context.capture.damage.is_empty() {
        return None;
    }
    finding(context).map(|finding| {
        finding.evidence(
            connection.last.0,
            "the last frame of this connection that could be read",
        )
    })
}

/// What is said of the file.
pub(super) fn finding(context: &Context<'_>) -> Option<Finding> {
    if let Some(damage) = context.capture.damage.first() {
        return Some(lost(damage));
    }
    let End::Truncated {
        after,
        offset,
        lost,
        detail,
        ..
    } = &context.capture.end
    else {
        return None;
    };
    let summary = format!(
        "the capture file is damaged at byte {offset}, after frame {after}: {detail}; {lost} bytes could not be read as packets"
    );
    Some(
        damaged(summary)
            .evidence(*after, "the last frame that could be read")
            .cannot_tell("anything beyond that frame"),
    )
}

/// Records were lost, and others found behind them.
fn lost(damage: &Damage) -> Finding {
    let Damage { offset, lost, after } = damage;
    let summary = format!(
        "the capture file is damaged at byte {offset}, after frame {after}: {lost} bytes could not be read as packets"
    );
    damaged(summary).evidence(*after, "the last frame before the damage")
}

fn damaged(summary: String) -> Finding {
    Finding::ok(RULE.id, summary).severity(Severity::Note).remedy(Remedy {
        owner: Owner::Capture,
        action: "export the capture again and copy it in binary mode (scp, or tftp/ftp with binary set)"
            .to_owned()
            .into(),
        commands: vec![
            "monitor capture <name> export flash:<name>.pcap".to_owned(),
            "verify /md5 flash:<name>.pcap".to_owned(),
        ],
        verify: "the file has the same MD5 sum and size on both sides, and capinfos reads it to its end"
            .to_owned()
            .into(),
    })
}
