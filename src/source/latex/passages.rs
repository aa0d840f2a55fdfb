//! A paper's text in passages: its sentences and the rows of its tables, each with the headings over it.
//!
//! Why it can be wrong: a table is one long sentence to a reader of sentences, and a number of one row would be taken
//! for the value of another. So where cells are parted in the source, every line of the typeset table is a passage.
//!
//! Example: `Dropout & 0.05 \\` is a row with the cells `Dropout` and `0.05`.

use std::ops::Range;

use super::super::passages::Passage;
use super::super::prose::sentence;
use super::Paper;
use super::is_latex;

/// Headings that LaTeX numbers: down to the subsubsection.
const NUMBERED: u8 = 3;

impl Paper {
    /// Its sentences and rows in order, headings left out.
    pub fn passages(&self) -> Vec<Passage> {
        let mut found = Vec::new();
        for span in sentence::spans(&self.text) {
            let heading = self.headings.iter().rposition(|heading| heading.at <= span.start);
            if heading.is_some_and(|index| self.headings[index].at == span.start) {
                continue;
            }
            let table = span.clone().any(|at| self.parts_cells(at));
            if !table {
                found.extend(self.passage(span, heading, false));
                continue;
            }
            let mut start = span.start;
            for at in span.clone() {
                if self.text.chars[at].c == '\n' {
                    found.extend(self.passage(start..at, heading, true));
                    start = at + 1;
                }
            }
            found.extend(self.passage(start..span.end, heading, true));
        }
        found
    }

    /// Whether the paper is LaTeX: other texts have no headings here.
    pub fn is_latex(&self) -> bool {
        self.files.first().is_some_and(|file| is_latex(file.path()))
    }

    /// A `&` of the source, read as a blank.
    fn parts_cells(&self, at: usize) -> bool {
        let read = self.text.chars[at];
        let source = self.files.get(usize::from(read.file)).map(|file| file.text());
        read.c == ' ' && source.and_then(|text| text.get(read.start as usize..read.end as usize)) == Some("&")
    }

    fn passage(&self, span: Range<usize>, heading: Option<usize>, table: bool) -> Option<Passage> {
        let cells: Vec<String> = span
            .clone()
            .collect::<Vec<_>>()
            .split(|&at| table && self.parts_cells(at))
            .map(|cell| {
                dashes(&super::super::passages::folded(
                    cell.iter().map(|&at| self.text.chars[at].c),
                ))
            })
            .collect();
        let text = cells.join("\t");
        if text.trim().is_empty() {
            return None;
        }
        let numbered = heading.and_then(|index| {
            let headings = self.headings[..=index].iter().rev();
            headings.clone().find(|heading| heading.rank <= NUMBERED)
        });
        Some(Passage {
            row: cells.len() > 1,
            text,
            place: self.text.place(span, &self.files)?,
            titles: heading.map(|index| self.titles(index)).unwrap_or_default(),
            section: numbered.map(|heading| match heading.number.as_str() {
                "" => heading.title.clone(),
                number => format!("§{number} {}", heading.title),
            }),
        })
    }
}

/// `3--4` as it is typeset.
fn dashes(text: &str) -> String {
    text.replace("---", "—").replace("--", "–")
}
