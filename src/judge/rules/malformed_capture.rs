//! Attempt → Finding: the file is damaged. This is the verdict if nothing could be concluded from what was read, and a
//! warning beside another verdict if the attempt lies around or behind the damage.

use crate::attempt::Attempt;
use crate::base::dialect::{Dialect, task};
use crate::base::phrase::{Phrase, phrase};
use crate::capture::{CaptureFacts, Damage, End};
use crate::judge::context::Context;
use crate::judge::finding::{Finding, Owner, Remedy, Rule, Severity};

/// The capture formats have no check sums: damage shows as a record that is impossible.
pub(super) const RULE: Rule = rule!("malformed-capture", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let Some(connection) = attempt.connection() else {
        return finding(context);
    };
    // Frames before the damage are not affected by it.
    let around = context
        .capture
        .damage
        .iter()
        .find(|damage| damage.after < connection.last.frame);
    if let Some(damage) = around {
        let place = phrase(if connection.first.frame <= damage.after {
            "malformed-capture-within"
        } else {
            "malformed-capture-before"
        });
        return Some(
            lost(damage, attempt.dialect)
                .severity(Severity::Warning)
                .evidence(connection.last.frame, place)
                .cannot_tell(phrase("malformed-capture-cannot-tell-numbers")),
        );
    }
    // A file that merely ends early is incomplete, not damaged.
    if is_only_cut(context.capture) {
        return None;
    }
    let finding = finding(context)?;
    let last = connection.last.frame;
    if finding.evidence.iter().any(|evidence| evidence.frame == last) {
        return Some(finding);
    }
    Some(finding.evidence(last, phrase("malformed-capture-last-of-connection")))
}

/// True if a file with frames has no other fault than an early end.
pub(super) const fn is_only_cut(capture: &CaptureFacts) -> bool {
    matches!(capture.end, End::Truncated { is_cut: true, .. }) && capture.damage.is_empty() && capture.frames > 0
}

/// The finding about the file.
pub(super) fn finding(context: &Context<'_>) -> Option<Finding> {
    let dialect = context.options.dialect();
    if let Some(damage) = context.capture.damage.first() {
        return Some(lost(damage, dialect));
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
    let summary = phrase("malformed-capture-summary-end")
        .with("offset", *offset)
        .with("after", *after)
        .with("detail", detail)
        .with("lost", *lost);
    Some(
        damaged(summary, dialect)
            .evidence(*after, phrase("malformed-capture-last-read"))
            .cannot_tell(phrase("malformed-capture-cannot-tell-beyond")),
    )
}

/// Records were lost, and later ones were found.
fn lost(damage: &Damage, dialect: Dialect) -> Finding {
    let Damage { offset, lost, after } = damage;
    let summary = phrase("malformed-capture-summary")
        .with("offset", *offset)
        .with("after", *after)
        .with("lost", *lost);
    damaged(summary, dialect).evidence(*after, phrase("malformed-capture-last-before"))
}

fn damaged(summary: Phrase, dialect: Dialect) -> Finding {
    Finding::ok(RULE.id, summary).severity(Severity::Note).remedy(Remedy {
        owner: Owner::Capture,
        action: phrase("malformed-capture-export"),
        commands: dialect.lines(&[task("export-capture")]),
        verify: phrase("malformed-capture-verify"),
    })
}
