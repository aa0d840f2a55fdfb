//! A text in Markdown in passages: sentences, items and rows, each with the headings over it.
//!
//! Why it can be wrong: lines of a list or a table that run into one sentence give a number the noun of its neighbour.
//! So an item, a row and a heading each begin a passage, and what stands between fences is no prose.
//!
//! Example: `- Batch size: 32` and `- Epochs: 3` are two passages.

use std::ops::Range;

use super::super::passages::{Passage, folded};
use super::{markup, sentence};
use crate::place::SourceText;

/// The passages of a text, in order.
pub(crate) fn passages(source: &SourceText) -> Vec<Passage> {
    let text = source.text();
    let mut found = Vec::new();
    let mut titles: Vec<(usize, String)> = Vec::new();
    let mut fenced = false;
    let mut block: Option<Range<usize>> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let body = line.trim_start();
        let fence = body.starts_with("```") || body.starts_with("~~~");
        let hashes = body.len() - body.trim_start_matches('#').len();
        let heading = (1..=6).contains(&hashes) && body[hashes..].starts_with(' ');
        let row = body.starts_with('|');
        let item = body.starts_with(['-', '*', '+']) && body[1..].starts_with(' ')
            || body.split_once(['.', ')']).is_some_and(|(number, rest)| {
                rest.starts_with(' ') && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            });
        if fence || fenced || heading || row || item || body.trim().is_empty() {
            found.extend(
                block
                    .take()
                    .into_iter()
                    .flat_map(|block| sentences(source, block, &titles)),
            );
        }
        if fence {
            fenced = !fenced;
        } else if fenced {
        } else if heading {
            titles.retain(|(rank, _)| *rank < hashes);
            titles.push((
                hashes,
                folded(markup::read_range(text, range).chars.iter().map(|read| read.c)),
            ));
        } else if row {
            found.extend(cells(source, range, &titles));
        } else if !body.trim().is_empty() {
            let start = block.map_or(range.start, |block: Range<usize>| block.start);
            block = Some(start..range.end);
        }
    }
    found.extend(block.into_iter().flat_map(|block| sentences(source, block, &titles)));
    found
}

fn sentences(source: &SourceText, block: Range<usize>, titles: &[(usize, String)]) -> Vec<Passage> {
    let read = markup::read_range(source.text(), block);
    let files = std::slice::from_ref(source);
    sentence::spans(&read)
        .into_iter()
        .filter_map(|span| {
            let text = folded(read.chars[span.clone()].iter().map(|read| read.c));
            Some(passage(text, false, read.place(span, files)?, titles))
        })
        .collect()
}

/// A row of a table, its cells parted by tabs; the rule below the header is none.
fn cells(source: &SourceText, range: Range<usize>, titles: &[(usize, String)]) -> Option<Passage> {
    let line = source.text()[range.clone()].trim();
    let cells: Vec<String> = line
        .trim_matches('|')
        .split('|')
        .map(|cell| folded(markup::read(cell).chars.iter().map(|read| read.c)))
        .collect();
    let rule = cells
        .iter()
        .all(|cell| cell.chars().all(|sign| matches!(sign, '-' | ':' | ' ')));
    let text = cells.join("\t");
    (!rule && cells.len() > 1).then(|| passage(text, true, source.place(range), titles))
}

fn passage(text: String, row: bool, place: crate::place::Place, titles: &[(usize, String)]) -> Passage {
    Passage {
        text,
        row,
        place,
        titles: titles.iter().map(|(_, title)| title.clone()).collect(),
        section: titles.last().map(|(_, title)| title.clone()),
    }
}
