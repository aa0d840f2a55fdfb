//! The report for a terminal: a table of the claims, what is behind those that are not supported, and one summary line.
//!
//! Width and colour come in as options: what is printed depends on nothing else. From [`WIDE`] columns on a claim is
//! one row of five cells; below, three cells with two lines each, so that paths are not broken.
//!
//! Why it can be wrong: a terminal is where most people look, and only there. So what contradicts, caveats, drafts and
//! accepted findings are printed below the table, not only counted; and nothing of the repository's text can act on
//! the terminal.
//!
//! Example: `✅ supported  batch: Batch size 50  launched  50  slurm/04_eval_base.job:58`.

mod runs;

use std::fmt::Write;

use comfy_table::{Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};
use minijinja::{Value, context};

use super::catalogue::{self, Dress, word};
use super::{Format, Judged, Language, Options, Report, Status, markup, no_companions, place_text, stance_name};
use crate::verdict::{Stance, Verdict};

pub(super) const FORMAT: Format = Format {
    name: "terminal",
    render,
    companions: no_companions,
    about: "a table and a summary line",
};

/// Columns from which on every claim is one row of five cells.
const WIDE: u16 = 100;
/// Signs of a found value that the table shows.
const FOUND: usize = 60;
/// Columns that a claim's title and a value keep beside a long path.
const TEXT: u16 = 14;
/// Places that are named for a stance below the table; JSON and markdown have all.
const PLACES: usize = 4;

fn render(report: &Report<'_>, options: &Options) -> String {
    let shown: Vec<&Judged<'_>> = report
        .claims
        .iter()
        .filter(|judged| !options.quiet || !is_supported(judged))
        .collect();
    let mut out = String::new();
    if !shown.is_empty() {
        out.push_str(&table(&shown, report.language, options));
        out.push_str("\n\n");
    }
    let mut details = String::new();
    for judged in &shown {
        details.push_str(&detail(judged, report.language, options));
    }
    if !details.is_empty() {
        out.push_str(&details);
        out.push('\n');
    }
    let runs = runs::lines(report, options);
    if !runs.is_empty() {
        out.push_str(&runs);
        out.push('\n');
    }
    out.push_str(&strong(&summary(report), options));
    out.push('\n');
    if !options.quiet {
        let unread = report.gaps().values().map(Vec::len).sum::<usize>();
        if unread > 0 {
            let reasons: Vec<String> = report
                .gaps()
                .iter()
                .map(|(why, gaps)| {
                    format!(
                        "{} ({})",
                        word(&format!("gap.{}", why.name()), report.language),
                        gaps.len()
                    )
                })
                .collect();
            let text = format!(
                "{}: {}",
                say("word.not-read", report.language, context! { count => unread }),
                reasons.join("; ")
            );
            out.push_str(&wrapped(&text, 0, options));
        }
    }
    let code = say("word.exit", report.language, context! { code => report.exit });
    out.push_str(&wrapped(
        &format!("{code}: {}", word(&report.exit_meaning(), report.language)),
        0,
        options,
    ));
    out
}

/// `12 supported: 1 measured, 1 launched, 3 configured, 7 declared; 1 needs-clarification; 1 minor-discrepancy`.
fn summary(report: &Report<'_>) -> String {
    let language = report.language;
    let tally = report.tally();
    let said = |name: &str, count: usize| say(name, language, context! { count });
    let mut parts = Vec::new();
    for (verdict, count) in tally.verdicts.iter().filter(|(_, count)| *count > 0) {
        let mut part = said(&format!("tally.{}", verdict.name()), *count);
        if *verdict == Verdict::Supported && !tally.grades.is_empty() {
            let grades: Vec<String> = tally
                .grades
                .iter()
                .map(|(grade, count)| said(&format!("tally-grade.{}", grade.name()), *count))
                .collect();
            let _ = write!(part, ": {}", grades.join(", "));
        }
        parts.push(part);
    }
    for (name, count) in [("tally.draft", tally.drafts), ("tally.accepted", tally.accepted)] {
        if count > 0 {
            parts.push(said(name, count));
        }
    }
    parts.join("; ")
}

fn table(shown: &[&Judged<'_>], language: Language, options: &Options) -> String {
    let wide = options.width >= WIDE;
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(options.width)
        .set_truncation_indicator("…");
    if options.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let headings: &[&str] = if wide {
        &["verdict", "claim", "grade", "found", "place"]
    } else {
        &["verdict", "claim", "found"]
    };
    table.set_header(headings.iter().map(|name| {
        Cell::new(word(&format!("word.{name}"), language))
            .add_attribute(Attribute::Bold)
            .set_alignment(CellAlignment::Left)
    }));
    for judged in shown {
        let verdict = format!("{} {}", judged.symbol(), mark(judged, language));
        let grade = judged
            .ruling
            .grade
            .map_or_else(|| "–".to_string(), |g| word(&format!("grade.{}", g.name()), language));
        let found = judged
            .ruling
            .found
            .as_deref()
            .map_or_else(|| "–".to_string(), |found| cut(&markup::line(found)));
        let place = judged.deciding().map_or_else(String::new, |citation| {
            markup::line(&place_text(&citation.place, language))
        });
        let (id, title) = (markup::line(&judged.claim.id), markup::line(judged.title()));
        let claim = if id == title {
            id
        } else if wide {
            format!("{id}: {title}")
        } else {
            format!("{id}\n{title}")
        };
        let color = color(judged);
        if wide {
            table.add_row([
                Cell::new(verdict).fg(color),
                Cell::new(claim),
                Cell::new(grade),
                Cell::new(found),
                Cell::new(place),
            ]);
        } else {
            table.add_row([
                Cell::new(format!("{verdict}\n   {grade}")).fg(color),
                Cell::new(claim),
                Cell::new(format!("{found}\n{place}")),
            ]);
        }
    }
    // The last column has the places: a path that is broken in two can neither be clicked nor copied.
    let longest = table.column_max_content_widths();
    let last = longest.len() - 1;
    // Verdict and grade are words, claim and value are texts that may wrap.
    let kept = |(index, width): (usize, &u16)| 2 + if index % 2 == 0 { *width } else { (*width).min(TEXT) };
    let others = longest[..last]
        .iter()
        .enumerate()
        .map(kept)
        .fold(0, u16::saturating_add);
    let places = longest[last].min(options.width.saturating_sub(others));
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { 2 }));
        if index == last {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(places)));
        } else if index % 2 == 0 {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table
        .lines()
        .map(|line| line.trim_end().to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

fn cut(text: &str) -> String {
    if text.chars().count() <= FOUND {
        return text.to_string();
    }
    text.chars().take(FOUND).chain("…".chars()).collect()
}

/// What stands below the table for one claim; empty where the row says all.
fn detail(judged: &Judged<'_>, language: Language, options: &Options) -> String {
    let ruling = &judged.ruling;
    let mut lines: Vec<String> = Vec::new();
    if !is_supported(judged) {
        lines.push(catalogue::sentence(&ruling.because, language));
    }
    match &judged.status {
        Status::Counted => {}
        Status::Draft => lines.push(word("word.draft-verdict", language)),
        Status::Accepted(accept) => lines.push(say(
            "word.accepted-until",
            language,
            context! { until => accept.until.to_string(), reason => accept.reason.as_str() },
        )),
    }
    let stances: &[Stance] = if is_supported(judged) {
        &[Stance::Contradicts]
    } else {
        &[Stance::Supports, Stance::Contradicts]
    };
    for stance in stances {
        let places: Vec<String> = ruling
            .citations
            .iter()
            .filter(|citation| citation.stance == *stance)
            .map(|citation| {
                format!(
                    "{} ({})",
                    markup::line(&place_text(&citation.place, language)),
                    markup::line(&citation.value)
                )
            })
            .collect();
        if places.is_empty() {
            continue;
        }
        let verb = word(&format!("stance-verb.{}", stance_name(*stance)), language);
        let mut text = format!("{verb}: {}", places[..places.len().min(PLACES)].join(", "));
        if places.len() > PLACES {
            let _ = write!(
                text,
                ", {}",
                say("word.and-more", language, context! { count => places.len() - PLACES })
            );
        }
        lines.push(text);
    }
    lines.extend(
        ruling
            .caveats
            .iter()
            .map(|caveat| format!("! {}", catalogue::sentence(caveat, language))),
    );
    if lines.is_empty() {
        return String::new();
    }
    let head = format!("{} {}", judged.symbol(), markup::line(&judged.claim.id));
    let mut out = format!("{}\n", strong(&head, options));
    for line in lines {
        out.push_str(&wrapped(&line, 3, options));
    }
    out
}

fn mark(judged: &Judged<'_>, language: Language) -> String {
    let verdict = word(&format!("mark.{}", judged.verdict_name()), language);
    match judged.status {
        Status::Accepted(_) => format!("{verdict}\n   ({})", word("mark.accepted", language)),
        Status::Counted | Status::Draft => verdict,
    }
}

fn is_supported(judged: &Judged<'_>) -> bool {
    judged.verdict() == Some(Verdict::Supported)
}

fn color(judged: &Judged<'_>) -> Color {
    match judged.verdict() {
        _ if matches!(judged.status, Status::Accepted(_)) => Color::DarkGrey,
        Some(Verdict::Supported) => Color::Green,
        Some(Verdict::NeedsClarification | Verdict::MinorDiscrepancy) => Color::Yellow,
        Some(Verdict::Discrepancy) => Color::Red,
        Some(Verdict::NoEvidence | Verdict::NotRun) | None => Color::Cyan,
    }
}

/// The text within the width, every line indented. The table's own wrapping counts the columns of wide characters.
pub(super) fn wrapped(text: &str, indent: u16, options: &Options) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(options.width)
        .force_no_tty()
        .add_row([Cell::new(text)]);
    for column in table.column_iter_mut() {
        column.set_padding((indent, 0));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

pub(super) fn strong(text: &str, options: &Options) -> String {
    if options.color {
        format!("\u{1b}[1m{text}\u{1b}[0m")
    } else {
        text.to_string()
    }
}

fn say(name: &str, language: Language, values: Value) -> String {
    catalogue::words(name, language, Dress::Plain, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::world;

    fn rendered(language: Language, options: &Options) -> String {
        world::with_report(language, |report| render(report, options))
    }

    #[test]
    fn looks() {
        for (name, language, width, quiet) in [
            ("terminal_120_en", Language::English, 120, false),
            ("terminal_80_en", Language::English, 80, false),
            ("terminal_80_es", Language::Spanish, 80, false),
            ("terminal_120_quiet_en", Language::English, 120, true),
        ] {
            let options = Options {
                width,
                quiet,
                ..Options::default()
            };
            insta::assert_snapshot!(name, rendered(language, &options));
        }
    }

    #[test]
    fn the_summary_line_counts_verdicts_and_grades() {
        for (language, line) in [
            (
                Language::English,
                "1 supported: 1 launched; 1 needs-clarification; 1 minor-discrepancy; 2 discrepancies; 1 draft; 1 accepted",
            ),
            (
                Language::Spanish,
                "1 correcta: 1 lanzada; 1 con aclaración necesaria; 1 con discrepancia menor; 2 con discrepancia; 1 borrador; \
                 1 aceptada",
            ),
        ] {
            let text = rendered(
                language,
                &Options {
                    width: 200,
                    ..Options::default()
                },
            );
            assert!(text.lines().any(|shown| shown == line), "{text}");
        }
    }

    #[test]
    fn colour_only_when_asked_and_control_characters_never() {
        for width in [80, 120] {
            let plain = rendered(
                Language::English,
                &Options {
                    width,
                    ..Options::default()
                },
            );
            assert!(!plain.contains('\u{1b}'), "{plain}");
            let colored = rendered(
                Language::English,
                &Options {
                    width,
                    color: true,
                    ..Options::default()
                },
            );
            assert!(colored.contains("\u{1b}[1m"), "{colored}");
            assert!(
                !colored.contains("\u{1b}[2J"),
                "an escape sequence of the repository reached the terminal"
            );
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_paths_stay_whole() {
        for width in [80_u16, 120] {
            let text = rendered(
                Language::English,
                &Options {
                    width,
                    ..Options::default()
                },
            );
            for line in text.lines() {
                // The summary line is one line whatever the width: people read it with `tail -n`.
                let columns = line.chars().filter(|&sign| sign != '\u{FE0F}').count();
                assert!(
                    columns <= usize::from(width) || line.starts_with("1 supported"),
                    "{columns}: {line}"
                );
            }
            assert!(text.contains("src/qsm/models/qwen_audio.py:140\n"), "{text}");
        }
    }

    #[test]
    fn quiet_leaves_out_what_is_supported() {
        let text = rendered(
            Language::English,
            &Options {
                width: 120,
                quiet: true,
                ..Options::default()
            },
        );
        assert!(
            !text.contains("Batch size 50") && text.contains("bitsandbytes") && text.contains("1 supported"),
            "{text}"
        );
    }
}
