//! Two captures → what differs.

use tlswalk::base::phrase::phrase;
use tlswalk::handoff::diff::{Side, compare};

use super::{Capture, json_text};
use crate::cli::args::{Format, Inspect};
use crate::cli::originals::Originals;
use crate::cli::output;

/// Compares two captures.
pub(crate) fn run(inspect: &Inspect) -> Result<u8, String> {
    let [first, second] = inspect.captures.as_slice() else {
        return Err("diff takes two captures".to_owned());
    };
    let originals = Originals::of(inspect);
    originals.refuse_stdout()?;
    let options = crate::cli::options(inspect)?;
    let side = |path| {
        let capture = Capture::find(path)?;
        let side = Side::read(capture.open()?, &capture.name, &options);
        let side = side.map_err(|error| format!("{}: {error}", capture.name))?;
        side.or_others(|| inspect.others(&options), |others| capture.analyze(others))
    };
    let (first, second) = (side(first)?, side(second)?);
    let Some(comparison) = compare(&first, &second, options.language) else {
        return Err(phrase("diff-unable").in_language(options.language));
    };
    let page = match inspect.format {
        Format::Text => {
            let style = output::text_style(inspect.color, inspect.output.is_some());
            output::marked(&comparison.to_text(options.language), style.color)
        }
        Format::Json => json_text(&comparison, true)?,
        _ => json_text(&comparison, false)?,
    };
    output::write_page(inspect, originals, page.as_bytes())?;
    Ok(comparison.exit_code())
}
