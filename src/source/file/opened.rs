//! A file that is open and not read: looked into by seeking, or hashed in pieces, whatever its size.
//!
//! Why it can be wrong: what is not read whole is easily taken for something it is not. Its beginning is looked at as that
//! of any other file: a pointer of Git LFS is refused before anyone seeks in it.
//!
//! Example: of a Parquet file of 4 GB the last bytes are read, and its rows are known.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::digest::{Measured, measure};

/// An open file, at its beginning.
#[derive(Debug)]
pub struct Opened {
    file: BufReader<std::fs::File>,
    bytes: u64,
}

impl Opened {
    /// Opens a regular file: opening a pipe or a device can block or have effects.
    pub(super) fn at(path: &Path) -> Result<Opened, String> {
        let about = std::fs::metadata(path).map_err(|reason| reason.to_string())?;
        if !about.is_file() {
            return Err("not a regular file".into());
        }
        let file = std::fs::File::open(path).map_err(|reason| reason.to_string())?;
        Ok(Opened {
            file: BufReader::new(file),
            bytes: about.len(),
        })
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Its first bytes, as many as there are up to `most`; then it is at its beginning again.
    pub(super) fn head(&mut self, most: u64) -> std::io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.file.by_ref().take(most).read_to_end(&mut head)?;
        self.file.rewind()?;
        Ok(head)
    }

    /// Hash, lines and size, without holding it; then it is at its beginning again.
    pub fn measured(&mut self) -> std::io::Result<Measured> {
        self.file.rewind()?;
        let measured = measure(&mut self.file)?;
        self.file.rewind()?;
        Ok(measured)
    }
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}
