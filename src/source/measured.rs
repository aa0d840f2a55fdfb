//! Files that are never held whole: hashed in pieces, decoded, or looked into where they say how many rows they have.
//!
//! Why it can be wrong: formats of others are read by other people's code, which may fail on a broken file in a way that
//! takes more with it than that file. Such a failure is a gap of the file, like any other.
//!
//! Example: `Ask::Rows` over a Parquet file of 4 GB reads its last kilobytes; `Ask::Audio` decodes a clip packet by packet.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::file::{LARGEST_READ, Opened, Repository};
use super::{FileFacts, audio, data};
use crate::evidence::{Ask, Gap, GapReason, is_audio};

/// Whether the ask is answered without holding the file whole; `lower` is its path in lower case.
pub(super) fn answers(ask: &Ask, lower: &str, bytes: u64) -> bool {
    match ask {
        Ask::Files { .. } | Ask::Audio { .. } | Ask::Present { .. } => true,
        Ask::Rows { .. } => data::is_binary_table(lower) || bytes > LARGEST_READ && data::is_streamed(lower),
        _ => false,
    }
}

/// What these asks get of a file, and its hash where something is said of it.
pub(super) fn read(repository: &Repository, path: &str, asks: &[&Ask]) -> (FileFacts, Option<String>) {
    let mut facts = present(repository, path, asks);
    // A pointer is short: what is longer need not be opened to be known as none.
    let only_named = asks.iter().all(|ask| matches!(ask, Ask::Present { .. }));
    if only_named && repository.entry(path).is_some_and(|entry| entry.bytes > POINTER) {
        return (facts, None);
    }
    let mut opened = match repository.opened(path) {
        Ok(opened) => opened,
        Err(gap) => {
            facts.gaps.push(gap);
            return (facts, None);
        }
    };
    let whole = asks.iter().any(|ask| matches!(ask, Ask::Files { .. }));
    let measured = (whole || !only_named && opened.bytes() <= LARGEST_READ).then(|| opened.measured());
    let digest = match measured.transpose() {
        Ok(measured) => {
            if let Some(measured) = measured.as_ref().filter(|_| whole) {
                facts.statements.push(data::measured_file(path, measured));
            }
            measured.map(|measured| measured.sha256)
        }
        Err(reason) => {
            facts.gaps.push(gap(path, GapReason::Unreadable, reason.to_string()));
            return (facts, None);
        }
    };
    let looked = catch_unwind(AssertUnwindSafe(|| look(path, opened, asks)));
    super::merged::append(&mut facts, looked.unwrap_or_else(|_| failed(path)));
    let digest = digest.filter(|_| !facts.statements.is_empty());
    (facts, digest)
}

/// That the file is there, where this is asked; it holds whatever becomes of its content.
pub(super) fn present(repository: &Repository, path: &str, asks: &[&Ask]) -> FileFacts {
    let is_asked = asks.iter().any(|ask| matches!(ask, Ask::Present { .. }));
    let entry = repository.entry(path).filter(|_| is_asked);
    FileFacts {
        statements: entry.iter().map(|entry| data::present(path, entry.bytes)).collect(),
        ..FileFacts::default()
    }
}

/// Bytes of a Git LFS pointer at most, by its specification.
const POINTER: u64 = 1024;

fn look(path: &str, mut opened: Opened, asks: &[&Ask]) -> FileFacts {
    let mut facts = FileFacts::default();
    let mut headers: Vec<Option<bool>> = asks
        .iter()
        .filter_map(|ask| match ask {
            Ask::Rows { header, .. } => Some(*header),
            _ => None,
        })
        .collect();
    headers.sort_unstable();
    headers.dedup();
    for header in headers {
        data::binary_rows(path, header, &mut opened, &mut facts);
        data::streamed_rows(path, header, &mut opened, &mut facts);
    }
    if is_audio(path) && asks.iter().any(|ask| matches!(ask, Ask::Audio { .. })) {
        let bytes = opened.bytes();
        audio::read(path, opened, bytes, &mut facts);
    }
    facts
}

fn failed(path: &str) -> FileFacts {
    gap(
        path,
        GapReason::Broken,
        "it cannot be read as what its name says".into(),
    )
    .into()
}

fn gap(path: &str, why: GapReason, detail: String) -> Gap {
    Gap {
        file: path.to_string(),
        why,
        detail,
    }
}
