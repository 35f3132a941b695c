//! Text, capture → which claims of the text hold.

use std::io::Read;
use std::path::Path;

use tlswalk::handoff::check::check;

use super::{Capture, json_text, only};
use crate::cli::args::{Format, Inspect};
use crate::cli::originals::Originals;
use crate::cli::stdin::Waiting;
use crate::cli::{output, reason};

/// The longest text read: far more than anybody writes, and little enough to hold.
const LONGEST_TEXT: u64 = 256 << 20;

/// Checks the claims of a text.
pub(crate) fn run(text: &Path, inspect: &Inspect) -> Result<u8, String> {
    let path = only(inspect, "check")?;
    let is_stdin = |path: &Path| path.as_os_str() == "-";
    if is_stdin(text) && is_stdin(path) {
        return Err("check: the text and the capture cannot both be standard input".to_owned());
    }
    let originals = Originals::of(inspect).with("the text", text);
    originals.refuse_stdout()?;
    let name = text.display().to_string();
    let words = read(text, &name)?;
    let mut options = crate::cli::options(inspect)?;
    // A text may speak of any connection of the capture.
    options.all = true;
    let capture = Capture::find(path)?;
    let report = capture.analyze(&options)?;
    let check = check(&words, &report);
    let page = match inspect.format {
        Format::Text => {
            let mut page = Vec::new();
            check
                .write_text(
                    &name,
                    &mut page,
                    &output::text_style(inspect.color, inspect.output.is_some()),
                )
                .map_err(|error| error.to_string())?;
            page
        }
        Format::Json => json_text(&check, true)?.into_bytes(),
        _ => json_text(&check, false)?.into_bytes(),
    };
    output::write_page(inspect, originals, &page)?;
    Ok(check.exit_code())
}

/// The text, in which whatever is no UTF-8 is replaced.
fn read(text: &Path, name: &str) -> Result<String, String> {
    let unread = |error: &std::io::Error| format!("{name}: {}", reason(error));
    let mut bytes = Vec::new();
    let mut input: Box<dyn Read> = if name == "-" {
        crate::cli::refuse_terminal()?;
        Box::new(Waiting::for_stdin().map_err(|error| unread(&error))?)
    } else {
        let file = std::fs::File::open(text).map_err(|error| unread(&error))?;
        if file.metadata().is_ok_and(|it| it.is_dir()) {
            return Err(format!("{name}: is a directory; name one text"));
        }
        Box::new(file)
    };
    let read = input.by_ref().take(LONGEST_TEXT + 1).read_to_end(&mut bytes);
    read.map_err(|error| unread(&error))?;
    if bytes.len() as u64 > LONGEST_TEXT {
        return Err(format!("{name}: is longer than {} MB", LONGEST_TEXT >> 20));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
