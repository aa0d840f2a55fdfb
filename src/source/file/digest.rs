//! SHA-256 of bytes and of files, as `sha256sum` prints it.
//!
//! Why it can be wrong: a hash over decoded or normalised text is not the one a person computes. Bytes only.
//!
//! Example: `digest(b"abc")` begins with `ba7816bf`.

use std::io::Read;

use sha2::{Digest, Sha256};

/// What can be said of a file without reading it as anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Lines; a last one without its newline counts.
    pub lines: u64,
    pub bytes: u64,
}

/// SHA-256 in lower-case hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Reads to the end, in pieces.
pub(super) fn measure(file: &mut impl Read) -> std::io::Result<Measured> {
    let mut buffer = vec![0; 1 << 18];
    let (mut hash, mut newlines, mut bytes, mut last) = (Sha256::new(), 0, 0, b'\n');
    loop {
        let read = file.read(&mut buffer)?;
        let Some(&end) = buffer[..read].last() else { break };
        hash.update(&buffer[..read]);
        newlines += memchr::memchr_iter(b'\n', &buffer[..read]).count() as u64;
        bytes += read as u64;
        last = end;
    }
    Ok(Measured {
        sha256: hexadecimal(&hash.finalize()),
        lines: newlines + u64::from(last != b'\n'),
        bytes,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
