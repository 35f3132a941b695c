//! What the text looks like, screen by screen.

use super::*;
use crate::report::examples;

fn shown(report: &Report, style: TextStyle) -> String {
    let mut out = Vec::new();
    write_text(report, &mut out, &style).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn dump() {
    for report in examples::all() {
        eprintln!("{}\n=====", shown(&report, TextStyle::default()));
    }
    eprintln!(
        "{}",
        shown(
            &examples::inferred(),
            TextStyle {
                verbosity: Verbosity::Verbose,
                width: 110,
                ..TextStyle::default()
            }
        )
    );
}
