//! arguments → Given: the folders that may be read, and how captures are judged.

use std::path::PathBuf;

use tlswalk::base::phrase::Language;

/// The arguments of the command line.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Given {
    /// Folders whose captures may be read.
    pub folders: Vec<PathBuf>,
    /// Further trust anchors, as PEM files.
    pub roots: Vec<PathBuf>,
    /// The name of a built-in profile.
    pub profile: String,
    /// The language of the sentences.
    pub language: Language,
    /// The most characters that an answer may have, whatever a request asks for.
    pub budget: usize,
}

impl Given {
    /// Folders alone, and the usual for the rest.
    #[must_use]
    pub fn folders(folders: Vec<PathBuf>) -> Self {
        Self {
            folders,
            roots: Vec::new(),
            profile: "cisco-smart-licensing".to_owned(),
            language: Language::En,
            budget: 60_000,
        }
    }

    /// Reads the command line.
    ///
    /// # Errors
    /// A clause that says what is wrong with it.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut given = Self::folders(Vec::new());
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--ca" => given.roots.push(value()?.into()),
                "--profile" => given.profile = value()?,
                "--lang" => {
                    let tag = value()?;
                    let named = Language::ALL.into_iter().find(|it| it.tag() == tag);
                    given.language = named.ok_or_else(|| format!("--lang {tag}: it can be en or ja"))?;
                }
                "--budget" => {
                    let number = value()?;
                    let budget = number.parse().ok().filter(|it| *it >= 1_500);
                    given.budget =
                        budget.ok_or_else(|| format!("--budget {number}: it is a number of at least 1500"))?;
                }
                option if option.starts_with('-') => {
                    return Err(format!("{option}: no such option; see tlswalk-mcp --help"));
                }
                folder => given.folders.push(folder.into()),
            }
        }
        if given.folders.is_empty() {
            return Err("no folder given; try: tlswalk-mcp captures/ (or --help)".to_owned());
        }
        Ok(given)
    }
}
