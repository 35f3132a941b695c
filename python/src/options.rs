//! Keyword arguments → Options: named as the command line's options, parsed by the same code, refused in the same words.

use std::fs::{self, File};
use std::net::IpAddr;
use std::path::PathBuf;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use tlswalk::Anchors;
use tlswalk::base::dialect::Dialect;
use tlswalk::base::phrase::Language;
use tlswalk::capture::{ReadError, reason};
use tlswalk::profile::Profile;
use tlswalk::profile::listing::Listing;

/// The options of judging; made once for many captures.
#[pyclass(frozen, module = "tlswalk._native")]
pub(crate) struct Options(tlswalk::Options);

impl Options {
    pub(crate) const fn inner(&self) -> &tlswalk::Options {
        &self.0
    }
}

#[pymethods]
impl Options {
    #[new]
    #[pyo3(signature = (profile="cisco-smart-licensing".into(), wlc=None, cssm=None, on_prem=None, cslu=None, proxy=None, ca=None,
        log=None, all=false, at=None, lang="en".into(), dialect=None, keylog=None, **others))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords, one for each option")]
    fn new(
        py: Python<'_>,
        profile: PathBuf,
        wlc: Option<Bound<'_, PyAny>>,
        cssm: Option<Bound<'_, PyAny>>,
        on_prem: Option<Bound<'_, PyAny>>,
        cslu: Option<Bound<'_, PyAny>>,
        proxy: Option<Bound<'_, PyAny>>,
        ca: Option<Bound<'_, PyAny>>,
        log: Option<Bound<'_, PyAny>>,
        all: bool,
        at: Option<String>,
        lang: String,
        dialect: Option<String>,
        keylog: Option<PathBuf>,
        others: Option<Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        if let Some(unknown) = others.and_then(|it| it.keys().iter().next()) {
            return Err(PyValueError::new_err(no_option(&unknown.to_string())));
        }
        let [wlc, cssm, on_prem, cslu, proxy] = [
            ("wlc", wlc),
            ("cssm", cssm),
            ("on_prem", on_prem),
            ("cslu", cslu),
            ("proxy", proxy),
        ]
        .map(|(option, given)| several(option, given.as_ref(), |it| it.extract::<String>().ok()));
        let (wlc, cssm, on_prem, cslu, proxy) = (wlc?, cssm?, on_prem?, cslu?, proxy?);
        let ca = several("ca", ca.as_ref(), Pem::of)?;
        let log = several("log", log.as_ref(), |it| it.extract::<PathBuf>().ok())?;
        py.detach(|| {
            Ok(Self(tlswalk::Options {
                profile: read_profile(&profile)?,
                join: Profile::built_in("capwap-join"),
                anchors: read_anchors(&ca)?,
                all,
                others: false,
                at: at
                    .map(|at| at.parse().map_err(|why| format!("--at {at}: {why}")))
                    .transpose()?,
                language: match lang.as_str() {
                    "en" => Language::En,
                    "ja" => Language::Ja,
                    other => return Err(format!("--lang {other}: it can be en, ja")),
                },
                dialect: dialect
                    .map(|name| {
                        Dialect::named(&name).ok_or_else(|| format!("--dialect {name}: there is none of that name"))
                    })
                    .transpose()?,
                wlc: (wlc.iter())
                    .map(|it| it.parse::<IpAddr>().map_err(|why| format!("--wlc {it}: {why}")))
                    .collect::<Result<_, _>>()?,
                cssm: targets("cssm", &cssm)?,
                on_prem: targets("on-prem", &on_prem)?,
                cslu: targets("cslu", &cslu)?,
                proxy: targets("proxy", &proxy)?,
                logs: (log.iter())
                    .map(|path| {
                        let name = path.display().to_string();
                        let file = File::open(path).map_err(|error| format!("--log {name}: {}", reason(&error)))?;
                        let error = ReadError::default();
                        let log = tlswalk::device::read(&name, error.keep_of(file));
                        match error.take() {
                            Some(error) => Err(format!("--log {name}: cannot be read: {}", reason(&error))),
                            None => Ok::<_, String>(log),
                        }
                    })
                    .collect::<Result<_, _>>()?,
                key_log: keylog
                    .map(|path| {
                        let name = path.display().to_string();
                        let file = File::open(&path).map_err(|error| format!("--keylog {name}: {}", reason(&error)))?;
                        tlswalk::KeyLog::read(file).map_err(|error| format!("--keylog {name}: {error}"))
                    })
                    .transpose()?,
                listing: Listing::default(),
            }))
        })
        .map_err(PyValueError::new_err)
    }
}

/// The options there are.
const NAMES: [&str; 13] = [
    "profile", "wlc", "cssm", "on_prem", "cslu", "proxy", "ca", "log", "all", "at", "lang", "dialect", "keylog",
];

/// The error for an unknown option.
fn no_option(name: &str) -> String {
    format!("{name}: there is no such option; there are {}", NAMES.join(", "))
}

/// One where one is given, and several of a list: a text is one, not its letters.
fn several<T>(
    option: &str,
    given: Option<&Bound<'_, PyAny>>,
    one: impl Fn(&Bound<'_, PyAny>) -> Option<T>,
) -> PyResult<Vec<T>> {
    let Some(given) = given.filter(|it| !it.is_none()) else {
        return Ok(Vec::new());
    };
    if let Some(single) = one(given) {
        return Ok(vec![single]);
    }
    let refused = |it: &Bound<'_, PyAny>| {
        let kind = it
            .get_type()
            .name()
            .map_or_else(|_| "?".to_owned(), |it| it.to_string());
        PyValueError::new_err(format!("{option}: one, or a list of them, is expected, not {kind}"))
    };
    let items = given.try_iter().map_err(|_| refused(given))?;
    items
        .map(|item| {
            let item = item?;
            one(&item).ok_or_else(|| refused(&item))
        })
        .collect()
}

/// Trust anchors: a file's name, or the PEM text itself as `bytes`.
enum Pem {
    Text(Vec<u8>),
    File(PathBuf),
}

impl Pem {
    fn of(given: &Bound<'_, PyAny>) -> Option<Self> {
        match given.cast::<PyBytes>() {
            Ok(text) => Some(Self::Text(text.as_bytes().to_vec())),
            Err(_) => given.extract::<PathBuf>().ok().map(Self::File),
        }
    }
}

fn targets(option: &str, given: &[String]) -> Result<Vec<tlswalk::Target>, String> {
    let parse = |it: &String| it.parse().map_err(|why| format!("--{option} {it}: {why}"));
    given.iter().map(parse).collect()
}

/// A built-in profile's name, a file's, or TOML: only a text has more than one line.
fn read_profile(given: &std::path::Path) -> Result<Profile, String> {
    let name = given.display().to_string();
    if let Some(profile) = Profile::built_in(&name) {
        return Ok(profile);
    }
    if name.contains('\n') {
        return Profile::parse(&name).map_err(|error| format!("--profile: {error}"));
    }
    let text = fs::read_to_string(given).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!(
            "--profile {name}: neither a profile of that name ({}) nor a file",
            Profile::BUILT_IN.join(", ")
        ),
        _ => format!("--profile {name}: {}", reason(&error)),
    })?;
    Profile::parse(&text).map_err(|error| format!("--profile {name}: {error}"))
}

fn read_anchors(given: &[Pem]) -> Result<Anchors, String> {
    let mut anchors = Anchors::built_in();
    for pem in given {
        let (name, text) = match pem {
            Pem::Text(text) => ("PEM".to_owned(), text.clone()),
            Pem::File(path) => {
                let name = path.display().to_string();
                let text = fs::read(path).map_err(|error| format!("--ca {name}: {}", reason(&error)))?;
                (name, text)
            }
        };
        anchors
            .add_pem(&text, &name)
            .map_err(|error| format!("--ca {name}: {error}"))?;
    }
    Ok(anchors)
}
