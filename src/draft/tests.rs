//! Whatever the LaTeX, what is drafted from it reads back, and each of its quotes is found.

use proptest::prelude::*;

use super::text::{Head, file};
use super::{Draft, Found, candidates};
use crate::claim::ClaimFile;
use crate::judge;
use crate::place::SourceText;
use crate::source::latex::Paper;
use crate::source::passages::Text;

fn paper(text: &str) -> Text {
    Text::Paper(Box::new(Paper::read(SourceText::new("main.tex", text), &mut |_| None)))
}

fn head() -> Head {
    Head {
        from: "main.tex".to_string(),
        paper: Some("main.tex".to_string()),
        ..Head::default()
    }
}

fn reads(drafts: &[Draft]) -> Option<ClaimFile> {
    let found = Found {
        drafts: drafts.to_vec(),
        ..Found::default()
    };
    ClaimFile::read("draft.toml", &file(&head(), &found, &[]), &judge::specs()).ok()
}

/// What papers are made of, and what breaks them.
fn piece() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "batch size",
        "learning rate",
        "weight decay",
        "temperature",
        "dropout",
        "window size",
        "overlap threshold",
        "max_new_tokens",
        "random seed",
        "\\textbf{warm-up ratio}",
        "$\\beta_1$",
        "$\\eta$",
        "rank",
        "beam size",
        "gradient clipping",
    ]);
    let values = prop::sample::select(vec![
        "32",
        "$5\\times10^{-5}$",
        "0.1",
        "16~kHz",
        "3--4 hours",
        "21{,}340",
        "10\\%",
        "$-3.0$",
        "\\SI{2000}{\\milli\\second}",
        "4-3",
        "7B",
        "1e999",
        "$\\geq$ 4",
        "{8, 16}",
        "24\\,GB",
        "0,5",
        "2023",
        "\\num{1e-4}",
        "1{,}2,3",
        "$2^{10}$",
    ]);
    let nouns = prop::sample::select(vec![
        "epochs",
        "training samples",
        "GPUs",
        "layers",
        "-fold",
        " seeds",
        "NVIDIA A100 (40 GB) GPUs",
        "warm-up steps",
        "utterances",
        "",
    ]);
    let broken = prop::sample::select(vec![
        "{",
        "}",
        "$",
        "\\",
        "\\input{gone}",
        "%x\n",
        "\\begin{tabular}{ll}",
        "\\\\",
        " & ",
        "\\end{tabular}",
        "''",
        "\"",
        "'",
        "~",
        "\\cite{a}",
        "\n\n",
        "\\item ",
        "``x''",
        "\\verb|a'b\"c|",
        "\u{2009}",
        "é",
        "\t",
        "\\footnote{",
        "\\caption{",
        "\\texttt{a\\_b}",
        "^{",
        "ﬁ",
        "—",
        "\u{ad}",
        "\\section{Training}",
        "\\paragraph{Data.}",
        "PyTorch~2.1+cu118",
        "Python $\\geq$3.8",
        "AdamW $(\\beta_1, \\beta_2) = (0.9, 0.95)$",
    ]);
    prop_oneof![
        3 => (names, prop::sample::select(vec![" of ", " is ", " = ", " ", "~", " to "]), values.clone()).prop_map(|(name, is, value)| format!("{name}{is}{value}, ")),
        3 => (values, prop::sample::select(vec![" ", "~", "-", ""]), nouns).prop_map(|(value, gap, noun)| format!("for {value}{gap}{noun}. ")),
        3 => broken.prop_map(str::to_string),
        1 => "\\PC{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn drafts_read_back_and_their_quotes_are_found(pieces in prop::collection::vec(piece(), 0..24)) {
        let source = format!("\\documentclass{{a}}\\begin{{document}}\\section{{Setup}}{}\\end{{document}}", pieces.concat());
        let text = paper(&source);
        let found = candidates(&text);
        let kept: Vec<Draft> = found.drafts.into_iter().filter(|draft| reads(std::slice::from_ref(draft)).is_some()).collect();
        for draft in &kept {
            prop_assert!(text.find(&draft.quote, &draft.place).is_some(), "{:?} in {}", draft.quote, source);
        }
        if !kept.is_empty() {
            let file = reads(&kept);
            prop_assert!(file.is_some(), "{}", source);
            let same = file.is_some_and(|file| {
                file.claims
                    .iter()
                    .zip(&kept)
                    .all(|(claim, draft)| claim.draft && claim.quote.as_deref() == Some(draft.quote.as_str()) && claim.id == draft.id)
            });
            prop_assert!(same, "{}", source);
        }
    }
}

#[test]
fn most_of_what_is_drafted_reads_back() {
    let source = "\\documentclass{a}\\begin{document}\\section{Setup}We use a batch size of 32, dropout of 0.1 and a learning rate of \
        $5\\times10^{-5}$ for 10 epochs on 4 NVIDIA A100 GPUs with PyTorch~2.1. The \\texttt{it's \"odd\"} rate has a weight decay of 0.01.\\end{document}";
    let drafts = candidates(&paper(source)).drafts;
    assert_eq!(drafts.len(), 7, "{drafts:?}");
    assert!(drafts.iter().all(
        |draft| draft.names.is_empty() && draft.kind == "parameter" || reads(std::slice::from_ref(draft)).is_some()
    ));
}
