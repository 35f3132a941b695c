//! MadeWith, Options → Options: what a report says of how it was made, put in place of what is not given again.
//!
//! A report that was made with a file can be judged with that file only. Where it is missing or another one, nothing can be said
//! of the report: that is no claim that does not hold.

use std::net::IpAddr;

use super::VerifyError;
use crate::base::dialect::Dialect;
use crate::base::hexadecimal::hexadecimal;
use crate::base::phrase::{Language, Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::profile::Profile;
use crate::profile::options::{Options, Target};
use crate::report::{MadeWith, Report};

/// Sets what the report was made with, and compares it with what is given. Without a record, what is given counts. What is given by an
/// option (`--ca`) that `is_typed` denies was not meant for this report: it helps where it is on record, and is left out elsewhere.
///
/// # Errors
/// When a file is missing or another one, or when something is given that the report was not made with.
pub fn replay(report: &Report, options: &mut Options, is_typed: &dyn Fn(&str) -> bool) -> Result<(), VerifyError> {
    let told_in = options.language;
    if let Some(written) = Language::ALL.iter().find(|it| it.tag() == report.language) {
        // Texts are compared as they were written.
        options.language = *written;
    }
    let Some(made) = &report.made_with else { return Ok(()) };
    let replay = Replay { made, is_typed };
    replay
        .files(options)
        .and_then(|()| replay.hosts(options))
        .and_then(|()| replay.choices(options))
        .map_err(|why| VerifyError::Options(why.in_language(told_in)))
}

/// The recorded options, beside those that are given.
struct Replay<'a> {
    made: &'a MadeWith,
    is_typed: &'a dyn Fn(&str) -> bool,
}

impl Replay<'_> {
    /// The profile: one that comes with tlswalk need not be given.
    fn profile(&self, options: &mut Options) -> Result<(), Phrase> {
        let made = self.made;
        let profile = &made.profile;
        if profile.sha256 != options.profile.sha256() {
            let is_usual = Profile::usual().1 == options.profile.sha256();
            match Profile::built_in(&profile.name).filter(|_| profile.built_in) {
                // Another one was given.
                Some(_) if !is_usual && (self.is_typed)("--profile") => {
                    return Err(without("--profile", &options.profile.id));
                }
                Some(known) if known.sha256() == profile.sha256 => options.profile = known,
                Some(_) => {
                    let other =
                        phrase("verify-made-with-profile-of").with("name", WireText::from(profile.name.as_str()));
                    return Err(other
                        .with("version", WireText::from(made.version.as_str()))
                        .with("sha256", WireText::from(profile.sha256.as_str())));
                }
                None => return needs("--profile", &profile.name, &profile.sha256),
            }
        }
        Ok(())
    }

    /// The content of other files is known by its hash.
    fn files(&self, options: &mut Options) -> Result<(), Phrase> {
        let made = self.made;
        self.profile(options)?;
        let given: Vec<(String, String)> = (options.anchors.own())
            .map(|(file, _, sha256)| (file.to_owned(), hexadecimal(sha256)))
            .collect();
        for anchor in &made.anchors {
            if !given.iter().any(|(_, sha256)| *sha256 == anchor.sha256) {
                return needs("--ca", &anchor.file, &anchor.sha256);
            }
        }
        let is_recorded = |sha256: &String| made.anchors.iter().any(|it| it.sha256 == *sha256);
        if let Some((file, _)) = given.iter().find(|(_, sha256)| !is_recorded(sha256)) {
            // Of a redacted report the anchors are not on record.
            if made.redaction.is_none() && (self.is_typed)("--ca") {
                return Err(without("--ca", file));
            }
        }
        if made.redaction.is_none() {
            options.anchors.retain_own(|sha256| is_recorded(&hexadecimal(sha256)));
        }
        for log in &made.logs {
            if !options.logs.iter().any(|it| it.sha256 == log.sha256) {
                return needs("--log", &log.file, &log.sha256);
            }
        }
        if let Some(log) = (options.logs.iter()).find(|it| !made.logs.iter().any(|made| made.sha256 == it.sha256)) {
            return Err(without("--log", &log.name));
        }
        // As the report calls them, and in its order.
        let place = |sha256: &str| made.logs.iter().position(|it| it.sha256 == sha256);
        options.logs.sort_by_key(|log| place(&log.sha256));
        for (log, made) in options.logs.iter_mut().zip(&made.logs) {
            log.name.clone_from(&made.file);
        }
        match (&made.key_log, options.key_log.as_ref().map(|it| it.sha256())) {
            (Some(made), given) if given != Some(made) => needs("--keylog", "FILE", made),
            (None, Some(_)) => Err(without("--keylog", "")),
            _ => Ok(()),
        }
    }

    /// Hosts that were named.
    fn hosts(&self, options: &mut Options) -> Result<(), Phrase> {
        let made = self.made;
        let wlc = (made.wlc.iter())
            .map(|ip| ip.parse::<IpAddr>().map_err(|_| changed("wlc", ip)))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(given) = options
            .wlc
            .iter()
            .find(|ip| !wlc.contains(ip) && (self.is_typed)("--wlc"))
        {
            return Err(without("--wlc", &given.to_string()));
        }
        options.wlc = wlc;
        let groups = [
            ("--cssm", &made.cssm, &mut options.cssm),
            ("--on-prem", &made.on_prem, &mut options.on_prem),
            ("--cslu", &made.cslu, &mut options.cslu),
            ("--proxy", &made.proxy, &mut options.proxy),
        ];
        for (option, made, given) in groups {
            let targets = (made.iter())
                .map(|it| it.parse::<Target>().map_err(|_| changed(option, it)))
                .collect::<Result<Vec<_>, _>>()?;
            if let Some(other) = given.iter().find(|it| !targets.contains(it) && (self.is_typed)(option)) {
                return Err(without(option, &other.to_string()));
            }
            *given = targets;
        }
        Ok(())
    }

    /// The other options that decide the content of a report.
    fn choices(&self, options: &mut Options) -> Result<(), Phrase> {
        let made = self.made;
        if options.all && !made.all && (self.is_typed)("--all") {
            return Err(without("--all", ""));
        }
        options.all = made.all;
        let at = match &made.at {
            Some(at) => Some(at.parse().map_err(|_| changed("at", at))?),
            None => None,
        };
        if options.at.is_some() && options.at != at {
            return Err(without(
                "--at",
                &options.at.map(|it| it.to_string()).unwrap_or_default(),
            ));
        }
        options.at = at;
        let dialect = match &made.dialect {
            Some(name) => Some(Dialect::named(name).ok_or_else(|| changed("dialect", name))?),
            None => None,
        };
        if options.dialect.is_some() && options.dialect != dialect && (self.is_typed)("--dialect") {
            return Err(without(
                "--dialect",
                options.dialect.map(Dialect::name).unwrap_or_default(),
            ));
        }
        options.dialect = dialect;
        options.listing = made.listing.listing().ok_or_else(|| changed("listing", ""))?;
        Ok(())
    }
}

/// The report was made with a file that is not given.
fn needs(option: &str, name: &str, sha256: &str) -> Result<(), Phrase> {
    let needs = phrase("verify-made-with")
        .with("option", option.to_owned())
        .with("name", WireText::from(name));
    Err(needs.with("sha256", WireText::from(sha256)))
}

/// The report was not made with what is given.
fn without(option: &str, value: &str) -> Phrase {
    let given = [option, value].join(" ");
    phrase("verify-made-without").with("given", WireText::from(given.trim()))
}

/// The record holds something that tlswalk cannot have written.
fn changed(option: &str, value: &str) -> Phrase {
    phrase("verify-made-with-what")
        .with("option", option.trim_start_matches('-').to_owned())
        .with("value", WireText::from(value))
}
