//! `verify init`: what is drafted from a paper or a README, and that a draft is never green.
//!
//! Why it can be wrong: a draft that names the wrong thing costs more than none, and one whose quote the check does not
//! find again is lost. Expected claims were written by hand from the paper's text, before the program was run.
//!
//! Example: "with a batch size of 32" is drafted as `batch-size` 32; "a batch size of 256" of an introduction is not.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::program::{World, package};

const MAIN: &str = r"\documentclass{article}
\usepackage[version=4]{mhchem}
\newcommand{\nclips}{21{,}340}
\begin{document}
\begin{abstract}We reach 91.5\% with a batch size of 512.\end{abstract}
\section{Introduction}
In 2023, Smith et al.~\cite{smith} reported 95.2\% accuracy with a batch size of 256 on 8 V100 GPUs.
\section{Experimental Setup}
\input{sections/setup}
\section{Results}
Our model reaches 93.7\% accuracy and an F1 of 0.912 after 20 epochs.
\begin{tabular}{lcc}
Model & Accuracy & F1 \\
Ours & 93.7 & 0.912 \\
\end{tabular}
\end{document}
";
const SETUP: &str = r"We fine-tune for 10 epochs with a batch size of 32, a learning rate of $5\times10^{-5}$ and
weight decay~0.01 (Eq.~3, pages 12--14, \S4.2). Training was run on 4~NVIDIA A100 (40\,GB) GPUs and took 12~hours.
\subsection{Software}
We use PyTorch~2.1 with Python 3.10, and scipy for filtering.
% batch size of 7
\subsection{Data}
All audio is sampled at 16~kHz. The corpus holds \nclips{} utterances (arXiv:2301.01234).
\subsection{Details}
The overlap threshold is 0.2 and the frobnication index is 7. The random seed is 42.
Text is generated with greedy decoding (temperature 0).
\begin{table}
\begin{tabular}{ll}
Hyperparameter & Value \\
Warmup steps & 500 \\
Dropout & 0.1 \\
\end{tabular}
\end{table}
";
const TRAIN: &str = "import argparse
import torch
from scipy import signal

parser = argparse.ArgumentParser()
parser.add_argument('--lr', type=float, default=5e-5)
parser.add_argument('--batch-size', type=int, default=32)
parser.add_argument('--num-epochs', type=int, default=10)
parser.add_argument('--weight-decay', type=float, default=0.01)
parser.add_argument('--seed', type=int, default=42)
parser.add_argument('--overlap-thr', type=float, default=0.2)
args = parser.parse_args()
torch.manual_seed(args.seed)
run(args.lr, args.batch_size, args.num_epochs, args.weight_decay, args.overlap_thr)
";

fn world() -> World {
    World::new(&[
        (
            "pyproject.toml",
            "[project]\nname = \"x\"\nversion = \"1\"\nrequires-python = \">=3.10\"\n",
        ),
        ("paper/main.tex", MAIN),
        ("paper/sections/setup.tex", SETUP),
        ("train.py", TRAIN),
        ("requirements.txt", "torch==2.1.0\nscipy\n"),
    ])
}

/// The drafted claims by id, each without what every draft has.
fn claims(text: &str) -> BTreeMap<String, Table> {
    let file: Table = toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let claims = file["claim"].as_array().expect("claims");
    claims
        .iter()
        .map(|claim| {
            let mut claim = claim.as_table().expect("a table").clone();
            assert_eq!(claim.remove("draft"), Some(Value::Boolean(true)), "{claim:?}");
            claim.remove("section");
            assert!(claim.remove("quote").is_some(), "{claim:?}");
            let id = claim.remove("id").expect("an id");
            (id.as_str().expect("a text").to_string(), claim)
        })
        .collect()
}

fn expected(text: &str) -> BTreeMap<String, Table> {
    let file: Table = toml::from_str(text).expect("TOML");
    file.into_iter()
        .map(|(id, claim)| (id, claim.as_table().expect("a table").clone()))
        .collect()
}

#[test]
fn a_papers_setup_is_drafted_and_nothing_else_of_it() {
    let world = world();
    world
        .verify_plain(&["init", "paper/main.tex", "--output", "claims/draft.toml"])
        .exits(0);
    let text = world.read("claims/draft.toml");
    let wanted = expected(
        r#"
        epochs = { kind = "parameter", name = "num_epochs", value = 10 }
        batch-size = { kind = "batch-size", value = 32 }
        learning-rate = { kind = "parameter", name = "lr", value = "5×10^-5" }
        weight-decay = { kind = "parameter", name = "weight_decay", value = 0.01 }
        gpu = { kind = "gpu", model = "A100", count = 4 }
        vram = { kind = "vram", model = "A100", value = "40 GB" }
        runtime = { kind = "runtime", value = "12 hours" }
        pytorch = { kind = "dependency", package = "torch", version = "2.1" }
        python = { kind = "dependency", package = "python", version = "3.10" }
        scipy = { kind = "dependency", package = "scipy" }
        sampling-rate = { kind = "sampling-rate", value = "16 kHz" }
        utterances = { kind = "samples", name = "utterances", value = "21,340" }
        overlap-threshold = { kind = "parameter", name = "overlap_thr", value = 0.2 }
        seed = { kind = "parameter", name = "seed", value = 42 }
        decoding = { kind = "decoding", mode = "greedy", temperature = 0 }
        warmup-steps = { kind = "parameter", name = ["warmup_steps", "num_warmup_steps"], value = 500 }
        dropout = { kind = "parameter", name = ["dropout", "dropout_rate"], value = 0.1 }
        "#,
    );
    let drafted = claims(&text);
    assert_eq!(
        drafted.keys().collect::<Vec<_>>(),
        wanted.keys().collect::<Vec<_>>(),
        "{text}"
    );
    for (id, claim) in &wanted {
        assert_eq!(&drafted[id], claim, "{id}");
    }
    // Two in the sentence of `Results` and two in its table, not the 20 epochs; and the index that nothing bears.
    assert!(text.contains("# 4 result numbers were left out."), "{text}");
    assert!(text.contains("# 1 number was not drafted"), "{text}");
    assert!(text.contains("section = \"§2.1 Software\""), "{text}");
    let above = |id: &str| {
        text.split("\n\n")
            .find(|part| part.contains(&format!("id = \"{id}\"")))
            .expect("the claim")
    };
    assert!(
        above("learning-rate")
            .contains("# train.py:6: parser.add_argument('--lr', type=float, default=5e-5) (configured)"),
        "{text}"
    );
    assert!(
        above("warmup-steps").contains("# nothing found that speaks of it"),
        "{text}"
    );
}

#[test]
fn a_draft_is_never_green_and_all_its_quotes_are_found() {
    let world = world();
    world
        .verify_plain(&["init", "paper/main.tex", "--output", "claims/draft.toml"])
        .exits(0);
    let report = world.verify(&["claims/draft.toml", "--format", "json"]).exits(4).json();
    let claims = report["claims"].as_array().expect("claims");
    assert_eq!(claims.len(), 17);
    for claim in claims {
        assert!(claim["verdict"].is_null() && claim["draft"] == true, "{claim}");
        assert!(claim["paper"].is_object(), "the quote is found: {claim}");
        let caveats = claim["caveats"].to_string() + &claim["because"].to_string();
        assert!(!caveats.contains("quote"), "{caveats}");
    }
    assert_eq!(report["summary"]["supported"], 0);
    // Read by a person, the claim counts.
    let text = world.read("claims/draft.toml");
    world.write("claims/read.toml", text.replace("draft = true\n", ""));
    let read = world.verify(&["claims/read.toml", "--format", "json"]).json();
    assert!(
        read["summary"]["supported"].as_u64().is_some_and(|count| count >= 5),
        "{}",
        read["summary"]
    );
}

#[test]
fn the_fourteen_claims_of_the_fixture_are_drafted() {
    let folder = tempfile::tempdir().expect("a folder");
    crate::program::copy(&package().join("fixtures/opro2"), folder.path(), false);
    let run = crate::program::verify(folder.path(), &["init", "paper/main.tex"]).exits(0);
    let drafted = claims(&run.stdout);
    let wanted = expected(
        r#"
        pytorch = { kind = "dependency", package = "torch", version = "2.x" }
        transformers = { kind = "dependency", package = "transformers", version = "≥4.40" }
        peft = { kind = "dependency", package = "peft", version = "≥0.10" }
        bitsandbytes = { kind = "dependency", package = "bitsandbytes" }
        scipy = { kind = "dependency", package = "scipy" }
        gpu = { kind = "gpu", model = "RTX 3090" }
        vram = { kind = "vram", model = "RTX 3090", value = "24 GB" }
        scheduler = { kind = "scheduler", system = "slurm" }
        runtime = { kind = "runtime", value = "3–4 hours", samples = "21,340", batch-size = 50 }
        sampling-rate = { kind = "sampling-rate", value = "16 kHz" }
        duration = { kind = "duration", name = ["CONTAINER_DURATION_MS", "pad_target_ms"], value = "2000 ms" }
        decoding = { kind = "decoding", mode = "greedy", temperature = 0 }
        batch-size = { kind = "batch-size", value = 50 }
        samples = { kind = "samples", value = "21,340", in = "data/test_manifest.csv" }
        "#,
    );
    for (id, claim) in &wanted {
        let mut found = drafted[id].clone();
        if !claim.contains_key("in") {
            found.remove("in");
        }
        assert_eq!(&found, claim, "{id}");
    }
    // One more: the clips of the method.
    assert_eq!(drafted.len(), wanted.len() + 1, "{:?}", drafted.keys());
}

#[test]
fn without_a_paper_the_readme_is_drafted_with_its_lines() {
    let readme = "# Tool\n\nWe reach 93.7 % accuracy.\n\n## Training\n\n- Batch size: 16\n- The learning rate is 3e-4.\n\n```\npython train.py --lr 1\n```\n\n\
        | Setting | Value |\n|---|---|\n| Weight decay | 0.1 |\n\n## Citation\n\nSeed 7.\n";
    let world = World::new(&[("README.md", readme), ("train.py", TRAIN)]);
    let text = world.verify_plain(&["init"]).exits(0).stdout;
    let drafted = claims(&text);
    let wanted = expected(
        r#"
        batch-size = { kind = "batch-size", at = "README.md:7", value = 16 }
        learning-rate = { kind = "parameter", at = "README.md:8", name = "lr", value = "3e-4" }
        weight-decay = { kind = "parameter", at = "README.md:16", name = "weight_decay", value = 0.1 }
        "#,
    );
    assert_eq!(drafted, wanted, "{text}");
    // A lone folder is no project: the claim file may not name its root, and the comment says what to type.
    world.write("draft.toml", text);
    world.verify(&["draft.toml"]).exits(4);
}

#[test]
fn what_cannot_be_drafted_is_said_with_its_remedy() {
    let world = world();
    let says = |args: &[&str], parts: &[&str]| {
        let run = world.verify_plain(args).exits(2);
        for part in parts {
            assert!(run.stderr.contains(part), "{args:?}: {}", run.stderr);
        }
        assert_eq!(run.stdout, "");
    };
    says(
        &["init", "paper/nowhere.tex"],
        &["no paper `paper/nowhere.tex`", "help:"],
    );
    world.write("claims/mine.toml", "# mine\n");
    says(
        &["init", "paper/main.tex", "--output", "claims/mine.toml"],
        &["`claims/mine.toml` is there already", "--force"],
    );
    assert_eq!(world.read("claims/mine.toml"), "# mine\n");
    world
        .verify_plain(&["init", "paper/main.tex", "--output", "claims/mine.toml", "--force"])
        .exits(0);
    assert!(world.read("claims/mine.toml").contains("draft = true"));
    says(&["init", "--force"], &["--output"]);
    world.write("thesis/main.tex", MAIN);
    says(&["init"], &["2 papers", "paper/main.tex", "thesis/main.tex"]);
    world.write(
        "empty.tex",
        "\\documentclass{article}\\begin{document}Nothing.\\end{document}",
    );
    says(&["init", "empty.tex"], &["nothing to draft"]);
    world.write("broken.tex", [0xff_u8, 0xfe, 0x00]);
    says(&["init", "broken.tex"], &["not UTF-8"]);
    let bare = World::new(&[("x.py", "x = 1\n")]);
    let run = bare.verify_plain(&["init"]).exits(2);
    assert!(run.stderr.contains("no paper and no README"), "{}", run.stderr);
}

#[test]
fn an_input_that_is_missing_is_noted() {
    let main = "\\documentclass{article}\\begin{document}\\section{Setup}We use a batch size of 8.\n\\input{gone}\n\\end{document}";
    let world = World::new(&[("main.tex", main), ("a.py", "batch_size = 8\n")]);
    let text = world.verify_plain(&["init"]).exits(0).stdout;
    assert!(text.contains("# Not read: `gone`, which main.tex:2 names."), "{text}");
    assert_eq!(claims(&text).len(), 1);
}

#[test]
fn the_same_paper_gives_the_same_bytes() {
    let (one, other) = (world(), world());
    let args = ["init", "paper/main.tex"];
    let threads = ["init", "paper/main.tex", "--threads", "1"];
    assert_eq!(one.verify_plain(&args).stdout, other.verify_plain(&threads).stdout);
}

#[test]
fn a_spanish_paper_is_read_as_one() {
    let main = "\\documentclass{article}\\begin{document}\\section{Configuración experimental}\nEl modelo se entrena durante 10 épocas con un tamaño de lote de 32 y \
        una tasa de aprendizaje de 0,001 para los datos de la tarea.\n\\end{document}";
    let world = World::new(&[
        ("main.tex", main),
        ("pyproject.toml", "[project]\nname = \"x\"\n"),
        ("train.py", TRAIN),
    ]);
    let text = world.verify_plain(&["init"]).exits(0).stdout;
    assert!(text.contains("language = \"es\""), "{text}");
    let wanted = expected(
        r#"
        epochs = { kind = "parameter", name = "num_epochs", value = 10 }
        batch-size = { kind = "batch-size", value = 32 }
        learning-rate = { kind = "parameter", name = "lr", value = "0,001" }
        "#,
    );
    assert_eq!(claims(&text), wanted, "{text}");
}
