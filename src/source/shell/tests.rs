//! Small scripts with what they say beside them.

use super::*;
use crate::quantity::Value;

fn facts(script: &str) -> FileFacts {
    let source = SourceText::new("scripts/run.sh", script);
    read_range(&source, 0..script.len(), Grade::Launched)
}

fn shown(expr: &Expr) -> String {
    match expr {
        Expr::Value(Value::Text(text)) => format!("'{text}'"),
        Expr::Value(value) => value.to_string(),
        Expr::Ref(name) => name.clone(),
        Expr::Binary { op, left, right } => format!("({} {op} {})", shown(left), shown(right)),
        Expr::Unary { op, operand } => format!("({op} {})", shown(operand)),
        Expr::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Expr::Map(entries) => {
            format!(
                "{{{}}}",
                entries
                    .iter()
                    .map(|(key, value)| format!("{key}: {}", shown(value)))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Expr::Opaque(text) => format!("?{text}?"),
        _ => "…".to_string(),
    }
}

fn guards(guards: &[Guard]) -> String {
    guards
        .iter()
        .map(|guard| format!(" if{} {}", if guard.holds { "" } else { " not" }, shown(&guard.test)))
        .collect()
}

/// `name = value` with its guards, one a line.
fn variables(script: &str) -> Vec<String> {
    let facts = facts(script);
    let settings = facts
        .statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Setting { name } => {
                let dead = if statement.dead.is_some() { " dead" } else { "" };
                Some(format!(
                    "{name} = {}{}{dead}",
                    shown(&statement.value),
                    guards(&statement.guards)
                ))
            }
            _ => None,
        });
    settings.collect()
}

/// The words of each command; a variable's word is followed by what can fill it, in braces.
fn commands(script: &str) -> Vec<String> {
    let facts = facts(script);
    facts
        .commands
        .iter()
        .map(|command| {
            let words: Vec<String> = command
                .words
                .iter()
                .map(|word| {
                    let fills: Vec<String> = word
                        .variables
                        .iter()
                        .map(|(_, id)| shown(&facts.statements[*id].value))
                        .collect();
                    match fills.is_empty() || !matches!(word.value, Expr::Ref(_)) {
                        true => word.text.clone(),
                        false => format!("{}{{{}}}", shown(&word.value), fills.join("|")),
                    }
                })
                .collect();
            let folder = command
                .directory
                .as_ref()
                .map_or(String::new(), |folder| format!("{folder}> "));
            let environment: String = command
                .environment
                .iter()
                .map(|(name, id)| format!("{name}={} ", shown(&facts.statements[*id].value)))
                .collect();
            format!("{folder}{environment}{}{}", words.join(" "), guards(&command.guards))
        })
        .collect()
}

#[test]
fn variables_and_their_values() {
    let cases: &[(&str, &[&str])] = &[
        ("lr=1e-5", &["lr = 1e-5"]),
        ("export lr=\"1e-5\"", &["lr = 1e-5"]),
        ("name='full'", &["name = 'full'"]),
        ("a=1 b=2", &["a = 1", "b = 2"]),
        ("LRS=(1 2 \"3 4\")", &["LRS = [1, 2, '3 4']"]),
        ("declare -A m=([x]=1 [y]=two)", &["m = {x: 1, y: 'two'}"]),
        ("SEED=${1:-42}", &["1 = 42", "SEED = ${1:-42}"]),
        ("LR=${LR:-1e-4}", &["LR = 1e-4"]),
        (": ${LR:=1e-4}", &["LR = 1e-4"]),
        ("BS=4; T=$((BS*2))", &["BS = 4", "T = (BS * 2)"]),
        ("a=x; b=\"$a/y\"", &["a = 'x'", "b = 'x/y'"]),
        ("b=\"$HOME/y\"", &["b = ?$HOME/y?"]),
        ("x=$(date)", &["x = ?$(date)?"]),
        ("A=\"--x 1\"; A+=\" --y\"", &["A = '--x 1'", "A = '--x 1 --y'"]),
        ("if false; then a=1; fi", &["a = 1 if false dead"]),
        ("f() { a=1; }", &["a = 1 dead"]),
        ("exit 0\na=1", &["a = 1 dead"]),
    ];
    for (script, expected) in cases {
        assert_eq!(variables(script), *expected, "{script}");
    }
}

#[test]
fn branches_give_guarded_alternatives() {
    let script =
        "if [ \"$set\" == full ]; then\n  n=1\nelif [ -z \"$b\" ]; then\n  n=2\nelse\n  n=3\nfi\npython t.py --n $n\n";
    assert_eq!(
        variables(script),
        [
            "n = 1 if ($set == 'full')",
            "n = 2 if not ($set == 'full') if (not $b)",
            "n = 3 if not ($set == 'full') if not (not $b)",
        ]
    );
    assert_eq!(commands(script), ["python t.py --n $n{1|2|3}"]);
    let case = "case $size in\n large|big) n=1 ;;\n *) n=2;;\nesac\npython t.py --n $n";
    assert_eq!(
        variables(case),
        [
            "n = 1 if (($size == 'large') or ($size == 'big'))",
            "n = 2 if not (($size == 'large') or ($size == 'big'))"
        ]
    );
    assert_eq!(commands(case), ["python t.py --n $n{1|2}"]);
}

#[test]
fn commands_with_words_environment_and_folder() {
    let cases: &[(&str, &[&str])] = &[
        (
            "lr=1e-5\npython train.py \\\n  --lr $lr \\\n  --bs=32 > log.txt 2>&1 &",
            &["python train.py --lr $lr{1e-5} --bs=32"],
        ),
        (
            "CUDA_VISIBLE_DEVICES=0,1 python t.py",
            &["CUDA_VISIBLE_DEVICES=[0, 1] python t.py"],
        ),
        (
            "export CUDA_VISIBLE_DEVICES=0\npython t.py",
            &["CUDA_VISIBLE_DEVICES=[0] python t.py"],
        ),
        ("cd sub && python x.py", &["sub> python x.py"]),
        ("cd /data\npython x.py", &["python x.py"]),
        ("cd \"$(dirname \"$0\")/..\"\npython x.py", &[".> python x.py"]),
        (
            "(cd sub; python y.py)\npython z.py",
            &["sub> python y.py", "python z.py"],
        ),
        ("echo python train.py --lr 1", &[]),
        ("cat <<EOF > config.yaml\npython: 1\nEOF", &[]),
        ("python - <<EOF\nprint(1)\nEOF", &["python -"]),
        ("bash -c \"python t.py --lr 1\"", &["python t.py --lr 1"]),
        ("eval \"python t.py --lr 1\"", &["python t.py --lr 1"]),
        (
            "L=\"LOG=info accelerate launch --num_processes 8\"\nC=\"a.py --x 1\"\nsrun bash -c \"$L $C\" 2>&1",
            &["LOG=info accelerate launch --num_processes 8 a.py --x 1"],
        ),
        (
            "L=(5)\nfor x in \"${L[@]}\"; do python t.py --x $x; done",
            &["python t.py --x $x{5}"],
        ),
        ("sbatch --wrap=\"python t.py --lr 1\"", &["python t.py --lr 1"]),
        (
            "CMD=\"python t.py --lr 1\"\n$CMD --bf16",
            &["python t.py --lr 1 --bf16"],
        ),
        ("CMD=\"python t.py --lr 1\"\neval $CMD", &["python t.py --lr 1"]),
        (
            "lr=2\nARGS=\"--lr $lr --bf16\"\npython t.py $ARGS",
            &["python t.py --lr $lr{2} --bf16"],
        ),
        (
            "ARGS=(--lr 1)\nARGS+=(--bf16)\npython t.py \"${ARGS[@]}\"",
            &["python t.py --lr 1 --bf16"],
        ),
        (
            "X=\"\"\nif [ $a = 1 ]; then X=\"--bf16\"; fi\npython t.py $X",
            &["python t.py --bf16 if ($a == 1)", "python t.py"],
        ),
        ("[ -f x ] && python z.py", &["python z.py if ?-f x?"]),
        (
            "for x in a b {1..2}; do python t.py --x $x; done",
            &[
                "python t.py --x $x{'a'}",
                "python t.py --x $x{'b'}",
                "python t.py --x $x{1}",
                "python t.py --x $x{2}",
            ],
        ),
        (
            "L=(5 6)\nfor x in \"${L[@]}\"; do python t.py --x $x; done",
            &["python t.py --x $x{5}", "python t.py --x $x{6}"],
        ),
        (
            "x=1\nwhile true; do python t.py --x $x; x=2; done",
            &["python t.py --x $x{1|2}"],
        ),
        ("L=(5 6)\npython t.py --x ${L[1]}", &["python t.py --x ${L[1]}{6}"]),
        (
            "L=(5 6)\npython t.py --x ${L[$SLURM_ARRAY_TASK_ID]}",
            &["python t.py --x ${L[$SLURM_ARRAY_TASK_ID]}{5|6}"],
        ),
        (
            "run() { local q=$1; python a.py --q \"$q\" $2; }\nrun 5 --z\n",
            &["python a.py --q $q{$1} --z"],
        ),
        (
            "f() { python a.py \"$@\"; }\nf --q 5\nf --q 6",
            &["python a.py --q 5", "python a.py --q 6"],
        ),
        ("f() { python a.py; }", &[]),
        ("python a.py --lr ${LR:-1e-4}", &["python a.py --lr ${LR:-1e-4}{1e-4}"]),
        (
            "lr=1\nwhile [[ $# -gt 0 ]]; do case $1 in --lr) lr=$2; shift 2;; esac; done\npython a.py --lr $lr",
            &["python a.py --lr $lr{1}"],
        ),
        ("exit\npython a.py", &[]),
        ("cd x || exit 1\npython a.py", &["x> python a.py"]),
        ("ls -la; git pull; mkdir -p x", &[]),
        ("fairseq-train data --lr 1", &["fairseq-train data --lr 1"]),
        ("./train.py --lr 1", &["./train.py --lr 1"]),
        ("OUT=$(python a.py --x 1)", &["python a.py --x 1"]),
        (
            "cat <<EOF > job.sbatch\n#!/bin/bash\npython a.py --x 1\nEOF",
            &["python a.py --x 1"],
        ),
        ("python a.py > log.txt --x 1", &["python a.py --x 1"]),
        (
            "nohup python p.py 'a b' k=v \"e=[1,2]\" &",
            &["nohup python p.py a b k=v e=[1,2]"],
        ),
        ("# python a.py --x 1", &[]),
        ("if true; then python a.py", &["python a.py"]),
        ("python a.py --x 1\r\n", &["python a.py --x 1"]),
    ];
    for (script, expected) in cases {
        assert_eq!(commands(script), *expected, "{script}");
    }
}

#[test]
fn a_job_script_as_it_stands() {
    let script = "#!/bin/bash\n#SBATCH --gres=gpu:2  # two cards\n##SBATCH --mem=1G\n\nlr=1e-5  # peak, in ms\nsrun --cpus-per-task=4 python t.py --lr $lr\n";
    let facts = facts(script);
    let lines: Vec<(Option<u32>, String, bool)> = facts
        .statements
        .iter()
        .map(|statement| {
            let what = match &statement.subject {
                Subject::Directive { system, key } => format!("{system} {key}"),
                Subject::Setting { name } => name.clone(),
                _ => "?".to_string(),
            };
            (
                statement.place.line,
                format!("{what} = {}", shown(&statement.value)),
                statement.form == Form::CommentedOut,
            )
        })
        .collect();
    let expected = [
        (Some(2), "slurm gpus = 2", false),
        (Some(3), "slurm memory = 1", true),
        (Some(5), "lr = 1e-5", false),
        (Some(6), "slurm cpus = 4", false),
    ];
    let expected = expected.map(|(line, what, dead)| (line, what.to_string(), dead));
    assert_eq!(lines, expected);
    assert_eq!(facts.statements[2].comment.as_deref(), Some("peak, in ms"));
    assert_eq!(facts.commands[0].place.line, Some(6));
    assert_eq!(facts.commands[0].text, "srun --cpus-per-task=4 python t.py --lr $lr");
}

#[test]
fn directives_count_in_the_script_they_belong_to() {
    let script = "#!/bin/bash\n#SBATCH -c 1\nmkdir x\n#SBATCH -c 2\ncat <<EOF > job.sbatch\n#!/bin/bash\n#SBATCH -c 3\npython a.py\nEOF\n";
    let facts = facts(script);
    let mut cpus: Vec<(Option<u32>, String, bool)> = facts
        .statements
        .iter()
        .map(|statement| (statement.place.line, shown(&statement.value), statement.dead.is_some()))
        .collect();
    cpus.sort();
    let expected = [(Some(2), "1", false), (Some(4), "2", true), (Some(7), "3", false)];
    assert_eq!(
        cpus,
        expected.map(|(line, value, dead)| (line, value.to_string(), dead))
    );
}

#[test]
fn references_link_variables() {
    let facts = facts("a=1\nb=$a\na=2\nc=$a\n");
    let links: Vec<(StatementId, StatementId, &str)> = facts
        .links
        .iter()
        .map(|link| (link.from, link.to, link.slot.as_deref().unwrap_or("")))
        .collect();
    // b is filled by the first a, c by the second.
    assert_eq!(links, [(0, 1, "$a"), (2, 3, "$a")]);
}

#[test]
fn scripts_are_known_by_name_or_first_line() {
    for (path, expected) in [
        ("a/run.sh", true),
        ("x.slurm", true),
        ("bin/launch", true),
        ("a.py", false),
        ("makefile", false),
    ] {
        assert_eq!((SHELL.reads)(path), expected, "{path}");
    }
    let file = |text: &str| File {
        path: "bin/launch".to_string(),
        bytes: text.as_bytes().to_vec(),
        text: Some(SourceText::new("bin/launch", text)),
    };
    assert_eq!((SHELL.read)(&file("#!/usr/bin/env bash\na=1"), &[]).statements.len(), 1);
    assert_eq!((SHELL.read)(&file("a=1"), &[]).statements.len(), 0);
    assert_eq!(
        (SHELL.read)(&file("#!/usr/bin/env python\na=1"), &[]).statements.len(),
        0
    );
}

#[test]
fn broken_scripts_keep_what_stands_around() {
    let found = facts("a=1\nif [ x\nb=2\n");
    assert!(found.gaps.iter().any(|gap| gap.why == GapReason::Broken));
    assert!(
        variables("a=1\nif [ x\nb=2\n")
            .iter()
            .any(|line| line.starts_with("a = 1"))
    );
}

#[test]
fn deep_and_recursive_scripts_end() {
    let nested = format!("{}python a.py{}", "if true; then ".repeat(3000), "; fi".repeat(3000));
    let _ = facts(&nested);
    let _ = facts(&"${a:-".repeat(2000));
    let _ = facts(&"$(".repeat(5000));
    let _ = facts(&"a && ".repeat(3000));
    let _ = facts("f() { f; f; f; f; }\nf\n");
    let _ = facts(&"x=\"$x $x\"\n".repeat(200));
    let loops = format!(
        "{}x=$x; python a.py{}",
        "for i in 1 2; do ".repeat(12),
        "; done".repeat(12)
    );
    let _ = facts(&loops);
}

#[test]
fn letters_of_other_alphabets_behind_a_brace_are_read() {
    let facts = facts("echo {\u{1f600}..9}\npython train.py --name {\u{4e2d}\u{6587}} --lr 0.1\n");
    let command = facts.commands.iter().find(|command| command.text.contains("train.py"));
    assert!(command.is_some_and(|command| command.text.contains("\u{4e2d}\u{6587}") && command.text.contains("0.1")));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
    #[test]
    fn any_text_is_read_without_panic(text in "[\\PC\n\t$\"'`{}()\\\\;|&<>=#a-c \r\\[\\]-]{0,120}") {
        let _ = facts(&text);
    }

    #[test]
    fn any_shell_like_text_is_read_without_panic(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "if ", "then ", "fi\n", "for x in ", "do ", "done\n", "case $1 in ", "esac\n", "a) ", ";; ", "$x", "${x:-", "}",
            "$((", "))", "$(", ")", "`", "\"", "'", "<<EOF\n", "EOF\n", "x=", "x+=", "(", "f() {", "f ", "python a.py ", "--x ",
            "\\\n", "#SBATCH -t ", "é", "\r\n", "[ ", "]", "&& ", "|| ", "eval ", "bash -c ", "srun ", "export ", "1 ", "\n",
        ]), 0..40)
    ) {
        let _ = facts(&parts.concat());
    }
}
