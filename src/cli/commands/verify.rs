//! Report, capture → what holds.

use std::path::Path;

use tlswalk::base::hexadecimal::hexadecimal;
use tlswalk::base::phrase::Language;
use tlswalk::handoff::verify::{read_report, verify};

use super::{Capture, json_text, only};
use crate::cli::args::{Format, Inspect};
use crate::cli::originals::Originals;
use crate::cli::{output, reason};

/// The longest report read: one on 100 MB of nothing but handshakes has some 100 MB.
const LONGEST_REPORT: u64 = 1 << 30;

/// Checks a report.
pub(crate) fn run(report: &Path, inspect: &Inspect) -> Result<u8, String> {
    let path = only(inspect, "verify")?;
    let originals = Originals::of(inspect).with("the report", report);
    originals.refuse_stdout()?;
    let mut options = crate::cli::options(inspect)?;
    let name = report.display().to_string();
    let unread = |error: &std::io::Error| format!("{name}: {}", reason(error));
    let metadata = std::fs::metadata(report).map_err(|error| unread(&error))?;
    if metadata.len() > LONGEST_REPORT {
        return Err(format!("{name}: is too long to be a report"));
    }
    let claimed = {
        let text = std::fs::read_to_string(report).map_err(|error| unread(&error))?;
        read_report(&text, inspect.lang.into()).map_err(|error| format!("{name}: {error}"))?
    };
    if claimed.others.is_some_and(|others| others.failed > 0) {
        options = crate::cli::of_others(inspect)?;
    }
    let capture = Capture::find(path)?;
    // Texts are compared as they were written.
    let language = options.language;
    if let Some(written) = Language::ALL.iter().find(|it| it.tag() == claimed.language) {
        options.language = *written;
    }
    let sha256 = hexadecimal(&capture.digest(b"")?);
    let verification =
        verify(&claimed, capture.open()?, &sha256, &options).map_err(|error| format!("{}: {error}", capture.name))?;
    let page = match inspect.format {
        Format::Text => verification.to_text(inspect.verbose, language),
        Format::Json => json_text(&verification, true)?,
        _ => json_text(&verification, false)?,
    };
    output::write_page(inspect, originals, page.as_bytes())?;
    Ok(verification.exit_code())
}
