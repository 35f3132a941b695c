//! key file, written file → signature beside it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use tlswalk::handoff::signature::{PublicKey, Signer};

use crate::cli::originals::Originals;
use crate::cli::reason;
use crate::cli::target::Target;

/// The reason why standard output cannot be signed.
pub(crate) const NEEDS_FILE: &str = "--sign writes a signature beside the file that -o names; give -o FILE";

/// The longest key file read.
const LONGEST_KEY: u64 = 64 * 1024;

/// Signs the written file.
pub(crate) struct Signing {
    signer: Signer,
    beside: Target,
}

impl Signing {
    /// With the key of a file; refuses outputs that cannot be written, before a long analysis.
    pub(crate) fn new(
        key: &Path,
        output: Option<&Path>,
        overwrite: bool,
        originals: Originals,
    ) -> Result<Self, String> {
        let output = output
            .filter(|it| it.as_os_str() != crate::cli::args::STANDARD_OUTPUT)
            .ok_or(NEEDS_FILE)?;
        let name = key.display();
        let pem = read(key).map_err(|why| format!("--sign {name}: {why}"))?;
        let signer = Signer::from_pem(&pem).map_err(|error| format!("--sign {name}: {error}"))?;
        let originals = originals.with("--sign", key);
        originals.refuse("-o", output)?;
        Ok(Self {
            signer,
            beside: Target::new(&signature_of(output), overwrite, originals)?,
        })
    }

    /// Writes the signature of the written bytes.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Result<(), String> {
        let written = self.beside.write(&mut self.signer.sign(bytes).as_slice());
        written.map_err(|error| format!("{}: {}", self.beside.name(), reason(&error)))
    }
}

/// The place of a file's signature: beside the file.
pub(crate) fn signature_of(file: &Path) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// The public key of a file.
pub(crate) fn public_key(path: &Path) -> Result<PublicKey, String> {
    let name = path.display();
    let pem = read(path).map_err(|why| format!("--signed-by {name}: {why}"))?;
    PublicKey::from_pem(&pem).map_err(|error| format!("--signed-by {name}: {error}"))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|error| reason(&error))?;
    if metadata.len() > LONGEST_KEY {
        return Err("is too long to be a key".to_owned());
    }
    fs::read(path).map_err(|error| reason(&error))
}
