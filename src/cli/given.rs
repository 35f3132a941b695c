//! arguments → options: what is given in files is read here.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tlswalk::capture::{ReadError, reason};
use tlswalk::device::DeviceLog;
use tlswalk::profile::Profile;
use tlswalk::{Anchors, KeyLog, Options};

use super::args::Inspect;
use super::{did_you_mean, open, usage};

/// A text of a device.
fn read_log(path: &Path, quiet: bool) -> Result<DeviceLog, String> {
    if path.as_os_str() == "-" {
        return Err("--log -: standard input is for captures; name a file".to_owned());
    }
    let (name, input) = open(path, quiet).map_err(|why| format!("--log {why}"))?;
    let error = ReadError::default();
    let log = tlswalk::device::read(&name, error.keep_of(input));
    match error.take() {
        Some(error) => Err(format!(
            "--log {name}: reading failed after line {}: {}",
            log.lines,
            reason(&error)
        )),
        None => Ok(log),
    }
}

/// Typed options → options of the analysis: profiles and anchors are read here.
pub(crate) fn options(inspect: &Inspect) -> Result<Options, String> {
    let profile = inspect.profile.as_str();
    let profile = match Profile::built_in(profile) {
        Some(profile) => profile,
        None => {
            let text = fs::read_to_string(profile).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => format!(
                    "--profile {profile}: neither a profile of that name ({}) nor a file{}",
                    Profile::BUILT_IN.join(", "),
                    did_you_mean(usage::nearest(profile, Profile::BUILT_IN.iter().copied()))
                ),
                _ => format!("--profile {profile}: {}", reason(&error)),
            })?;
            Profile::parse(&text).map_err(|error| format!("--profile {profile}: {error}"))?
        }
    };
    let is_everything = inspect.all || profile.everything;
    let expects = !inspect.expect.is_empty() || inspect.expect_file.is_some() || inspect.accepted.is_some();
    let mut anchors = Anchors::built_in();
    for path in &inspect.ca {
        let name = path.display().to_string();
        let pem = fs::read(path).map_err(|error| format!("--ca {name}: {}", reason(&error)))?;
        anchors
            .add_pem(&pem, &name)
            .map_err(|error| format!("--ca {name}: {error}"))?;
    }
    Ok(Options {
        profile,
        join: Profile::built_in("capwap-join"),
        anchors,
        all: inspect.all,
        others: false,
        at: inspect.at,
        language: inspect.lang.into(),
        dialect: inspect.dialect,
        wlc: inspect.wlc.clone(),
        cssm: inspect.cssm.clone(),
        on_prem: inspect.on_prem.clone(),
        cslu: inspect.cslu.clone(),
        proxy: inspect.proxy.clone(),
        listing: inspect.listing.listing(expects && is_everything),
        key_log: inspect.keylog.as_deref().map(read_key_log).transpose()?,
        logs: inspect
            .log
            .iter()
            .map(|path| read_log(path, inspect.quiet))
            .collect::<Result<_, _>>()?,
    })
}

fn read_key_log(path: &Path) -> Result<KeyLog, String> {
    let name = path.display();
    let file = File::open(path).map_err(|error| format!("--keylog {name}: {}", reason(&error)))?;
    KeyLog::read(file).map_err(|error| format!("--keylog {name}: {error}"))
}
