//! Small papers with the places of their quotes counted by hand.

use super::*;

fn paper(files: &[(&str, &str)]) -> Paper {
    let main = SourceText::new(files[0].0, files[0].1);
    Paper::read(main, &mut |path| {
        files
            .iter()
            .find(|(name, _)| *name == path)
            .map(|(name, text)| SourceText::new(*name, *text))
    })
}

fn found(paper: &Paper, quote: &str) -> Option<(String, u32, u32)> {
    let place = paper.find(quote)?;
    Some((place.file, place.line?, place.end_line?))
}

const MAIN: &str = r"\documentclass{article}
\newcommand{\bs}{50}
\def\clips{21{,}340}
\newcommand{\both}[2]{#1 and #2}
\begin{document}
\title{A study} % with a batch size of 99
\section{Introduction}
Speech is short.
\input{sections/setup}
\appendix
\section{More}
\begin{verbatim}
python run.py --lr 1e-4 % kept
\end{verbatim}
\end{document}
after the end
";

const SETUP: &str = r"\section{Experimental Setup}
\subsection{Software}
PyTorch 2.x, Transformers~$\geq$4.40,
PEFT~$\geq$0.10 for \textbf{LoRA}\footnote{Rank 8.} and scipy.

% hidden words
\subsection{Hardware}\label{sec:hw}
Evaluating \clips{} samples typically requires 3--4 hours
with batch size~\bs\ for \emph{evaluation}~\cite{x}.
All audio is resampled to \SI{16}{\kilo\hertz} and padded
to a \qty{2000}{\milli\second} container; the rate is $5 \times 10^{-5}$ at 95\,\%.
It's ``greedy'' de\-coding (temperature $= 0$), evaluaci\'on r\'{a}pida.
\begin{tabular}{lcc}
Batch & 32 \\
\end{tabular}
";

#[test]
fn quotes_are_found_over_input_files() {
    let paper = paper(&[("paper/main.tex", MAIN), ("paper/sections/setup.tex", SETUP)]);
    let setup = |first, last| Some(("paper/sections/setup.tex".to_string(), first, last));
    type Row<'r> = (&'r str, Option<(String, u32, u32)>);
    let rows: &[Row<'_>] = &[
        ("PyTorch 2.x", setup(3, 3)),
        (r"Transformers~$\geq$4.40", setup(3, 3)),
        ("Transformers ≥4.40", setup(3, 3)),
        ("Transformers ≥ 4.40", setup(3, 3)),
        ("PEFT ≥0.10 for LoRA", setup(4, 4)),
        ("LoRA and scipy", setup(4, 4)),
        ("Rank 8", setup(4, 4)),
        ("evaluating", None),
        (
            "Evaluating 21,340 samples typically requires 3-4 hours with batch size 50",
            setup(8, 9),
        ),
        ("Evaluating 21,340 samples typically requires 3–4 hours", setup(8, 8)),
        ("with batch size 50 for evaluation", setup(9, 9)),
        (r"with batch size~\bs\ for \emph{evaluation}~\cite{x}.", setup(9, 9)),
        ("batch size 5", None),
        ("for evaluation.", setup(9, 9)),
        ("resampled to 16 kHz and padded to a 2000 ms container", setup(10, 11)),
        (r"resampled to 16~kHz", setup(10, 10)),
        (r"the rate is $5\times10^{-5}$", setup(11, 11)),
        ("the rate is 5×10⁻⁵ at 95 %", setup(11, 11)),
        (r"5 \times 10^{-5} at 95\%", setup(11, 11)),
        ("It’s “greedy” decoding (temperature = 0)", setup(12, 12)),
        ("evaluación rápida", setup(12, 12)),
        ("Batch 32", setup(14, 14)),
        ("hidden words", None),
        ("batch size of 99", None),
        (
            "python run.py --lr 1e-4 % kept",
            Some(("paper/main.tex".to_string(), 13, 13)),
        ),
        ("after the end", None),
        ("Speech is short.", Some(("paper/main.tex".to_string(), 8, 8))),
        ("", None),
        ("  ", None),
    ];
    for (quote, wanted) in rows {
        assert_eq!(found(&paper, quote), *wanted, "{quote}");
    }
}

#[test]
fn headings_are_numbered_as_latex_does() {
    let paper = paper(&[("paper/main.tex", MAIN), ("paper/sections/setup.tex", SETUP)]);
    let headings: Vec<(u8, &str, &str, Option<u32>)> = paper
        .headings()
        .iter()
        .map(|heading| {
            (
                heading.rank,
                heading.number.as_str(),
                heading.title.as_str(),
                heading.place.line,
            )
        })
        .collect();
    let wanted: &[(u8, &str, &str, Option<u32>)] = &[
        (1, "1", "Introduction", Some(7)),
        (1, "2", "Experimental Setup", Some(1)),
        (2, "2.1", "Software", Some(2)),
        (2, "2.2", "Hardware", Some(7)),
        (1, "A", "More", Some(11)),
    ];
    assert_eq!(headings, wanted);
}

#[test]
fn sentences_know_their_heading() {
    let paper = paper(&[("paper/main.tex", MAIN), ("paper/sections/setup.tex", SETUP)]);
    let sentences = paper.sentences();
    let sentence = sentences
        .iter()
        .find(|sentence| sentence.text.starts_with("Evaluating"))
        .unwrap();
    assert_eq!(
        sentence.text,
        "Evaluating 21,340 samples typically requires 3--4 hours with batch size 50 for evaluation ."
    );
    assert_eq!(
        sentence.heading.map(|index| paper.headings()[index].number.as_str()),
        Some("2.2")
    );
    assert_eq!(sentence.place.short(), "paper/sections/setup.tex:8-9");
}

#[test]
fn files_that_are_missing_are_said() {
    let paper = paper(&[(
        "main.tex",
        "One \\input{gone} two\n\\include{../up/there}\n\\input plain\nend",
    )]);
    let missing: Vec<(&str, Option<u32>)> = paper
        .missing()
        .iter()
        .map(|missing| (missing.path.as_str(), missing.place.line))
        .collect();
    assert_eq!(
        missing,
        [("gone", Some(1)), ("../up/there", Some(2)), ("plain", Some(3))]
    );
    assert_eq!(found(&paper, "One two"), Some(("main.tex".to_string(), 1, 1)));
}

#[test]
fn paths_are_joined_to_the_main_file() {
    let mut asked = Vec::new();
    let main = SourceText::new("paper/tex/main.tex", "\\input{../sections/a.tex}\\include{b}");
    Paper::read(main, &mut |path| {
        asked.push(path.to_string());
        None
    });
    assert_eq!(asked, ["paper/sections/a.tex", "paper/tex/b.tex", "paper/tex/b"]);
}

#[test]
fn bombs_and_circles_end() {
    let mut doubling = String::from("\\def\\a{xxxxxxxxxx}\n");
    for (from, to) in ('a'..='y').zip('b'..='z') {
        doubling.push_str(&format!("\\def\\{to}{{\\{from}\\{from}\\{from}\\{from}}}\n"));
    }
    doubling.push_str("\\z end of it");
    let bomb = paper(&[("main.tex", &doubling)]);
    assert!(found(&bomb, "end of it").is_some());

    let circle = paper(&[
        ("a.tex", "A \\input{b} \\input{b} done"),
        ("b.tex", "B \\input{a} \\input{b} back"),
    ]);
    assert_eq!(found(&circle, "done"), Some(("a.tex".to_string(), 1, 1)));

    let itself = paper(&[("main.tex", "\\newcommand{\\x}{a\\y}\\newcommand{\\y}{b\\x}\\x stop")]);
    assert!(found(&itself, "stop").is_some());

    for deep in [
        "{".repeat(20_000),
        "\\section{".repeat(20_000),
        "\\footnote{\\emph{".repeat(5_000),
        "^{".repeat(20_000),
    ] {
        let closed = format!("{deep}{}", "}".repeat(20_000));
        paper(&[("main.tex", &deep)]);
        paper(&[("main.tex", &closed)]);
    }
}

#[test]
fn quotes_in_markdown_stand_near_their_line() {
    let text = SourceText::new(
        "README.md",
        "# Title\n\nUse a **batch size** of `50`.\n\n- use [packing](x.md) with a\n  length of 2048 tokens\n\nUse a batch size of 50.\n",
    );
    type Lines = Option<(u32, u32)>;
    let rows: &[(&str, Lines, Lines)] = &[
        ("a batch size of 50", Some((3, 3)), Some((3, 3))),
        ("a batch size of 50", Some((8, 8)), Some((8, 8))),
        ("a batch size of `50`", None, Some((3, 3))),
        ("a batch size of 50", Some((7, 7)), Some((8, 8))),
        ("packing with a length of 2048 tokens", Some((5, 6)), Some((5, 6))),
        ("a batch size of 5", None, None),
    ];
    for (quote, lines, wanted) in rows {
        let place = find_in_text(&text, *lines, quote);
        assert_eq!(
            place.and_then(|place| Some((place.line?, place.end_line?))),
            *wanted,
            "{quote} at {lines:?}"
        );
    }
    let script = SourceText::new("run.sh", "#!/bin/sh\n#SBATCH -p sm\n# two\n# lines\n");
    assert_eq!(
        find_in_text(&script, None, "#SBATCH -p sm").and_then(|place| place.line),
        Some(2)
    );
    assert_eq!(
        find_in_text(&script, None, "two lines").and_then(|place| place.end_line),
        Some(4)
    );
}

proptest::proptest! {
    #[test]
    fn any_source_is_read(source in "[\\\\{}$%~^a-z0-9 \n\\[\\]_&`'-]{0,200}", quote in "\\PC{0,30}") {
        let paper = paper(&[("main.tex", &source)]);
        let _ = (paper.find(&quote), paper.find(&source), paper.sentences());
    }

    #[test]
    fn commands_in_any_order_are_read(parts in proptest::collection::vec(0..COMMANDS.len(), 0..25)) {
        let source: String = parts.iter().map(|part| COMMANDS[*part]).collect();
        let paper = paper(&[("main.tex", &source), ("x.tex", "text \\input{main}")]);
        let _ = (paper.find("text"), paper.sentences());
    }
}

const COMMANDS: &[&str] = &[
    "\\section{",
    "}",
    "\\newcommand{\\a}{",
    "\\a ",
    "\\def\\a#1{",
    "\\input{x}",
    "\\footnote{",
    "\\begin{tabular}{l",
    "\\end{tabular}",
    "\\begin{verbatim}",
    "\\end{verbatim}",
    "\\SI{",
    "{\\kilo\\hertz}",
    "\\verb|",
    "|",
    "[",
    "]",
    "\\'",
    "\\c{c}",
    "$",
    "%\n",
    "\n\n",
    "\\begin{document}",
    "\\end{document}",
    "\\frac{1}",
    "\\iffalse",
    "\\fi",
    "\\item[",
    "^{",
    "é",
    "\\",
    "\\num",
    "\\caption{",
];
