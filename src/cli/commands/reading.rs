//! Capture → what rests on a frame, and why a verdict was not given.

use tlswalk::report::explain;
use tlswalk::report::why;

use super::{Capture, json_text, only};
use crate::cli::args::{Format, Inspect};
use crate::cli::originals::Originals;
use crate::cli::{did_you_mean, output};

/// Says what a report says because of a frame.
pub(crate) fn why(frame: u64, inspect: &Inspect) -> Result<u8, String> {
    let path = only(inspect, "why")?;
    let originals = Originals::of(inspect);
    originals.refuse_stdout()?;
    let options = crate::cli::options(inspect)?;
    let capture = Capture::find(path)?;
    let report = capture.analyze(&options)?;
    let report = report.or_others(|| inspect.others(&options), |others| capture.analyze(others))?;
    if frame == 0 || frame > report.capture.frames {
        let frames = report.capture.frames;
        return Err(format!(
            "{}: has no frame {frame}: its frames are 1 to {frames}",
            capture.name
        ));
    }
    let why = why::why(&report, frame);
    let page = match inspect.format {
        Format::Text => {
            let mut page = Vec::new();
            why.write_text(
                &report,
                &mut page,
                &output::text_style(inspect.color, inspect.output.is_some()),
            )
            .map_err(|error| error.to_string())?;
            page
        }
        Format::Json => json_text(&why, true)?.into_bytes(),
        _ => json_text(&why, false)?.into_bytes(),
    };
    output::write_page(inspect, originals, &page)?;
    Ok(why.exit_code())
}

/// Says which condition of a verdict is not met, or cannot be seen.
pub(crate) fn whynot(id: &str, inspect: &Inspect) -> Result<u8, String> {
    let unknown = || {
        let near = did_you_mean(explain::nearest(id));
        format!("whynot {id}: no such verdict{near} (all: tlswalk explain)")
    };
    if explain::explanation(id).is_none() {
        return Err(unknown());
    }
    let path = only(inspect, "whynot")?;
    let originals = Originals::of(inspect);
    originals.refuse_stdout()?;
    let options = crate::cli::options(inspect)?;
    let capture = Capture::find(path)?;
    let ask = |options: &tlswalk::Options| {
        let answers = tlswalk::why_not(capture.open()?, &capture.name, options, &[id])
            .map_err(|error| format!("{}: {error}", capture.name))?;
        answers.into_iter().next().ok_or_else(unknown)
    };
    let mut answer = ask(&options)?;
    if answer.attempts.is_empty()
        && let Some(others) = inspect.others(&options)
    {
        let others = ask(&others)?;
        if !others.attempts.is_empty() {
            answer = others;
        }
    }
    let page = match inspect.format {
        Format::Text => {
            let mut page = Vec::new();
            answer
                .write_text(&mut page, &output::text_style(inspect.color, inspect.output.is_some()))
                .map_err(|error| error.to_string())?;
            page
        }
        Format::Json => json_text(&answer, true)?.into_bytes(),
        _ => json_text(&answer, false)?.into_bytes(),
    };
    output::write_page(inspect, originals, &page)?;
    Ok(0)
}
