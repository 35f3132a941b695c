//! Attempt → Finding: the file is damaged, and nothing could be concluded from what was read.

use crate::attempt::Attempt;
use crate::capture::End;
use crate::context::Context;
use crate::finding::{Finding, Owner, Remedy, Rule, Severity};

/// The capture formats have no check sums: damage shows as a record that cannot be one.
pub(super) const RULE: Rule = Rule {
    id: "malformed-capture",
    check,
};

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    finding(context).map(|finding| match attempt.connection() {
        Some(connection) => finding.evidence(
            connection.last.0,
            "the last frame of this connection that could be read",
        ),
        None => finding,
    })
}

/// What is said of the file.
pub(super) fn finding(context: &Context<'_>) -> Option<Finding> {
    let End::Truncated {
        after,
        offset,
        lost,
        detail,
    } = &context.capture.end
    else {
        return None;
    };
    Some(
        Finding::ok(
            RULE.id,
            format!("the capture file is damaged at byte {offset}, after frame {after}: {detail}; {lost} bytes could not be read as packets"),
        )
        .severity(Severity::Note)
        .evidence(*after, "the last frame that could be read")
        .cannot_tell("anything beyond that frame")
        .remedy(Remedy {
            owner: Owner::Capture,
            action: "export the capture again and copy it in binary mode (scp, or tftp/ftp with binary set)".to_owned(),
            commands: vec!["monitor capture <name> export flash:<name>.pcap".to_owned(), "verify /md5 flash:<name>.pcap".to_owned()],
            verify: "the file has the same MD5 sum and size on both sides, and capinfos reads it to its end".to_owned(),
        }),
    )
}
