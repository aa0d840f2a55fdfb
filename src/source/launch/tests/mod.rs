//! Small repositories with the launches they have beside them.

mod world;

use super::*;
use crate::source::shell::literal;
use world::{option, setting, world};

#[test]
fn flags_reach_the_options_of_the_entry() {
    let options = || {
        vec![
            option("train.py", &["--lr"], "1e-3"),
            option("other.py", &["--lr"], "5"),
            option("lib.py", &["--batch_size", "-b"], "32"),
            option("train.py", &["--fp16"], "False"),
            option("train.py", &["--no_cuda"], "False"),
        ]
    };
    let cases: &[(&str, &[&str])] = &[
        (
            "python train.py --lr 1e-4",
            &["run.sh:1 train.py lr=1e-4>train.py", "other.py other.py"],
        ),
        (
            "python train.py --batch 12 --fp16 --no_cuda data",
            &[
                "run.sh:1 train.py batch=12>lib.py fp16=true>train.py no_cuda=true>train.py",
                "other.py other.py",
            ],
        ),
        (
            "python train.py -b 12 --batch-size=4",
            &["run.sh:1 train.py b=12>lib.py batch-size=4>lib.py", "other.py other.py"],
        ),
        (
            "python train.py --lr 1 --lr 2",
            &["run.sh:1 train.py lr=2>train.py", "other.py other.py"],
        ),
        (
            "python train.py --unknown 1",
            &["run.sh:1 train.py unknown=1", "other.py other.py"],
        ),
        (
            "lr=3\npython train.py --lr $lr",
            &["run.sh:2 train.py lr=$lr{3}>train.py", "other.py other.py"],
        ),
        (
            "if [ $s = full ]; then lr=1; else lr=2; fi\npython train.py --lr $lr",
            &["run.sh:2 train.py lr=$lr{1|2}>train.py", "other.py other.py"],
        ),
        (
            "if [ $s = full ]; then python train.py --lr 1; fi",
            &["run.sh:1 train.py lr=1>train.py if [ $s = full ]", "other.py other.py"],
        ),
        (
            "CUDA_VISIBLE_DEVICES=0,1 torchrun --nproc_per_node=2 train.py --lr 1",
            &["run.sh:1 train.py lr=1>train.py *nproc_per_node=2", "other.py other.py"],
        ),
        (
            "N=4\ntorchrun --nproc_per_node=$N train.py",
            &["run.sh:2 train.py  *nproc_per_node=$N{4}", "other.py other.py"],
        ),
        (
            "deepspeed --include localhost:0,1 train.py",
            &["run.sh:1 train.py  *num_gpus=2", "other.py other.py"],
        ),
        (
            "accelerate launch --mixed_precision bf16 --num_processes 8 train.py",
            &[
                "run.sh:1 train.py accelerate.mixed_precision=bf16 *num_processes=8",
                "other.py other.py",
            ],
        ),
        (
            "echo python train.py --lr 1",
            &["train.py train.py", "other.py other.py"],
        ),
        (
            "pip install x\nmodule load cuda/11",
            &["train.py train.py", "other.py other.py"],
        ),
        (
            "lm-eval --tasks x",
            &["run.sh:1 - tasks=x", "train.py train.py", "other.py other.py"],
        ),
    ];
    for (script, expected) in cases {
        let world = world(&[("run.sh", script), ("train.py", ""), ("other.py", "")], options());
        assert_eq!(world.lines(), *expected, "{script}");
        for launch in &world.launches {
            assert!(launch.reach.is_sorted(), "{script}");
            assert!(
                launch
                    .entry
                    .iter()
                    .all(|entry| world.files.contains(entry) && launch.reach.contains(entry))
            );
        }
    }
}

#[test]
fn fields_parameters_and_keys_take_what_no_option_does() {
    let import = |file: &str, symbol: &str| Statement {
        subject: Subject::Import {
            package: symbol.split('.').next().unwrap_or("").to_string(),
            symbol: symbol.to_string(),
            via: None,
        },
        form: Form::Import,
        ..setting(file, "x", Form::Import, Expr::Opaque(String::new()), &[])
    };
    let known = || {
        vec![
            setting("lib.py", "lr", Form::Field, literal::expr("1"), &["Arguments"]),
            setting("conf/model/big.yaml", "depth", Form::Key, literal::expr("2"), &[]),
            setting("conf/main.yaml", "depth", Form::Key, literal::expr("2"), &["model"]),
            setting(
                "conf/main.yaml",
                "depth",
                Form::Key,
                literal::expr("2"),
                &["other", "model"],
            ),
        ]
    };
    let files = |script: &'static str| {
        vec![
            ("run.sh", script),
            ("train.py", ""),
            ("conf/model/big.yaml", ""),
            ("conf/main.yaml", ""),
            ("ds.json", ""),
            ("data.json", ""),
        ]
    };
    let cases = [
        // No parser fills the dataclass: the field takes nothing.
        ("python train.py --lr 2", None, "run.sh:1 train.py lr=2"),
        (
            "python train.py --lr 2",
            Some("transformers.HfArgumentParser"),
            "run.sh:1 train.py lr=2>lib.py",
        ),
        (
            "python train.py model.depth=3",
            None,
            "run.sh:1 train.py model.depth=3>conf/model/big.yaml>conf/main.yaml",
        ),
        ("python train.py depth=3", None, "run.sh:1 train.py depth=3"),
        (
            "python train.py model=big",
            None,
            "run.sh:1 train.py model=big @conf/model/big.yaml",
        ),
        (
            "python train.py --config conf/main.yaml --data data.json --deepspeed ds.json",
            None,
            "run.sh:1 train.py config=conf/main.yaml data=data.json deepspeed=ds.json @conf/main.yaml @ds.json",
        ),
        (
            "python train.py conf/main.yaml",
            None,
            "run.sh:1 train.py  @conf/main.yaml",
        ),
        (
            "python train.py --config-name main",
            None,
            "run.sh:1 train.py config-name=main @conf/main.yaml",
        ),
        (
            "C=conf\npython train.py --config $C/main.yaml",
            None,
            "run.sh:2 train.py config=conf/main.yaml @conf/main.yaml",
        ),
    ];
    for (script, parser, expected) in cases {
        let mut known = known();
        known.extend(parser.map(|symbol| import("train.py", symbol)));
        let world = world(&files(script), known);
        assert_eq!(world.lines()[0], expected, "{script}");
    }
}

#[test]
fn callers_give_arguments() {
    let run = "#!/bin/bash\nSEED=${1:-42}\npython train.py --seed $SEED --size $2 \"${@:3}\"\n";
    let options = || vec![option("train.py", &["--seed"], "0")];
    let cases: &[(&str, &[&str])] = &[
        // Nobody calls it with arguments: the default.
        (
            "bash run.sh",
            &["run.sh:3 train.py seed=$SEED{${1:-42}{42}}>train.py size=$2"],
        ),
        (
            "bash run.sh 7 big\nbash run.sh 8 small",
            &[
                "go.sh:1 train.py seed=$SEED{${1:-42}{7}}>train.py size=$2{big}",
                "go.sh:2 train.py seed=$SEED{${1:-42}{8}}>train.py size=$2{small}",
            ],
        ),
        (
            "for s in 1 2; do sbatch run.sh $s big; done",
            &[
                "go.sh:1 train.py seed=$SEED{${1:-42}{$s{1}}}>train.py size=$2{big}",
                "go.sh:1 train.py seed=$SEED{${1:-42}{$s{2}}}>train.py size=$2{big}",
            ],
        ),
    ];
    for (script, expected) in cases {
        let world = world(&[("go.sh", script), ("run.sh", run), ("train.py", "")], options());
        assert_eq!(world.lines(), *expected, "{script}");
    }
    let passing = world(
        &[
            ("go.sh", "LR=3 bash inner.sh --x 1"),
            ("inner.sh", "LR=${LR:-1}\npython train.py --lr $LR \"$@\""),
            ("train.py", ""),
        ],
        Vec::new(),
    );
    assert_eq!(passing.lines(), ["go.sh:1 train.py lr=$LR{3} x=1"]);
    assert_eq!(
        passing.launches[0].command,
        "LR=3 bash inner.sh --x 1 → python train.py --lr $LR \"$@\""
    );
    assert!(passing.launches[0].reach.contains(&"inner.sh".to_string()));
}

#[test]
fn scripts_that_call_each_other_end() {
    let world = world(
        &[
            ("a.sh", "bash b.sh $1 x"),
            ("b.sh", "bash a.sh $1 y\npython train.py --n $1"),
            ("train.py", ""),
        ],
        Vec::new(),
    );
    assert!(!world.launches.is_empty());
}

#[test]
fn modules_and_console_scripts() {
    let files = [
        ("run.sh", "python -m pkg.train --lr 1\nmy-train --lr 2"),
        ("src/pkg/train.py", ""),
    ];
    let world = world(&files, Vec::new());
    assert_eq!(
        world.lines(),
        ["run.sh:1 src/pkg/train.py lr=1", "run.sh:2 src/pkg/train.py lr=2"]
    );
}

proptest::proptest! {
    #[test]
    fn any_commands_are_bound_without_panic(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "python ", "train.py ", "run.sh ", "bash ", "sbatch ", "srun ", "-n ", "torchrun ", "--nproc_per_node=", "env ",
            "accelerate launch ", "--", "-", "=", "a.b=", "~", "+", "$1 ", "\"$@\" ", "${@:2} ", "x ", "1 ", "\n", "A=1 ",
            "CUDA_VISIBLE_DEVICES=0,", "-m ", "conda run ", "--lr ", "é ", "[", "]", "go.sh ", "/", ".", "for x in 1 2; do ", "done\n",
        ]), 0..40)
    ) {
        let script = parts.concat();
        let known = vec![option("train.py", &["--lr"], "1")];
        let world = world(&[("go.sh", &script), ("run.sh", &script), ("train.py", "")], known);
        for link in &world.links {
            assert!(link.from < world.statements.len() && link.to < world.statements.len());
            assert!(link.launch.is_none_or(|launch| launch < world.launches.len()));
        }
    }
}
