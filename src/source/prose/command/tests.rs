//! Blocks of commands as READMEs have them.

use super::*;

fn commands(text: &str, shell: bool) -> (Vec<Command>, Vec<Statement>) {
    let source = SourceText::new("README.md", text);
    let mut start = 0;
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .map(|line| {
            start += line.len();
            (start - line.len(), line.trim_end_matches(['\n', '\r']))
        })
        .collect();
    let mut facts = FileFacts::default();
    read(&lines, shell, &source, &[], &mut Vec::new(), &mut facts);
    (facts.commands, facts.statements)
}

#[test]
fn words_of_commands() {
    type Row<'r> = (&'r str, bool, &'r [(&'r str, u32, u32)]);
    let rows: &[Row<'_>] = &[
        (
            "python train.py --lr 1e-4\n",
            true,
            &[("python|train.py|--lr|1e-4", 1, 1)],
        ),
        (
            "python a.py \\\n  --x 'b c' \\\n  --y=2 # note\n",
            true,
            &[("python|a.py|--x|b c|--y=2", 1, 3)],
        ),
        (
            "$ python a.py\nsome output 3\n$ ls -l\n",
            true,
            &[("python|a.py", 1, 1), ("ls|-l", 3, 3)],
        ),
        ("(env) $ python a.py > log.txt 2>&1\n", true, &[("python|a.py", 1, 1)]),
        (
            "# a comment\n\npython a.py && bash b.sh; make x | tee log\n",
            true,
            &[
                ("python|a.py", 3, 3),
                ("bash|b.sh", 3, 3),
                ("make|x", 3, 3),
                ("tee|log", 3, 3),
            ],
        ),
        (
            "python a.py --data <path to data> --k\n",
            true,
            &[("python|a.py|--data|<path to data>|--k", 1, 1)],
        ),
        (
            "for s in 1 2; do python a.py --seed $s; done\n",
            true,
            &[("python|a.py|--seed|$s", 1, 1)],
        ),
        // A fence without a language.
        (
            "python a.py --x 1\nEpoch 3 loss 0.2\n",
            false,
            &[("python|a.py|--x|1", 1, 1)],
        ),
        ("data/  the data\nmodel = 3\npython\n", false, &[]),
        ("CUDA_VISIBLE_DEVICES=0 python a.py\n", false, &[("python|a.py", 1, 1)]),
        (
            "J=$(sbatch --parsable a.job)\n",
            true,
            &[("sbatch|--parsable|a.job", 1, 1)],
        ),
        ("echo \"unclosed\n", true, &[("echo|unclosed", 1, 1)]),
    ];
    for (text, shell, wanted) in rows {
        let found: Vec<(String, u32, u32)> = commands(text, *shell)
            .0
            .iter()
            .map(|command| {
                let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
                (
                    words.join("|"),
                    command.place.line.unwrap(),
                    command.place.end_line.unwrap(),
                )
            })
            .collect();
        let wanted: Vec<(String, u32, u32)> = wanted
            .iter()
            .map(|(words, first, last)| (words.to_string(), *first, *last))
            .collect();
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn variables_of_a_block() {
    let (found, statements) = commands(
        "export GPUS=0,1\nlr=1e-4\nSEED=3 python a.py --lr $lr --out ${lr}_x --z $Z\n",
        true,
    );
    assert_eq!(statements.len(), 3);
    let command = &found[0];
    assert_eq!(command.environment, [("GPUS".to_string(), 0), ("SEED".to_string(), 2)]);
    assert_eq!(command.text, "SEED=3 python a.py --lr $lr --out ${lr}_x --z $Z");
    assert_eq!(command.grade, Grade::Documented);
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(
        words,
        ["python", "a.py", "--lr", "1e-4", "--out", "1e-4_x", "--z", "$Z"]
    );
    assert_eq!(command.words[3].value, Expr::Ref("$lr".to_string()));
    assert_eq!(command.words[3].variables, [("$lr".to_string(), 1)]);
    assert_eq!(command.words[7].value, Expr::Ref("$Z".to_string()));
}

#[test]
fn folders_that_cd_enters() {
    let rows: &[(&str, Option<&str>)] = &[
        ("cd egs/esc50\nsh run.sh\n", Some("egs/esc50")),
        ("git clone https://x.org/a/tool.git\ncd tool\npython a.py\n", None),
        ("cd /abs/path\npython a.py\n", None),
        ("cd a && cd b && python a.py\n", Some("a/b")),
        ("cd a\ncd ..\npython a.py\n", None),
    ];
    for (text, directory) in rows {
        let found = commands(text, true).0;
        assert_eq!(found.last().unwrap().directory.as_deref(), *directory, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_block_is_read(text in "[-a-z$ \\\\'\"<>|&;#{}()=\n0-9é]{0,80}") {
        commands(&text, true);
        commands(&text, false);
    }
}
