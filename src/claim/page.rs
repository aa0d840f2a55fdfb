//! The page of kinds (`claims/KINDS.md`), made from the same tables that the parser reads by.
//!
//! Why it can be wrong: a page written by hand drifts with the next key. A test compares this one with the committed
//! file; `UPDATE_KINDS=1 cargo test --lib page` writes it.
//!
//! Example: the kind `sampling-rate` with its keys, its usual names and the head of its source file.

use std::fmt::Write as _;

use super::keys::{COMMON, SHARED};
use super::{Key, KindSpec, Shape};

/// The whole page, in Markdown.
pub fn page(kinds: &[&KindSpec]) -> String {
    let mut out = String::from(
        "# Kinds of claims\n\n<!-- Made from the code: `UPDATE_KINDS=1 cargo test --lib page` writes it anew. -->\n\n\
         Every claim has these keys:\n\n",
    );
    table(&mut out, COMMON.iter());
    out.push_str("\nThese are shared: each kind says which of them it takes.\n\n");
    table(&mut out, SHARED.iter());
    out.push_str("\n| kind | decided by evidence of grade | shared keys (`!` required) |\n|---|---|---|\n");
    for kind in kinds {
        let shared: Vec<String> = kind.shared.iter().map(|key| format!("`{key}`")).collect();
        let _ = writeln!(
            out,
            "| [`{0}`](#{0}) | {1} | {2} |",
            kind.name,
            kind.deciding.name(),
            shared.join(" ")
        );
    }
    for kind in kinds {
        let _ = write!(out, "\n## {}\n\n{}\n", kind.name, head(kind.about));
        if !kind.keys.is_empty() {
            out.push_str("\nKeys of its own:\n\n");
            table(&mut out, kind.keys.iter());
        }
        if !kind.usual_names.is_empty() {
            let names: Vec<String> = kind.usual_names.iter().map(|name| format!("`{name}`")).collect();
            let _ = write!(out, "\nUsual names: {}.\n", names.join(", "));
        }
    }
    out.push_str(CHANGED);
    out
}

/// Where the rules were changed because true claims of real papers failed, or false ones passed, by their first wording.
const CHANGED: &str = "
## Rules that were changed on real claims

- Two claims of one file that contradict each other: the one that the evidence supports keeps its verdict, with a caveat
  that names the other; the other is refuted. Numbers that agree at the coarser one's printed precision (22 kHz and
  22.05 kHz) do not contradict each other.
- A value that stands in a configuration or in the code, and is seen only through a command of the documentation, is
  not refuted by configurations that nothing launches: needs-clarification instead of discrepancy.
- The first row of a table is no header either where a cell of it is longer than 64 bytes: a sentence names no column.
  Nor is it one where a cell is made like every other cell of its column: a file's name with the same ending
  (`LJ049-0022.wav`), or four digits at least among the same other characters (`LJ049-0022`). Where a first row is
  taken for a header and no column of numbers stands below it, a caveat says so.
- Conda's `=1.2.3` is read as the pin that it is meant as, and agrees with a claim of 1.2.3; a claim with more parts than
  the pin stays open (`=1.21` and 1.21.0).
- A table or data file in scope that cannot be read (cut off, a Git LFS pointer) leaves a claim open beside those that were
  read, and `take` is not made of the rest.
- A percentage with the digits of a bare fraction (`0.94 %` where 0.9387 was found), and a bare number that is the
  fraction's percentage (`93.9`), need clarification that says so.
- Host memory asked for in Slurm's binary units also agrees with the decimal reading (`--mem=48000` with 48 GB).
- Visible devices and GPUs asked for are processes only where a launcher or the code starts some: `nn.DataParallel` splits
  one batch over all cards, and a setting that the code divides by the world size is what a step sees.
- A batch size that only a documented command gives is not refuted by a program that nothing launches, nor supported
  by one: needs-clarification either way. A program that does not train has no optimisation step.
- `value = \"33.4 % of 12\"` is held against itself: no whole number out of 12 is 33.4 %, so it is a discrepancy whatever the
  evidence says. Where a whole number gives it, the percentage is compared as any other; it never supports by itself.
- A GPU's card and the number of them come from one job or one sentence. What else counts cards does not settle the number.
- A record speaks for a `gpu` or `vram` claim where the run was seen on a card of that kind: a process of it was there, or its
  memory was taken and nobody else was seen. A run on another card, or on none, leaves the claim not-run: what was run again
  elsewhere does not show where the paper's numbers were made. A time of a run that was seen on no card is the processor's.
- A script that the run of a claim starts has no launch without flags beside it, as with any other command.
- What a run printed that failed or was ended from outside settles nothing.
- A metric rests on files (`in`) or on a run (`run`), never on both: an error. On a run only where that was complete over the whole
  population.
- Decoding: a keyword of the call wins over the object it is given, that over what is set at the model, that over the
  `generation_config.json` beside it.
- A repeated header or a row behind `#` in a table is no row, and leaves a count open between the numbers with and without it.
- A truth value against a number that is equal to it (`amp = 1`, and `true` is claimed) refutes nothing: needs-clarification.
- `see.sha256` is the hash that `sed -n 3,6p FILE | sha256sum` prints.
- A run that was seen on the claimed number of cards, of the claimed kind, supports a `gpu` claim with `count`; one on another
  number is a run on other hardware: not-run, and no discrepancy.
- A record of a run watches what the run was given, whether Git ignores it or not. Data, models and containers that Git
  ignores and that are not in the checkout leave it standing, with a caveat that names them: a machine that only checks
  has none of them. Code that is gone makes it stale, and so does data that Git would have brought.
";

fn table<'k>(out: &mut String, keys: impl Iterator<Item = &'k Key>) {
    out.push_str("| key | value | meaning |\n|---|---|---|\n");
    for key in keys {
        let required = if key.required { ", required" } else { "" };
        let _ = writeln!(
            out,
            "| `{}` | {}{required} | {} |",
            key.name,
            shape(key.shape).replace('|', "\\|"),
            key.about.replace('|', "\\|")
        );
    }
}

/// What a shape takes, in a few words.
fn shape(shape: Shape) -> String {
    let words = match shape {
        Shape::OneOf(words) => {
            return words
                .iter()
                .map(|word| format!("`{word}`"))
                .collect::<Vec<_>>()
                .join(", ");
        }
        Shape::Text => "a text",
        Shape::Texts => "a text or a list of texts",
        Shape::Integer => "a whole number",
        Shape::Count => "a whole number of at least 1",
        Shape::Bool => "`true` or `false`",
        Shape::BoolOrText => "`true`, `false` or a text",
        Shape::Stated => "a number, quantity, range, bound or list",
        Shape::Regex => "a regular expression",
        Shape::Select => "`$…`, `/regex/` or SQL",
        Shape::Version => "a version or range",
        Shape::Arguments => "a table of arguments, or a list by position",
        Shape::See => "`{ at, sha256 }`",
        Shape::Date => "a date",
        Shape::Sha256 => "hexadecimal digits, at least 8",
        Shape::Path => "a path relative to the root",
        Shape::Globs => "a glob, or a list of globs",
        Shape::Scope => "a scope name or glob, or a list of them",
        Shape::Names => "an identifier, a list of them, or arithmetic over them",
        Shape::At => "`FILE:LINE`",
        Shape::Unit => "a unit",
        Shape::Tolerance => "a share or a quantity",
        Shape::Given => "a table",
        Shape::Quorum => "`\"all\"`, `\"any\"` or a least count",
        Shape::Accept => "`{ verdict, reason, until }`",
        Shape::Words => "a list of words",
        Shape::Variables => "a name or a list of names",
        Shape::Progress => "`tqdm`, `rich`, `json`, `trainer` or `/regex/`",
        Shape::Device => "`cpu`, `cuda`, `cuda:1`, `metal`",
        Shape::Duration => "a duration",
        Shape::Frequency => "a frequency",
        Shape::Share => "a share",
    };
    words.to_string()
}

/// The `//!` lines of a source file, its headings one level deeper.
fn head(source: &str) -> String {
    let lines: Vec<String> = source
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .map(|line| {
            let line = line.trim_start_matches("//!").strip_prefix(' ').unwrap_or("");
            if line.starts_with("## ") {
                format!("#{line}")
            } else {
                line.to_string()
            }
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_page_is_made_from_these_tables() {
        let page = super::page(&crate::judge::specs());
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/claims/KINDS.md");
        if std::env::var_os("UPDATE_KINDS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).unwrap() == page,
            "claims/KINDS.md is stale: UPDATE_KINDS=1 writes it"
        );
    }
}
