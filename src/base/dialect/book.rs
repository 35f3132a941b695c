//! The commands of a dialect, as in its file in `dialects/`.
//!
//! A line holds names in braces, which a rule fills in: `telnet {host} {port}`. A name without a value stays as a
//! placeholder in angle brackets; a part in square brackets is left out in that case: `[ /vrf {vrf}]`, or the whole
//! line.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The tasks that a rule can ask for. A book has those that its system has a command for.
pub(super) const TASKS: &[&str] = &[
    // Reaching the service.
    "ping",
    "reach",
    "show-address",
    "show-route",
    "show-settings",
    "lower-mss",
    "set-source",
    // Resolving its name.
    "clear-host-cache",
    "remove-static-host",
    "resolve-at",
    "set-resolver",
    "show-host",
    "show-resolver",
    "show-static-hosts",
    "use-lookup",
    // Where licensing goes.
    "remove-proxy",
    "report-by-call-home",
    "set-cslu-address",
    "set-proxy",
    "show-transport",
    "use-cslu",
    "use-cslu-transport",
    "use-cslu-url",
    "use-default-url",
    "use-name-in-call-home",
    "use-name-in-url",
    "use-on-prem-url",
    "use-on-prem-url-by-port",
    "use-plain-on-prem-url",
    "use-shown-url",
    "use-smart-transport",
    "use-url",
    // Settings of TLS.
    "choose-built-in-certificate",
    "choose-certificate",
    "cipher-suites",
    "fetch-roots",
    "import-root",
    "older-suites",
    "revocation-off",
    "set-clock",
    "show-certificates",
    "show-chain",
    "show-clock",
    "show-nameless-chain",
    "show-roots",
    "show-tls",
    "show-trustpoints",
    "start-tls",
    "tls-version",
    "tls-version-newest",
    // Records that the device keeps.
    "show-all",
    "show-history",
    "show-last-answer",
    "show-licensing",
    "show-log",
    "show-log-of-licensing",
    "show-reports",
    "show-status",
    // Making it talk.
    "import-acknowledgement",
    "register",
    "renew-trust",
    "report-now",
    "save-usage",
    "try-again",
    "try-nameless",
    "try-smaller-hello",
    // Capturing.
    "capture-any-by-web",
    "capture-any-interface",
    "capture-any-resolver",
    "capture-buffer",
    "capture-by-web",
    "capture-errors",
    "capture-everything",
    "capture-files",
    "capture-interface",
    "capture-list",
    "capture-list-v6",
    "capture-listed",
    "capture-named-interface",
    "capture-peer",
    "capture-peer-v6",
    "capture-port",
    "capture-resolver",
    "capture-start",
    "capture-stop",
    "export-capture",
    "find-any-interface",
    "find-interface",
    "find-interface-v6",
    // DTLS.
    "dtls-try-again",
    // Access points that join.
    "join-access-point",
    "join-certificates",
    "join-clock",
    "join-ignore-expiry",
    "join-ignore-expiry-of",
    "join-reload-certificate",
    "join-show",
    "join-trustpoint",
];

/// The commands of a dialect.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Book {
    /// The sources of its commands.
    #[serde(default)]
    sources: Vec<String>,
    /// The prefixes of its product identifiers.
    #[serde(default)]
    pub(super) products: Vec<String>,
    /// The commands that enter and leave configuration mode; `None`: the system has none.
    pub(super) modes: Option<Modes>,
    /// Features of some releases only, by name; texts refer to one as `{ -gate-<name> }`.
    #[serde(default)]
    pub(super) gates: BTreeMap<String, Gate>,
    #[serde(default)]
    tasks: BTreeMap<Name, Recipe>,
}

impl Book {
    pub(super) const fn new() -> Self {
        Self {
            sources: Vec::new(),
            products: Vec::new(),
            modes: None,
            gates: BTreeMap::new(),
            tasks: BTreeMap::new(),
        }
    }

    /// Reads a book. An error names the line and the column.
    pub(super) fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The same with what a more special book has in addition, or otherwise. Products are the special one's own.
    pub(super) fn with(mut self, special: Self) -> Self {
        self.sources.extend(special.sources);
        self.products = special.products;
        self.modes = special.modes.or(self.modes);
        self.gates.extend(special.gates);
        self.tasks.extend(special.tasks);
        self
    }

    /// The lines of a task; `None`: the book has none for it.
    pub(super) fn recipe(&self, task: &str) -> Option<&Recipe> {
        let name = TASKS.iter().find(|name| **name == task)?;
        self.tasks.get(&Name(name))
    }

    #[cfg(test)]
    pub(super) fn has_sources(&self) -> bool {
        let gates = self.gates.values();
        !self.sources.is_empty() && gates.into_iter().all(|gate| !gate.source.is_empty())
    }

    #[cfg(test)]
    pub(super) fn configures(&self) -> bool {
        self.tasks.values().any(|recipe| !recipe.configure.is_empty())
    }
}

/// The name of a task; one that no rule asks for is an error.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name(&'static str);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = TASKS.iter().find(|name| **name == text);
        known
            .map(|name| Self(name))
            .ok_or_else(|| D::Error::custom(format!("no rule asks for the task {text:?}")))
    }
}

/// The commands that enter and leave configuration mode.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Modes {
    pub(super) enter: Vec<String>,
    pub(super) leave: Vec<String>,
}

/// From which releases on something is there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gate {
    /// The first of each train.
    pub(super) releases: Vec<String>,
    /// The place of that.
    #[cfg_attr(not(test), expect(dead_code, reason = "a gate without its source is refused"))]
    source: String,
}

/// The lines of one task, each under the mode in which it is typed.
#[derive(Debug)]
pub(super) struct Recipe {
    /// Typed at the prompt.
    pub(super) exec: Vec<String>,
    /// Typed where the configuration is changed.
    pub(super) configure: Vec<String>,
    /// No document, and no public text from such a system, was found that has these words.
    pub(super) unread: bool,
    /// They take no IPv6 address.
    pub(super) ipv4: bool,
}

/// The same in the form of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    #[serde(default)]
    exec: Vec<String>,
    #[serde(default)]
    configure: Vec<String>,
    #[serde(default)]
    unread: bool,
    #[serde(default)]
    ipv4: bool,
}

impl<'de> Deserialize<'de> for Recipe {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Table)
    }
}

/// Takes a table alone: a list would fill the fields by their order, without a mode.
struct Table;

impl<'de> Visitor<'de> for Table {
    type Value = Recipe;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a table with exec or configure")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Recipe, A::Error> {
        let lines = Lines::deserialize(MapAccessDeserializer::new(map))?;
        Recipe::try_from(lines).map_err(A::Error::custom)
    }
}

impl TryFrom<Lines> for Recipe {
    type Error = &'static str;

    fn try_from(lines: Lines) -> Result<Self, Self::Error> {
        if lines.exec.is_empty() && lines.configure.is_empty() {
            return Err("a task without a command: its lines stand under exec or configure");
        }
        Ok(Self {
            exec: lines.exec,
            configure: lines.configure,
            unread: lines.unread,
            ipv4: lines.ipv4,
        })
    }
}

/// A line with its names filled in, each once: a value is never read for names of others.
pub(super) fn filled<'v>(line: &str, value: &dyn Fn(&str) -> Option<&'v str>) -> String {
    let mut filled = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['{', '[']) {
        let (before, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
        filled.push_str(before);
        if let Some(optional) = behind.strip_prefix('[') {
            let (inner, after) = optional.split_once(']').unwrap_or((optional, ""));
            if let Some(inner) = if_known(inner, value) {
                filled.push_str(&inner);
            }
            rest = after;
            continue;
        }
        let (name, after) = behind
            .get(1..)
            .unwrap_or_default()
            .split_once('}')
            .unwrap_or((behind, ""));
        match value(name) {
            Some(word) => filled.push_str(word),
            None => filled.extend(["<", name, ">"]),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The text in square brackets, if every name in it has a value.
fn if_known<'v>(inner: &str, value: &dyn Fn(&str) -> Option<&'v str>) -> Option<String> {
    let mut names = inner
        .split('{')
        .skip(1)
        .map(|rest| rest.split('}').next().unwrap_or_default());
    names.all(|name| value(name).is_some()).then(|| filled(inner, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_no_rule_asks_for_and_a_command_without_its_mode_are_refused_with_their_place() {
        let begin = "sources = [\"x\"]\n\n[tasks]\n";
        for (line, column, says, text) in [
            (
                4,
                1,
                "no rule asks for the task \"raech\"",
                "raech = { exec = [\"x\"] }\n",
            ),
            (4, 9, "", "reach = [[\"telnet {host} {port}\"]]\n"),
            (4, 9, "", "reach = \"telnet {host} {port}\"\n"),
            (4, 11, "unknown field `enable`", "reach = { enable = [\"x\"] }\n"),
            (4, 9, "a task without a command", "reach = {}\n"),
        ] {
            let error = Book::read(&format!("{begin}{text}")).unwrap_err().to_string();
            assert!(
                error.contains(&format!("line {line}, column {column}")),
                "{text}: {error}"
            );
            assert!(error.contains(says), "{text}: {error}");
        }
        assert!(Book::read(&format!("{begin}reach = {{ exec = [\"x\"] }}\n")).is_ok());
    }

    #[test]
    fn a_gate_without_its_source_is_refused() {
        assert!(Book::read("[gates]\nx = { releases = [\"1\"] }\n").is_err());
        assert!(Book::read("[gates]\nx = { releases = [\"1\"], source = \"y\" }\n").is_ok());
    }

    #[test]
    fn names_are_filled_in_and_what_is_optional_is_left_out() {
        let value = |name: &str| (name == "a").then_some("{b}");
        assert_eq!(filled("x {a} {b}[ y {a}][ z {b}]", &value), "x {b} <b> y {b}");
        assert_eq!(filled("<interface[ with {b}]>", &value), "<interface>");
        // Nothing that is written wrong is lost in a loop, or panics.
        for odd in ["{", "[", "a{", "x[{a", "]}", "é[{é"] {
            assert!(filled(odd, &value).len() <= odd.len() + 4, "{odd}");
        }
    }

    #[test]
    fn tasks_are_named_once() {
        let mut names = TASKS.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TASKS.len());
    }
}
