//! Member of a closed set ⇄ word: enums whose members each have one name, which reports write and read back.

/// Makes an enum of words: `name` is what every report writes of a member. Read back, a word must be one of them: another
/// was written by another version, and is no claim that could be checked.
macro_rules! words {
    ($(#[$about:meta])* pub enum $set:ident { $($(#[$what:meta])* $member:ident = $word:literal,)+ }) => {
        $(#[$about])*
        pub enum $set { $($(#[$what])* $member,)+ }

        impl $set {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$member,)+];

            /// Its name in reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$member => $word,)+ }
            }
        }

        impl std::fmt::Display for $set {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl PartialEq<&str> for $set {
            fn eq(&self, word: &&str) -> bool {
                self.name() == *word
            }
        }

        impl serde::Serialize for $set {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $set {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <String as serde::Deserialize>::deserialize(deserializer)?;
                let known = Self::ALL.iter().copied().find(|member| member.name() == word);
                known.ok_or_else(|| serde::de::Error::unknown_variant(&word, &[$($word,)+]))
            }
        }
    };
}
pub(crate) use words;

/// Words in one text.
pub(crate) fn join(words: &[impl std::fmt::Display], between: &str) -> String {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    words.join(between)
}

#[cfg(test)]
mod tests {
    words! {
        /// Two words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Two {
            /// One.
            OnPrem = "on-prem",
            /// The other.
            Cloud = "cloud",
        }
    }

    #[test]
    fn a_word_is_written_by_its_name_and_read_back_by_it() {
        for member in Two::ALL {
            let json = serde_json::to_string(member).unwrap();
            assert_eq!(json, format!("\"{member}\""));
            assert_eq!(serde_json::from_str::<Two>(&json).unwrap(), *member);
        }
        assert_eq!(Two::OnPrem, "on-prem");
        let error = serde_json::from_str::<Two>("\"OnPrem\"").unwrap_err();
        assert!(error.to_string().starts_with("unknown variant `OnPrem`"), "{error}");
    }
}
