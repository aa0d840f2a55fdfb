//! One file: which statements its text makes.

use super::{check, read, show};
use crate::evidence::{Dead, Form, Grade, Subject};

#[test]
fn parameters_keep_the_names_around_them() {
    check(&[(
        "a.py",
        r#"
class QwenAudio:
    def _pad(self, audio, sample_rate: int = 16000, *, mode="left"):  #: parameter self=? | of QwenAudio._pad ;; parameter audio=? | of QwenAudio._pad ;; parameter sample_rate=16000 | of QwenAudio._pad ;; parameter mode='left' | of QwenAudio._pad
        return audio, sample_rate, mode
"#,
    )]);
}

#[test]
fn constants_variables_and_unpacking() {
    check(&[(
        "a.py",
        r#"
BATCH_SIZE = 5 * 8  #: variable BATCH_SIZE=(5 * 8)
betas = (0.9, 0.95)  #: variable betas=[0.9, 0.95]
a, b = 1, -2  #: variable a=1 ;; variable b=-2
x = y = "adamw"  #: variable x='adamw' ;; variable y='adamw'
parts = [1, *betas]  #: variable parts=?[1, *betas]
name = f"run"  #: variable name='run'
tag = f"run-{a}"  #: variable tag=?f"run-{a}"
rate = 1_000. if x else 0x10  #: variable rate=(1_000. if @x else 0x10) | reference<-5
typed: int = 3  #: variable typed=3
none = None  #: variable none=none
"#,
    )]);
}

#[test]
fn attributes_and_subscripts_keep_their_path() {
    check(&[(
        "a.py",
        r#"
import torch.backends.cudnn as cudnn
config.TRAINING.G_LR = 2e-5  #: attribute G_LR=2e-5 | of config.TRAINING
config["optim"]["lr"] = 1e-3  #: entry lr=1e-3 | of config.optim
cudnn.deterministic = True  #: attribute deterministic=true | of cudnn
setattr(config, "seed", 7)  #: attribute seed=7 | of config
class Net:
    def __init__(self):
        self.hidden = 256  #: attribute hidden=256 | of Net.__init__.self
"#,
    )]);
}

#[test]
fn fields_with_their_defaults() {
    check(&[(
        "a.py",
        r#"
from dataclasses import dataclass, field
@dataclass
class TrainArguments:
    lr: float = 5e-5  #: field lr=5e-5 | of TrainArguments
    epochs: int = field(default=3, metadata={"help": "number"})  #: field epochs=3 | of TrainArguments
    betas: list = field(default_factory=lambda: [0.9, 0.95])  #: field betas=[0.9, 0.95]
    tags: list = field(default_factory=list)  #: field tags=[]
    timeout: int = field(default=30, metadata={"help": "how long to wait, in seconds"})  #: field timeout=30 | unit s
    output_dir: str  #: field output_dir=?
"#,
    )]);
}

#[test]
fn keywords_belong_to_their_resolved_callee() {
    check(&[(
        "a.py",
        r#"
import torch.nn as nn
from transformers import AutoModel as Auto
drop = nn.Dropout(p=0.1)  #: keyword p=0.1 | of torch.nn.Dropout ;; variable drop=torch.nn.Dropout(p=0.1)
model = Auto.from_pretrained("x", load_in_4bit=True).to(device, non_blocking=False)  #: keyword load_in_4bit=true | of transformers.AutoModel.from_pretrained ;; keyword non_blocking=false | of transformers.AutoModel.from_pretrained.to ;; variable model=transformers.AutoModel.from_pretrained.to(@device, non_blocking=false)
"#,
    )]);
}

#[test]
fn entries_at_any_depth_know_all_keys_above() {
    check(&[(
        "a.py",
        r#"
config = {
    "lr": 1e-3,  #: entry lr=1e-3 | of config
    "optim": {"name": "adam", "betas": [0.9, 0.99]},  #: entry optim={name: 'adam', betas: [0.9, 0.99]} | of config ;; entry name='adam' | of config.optim ;; entry betas=[0.9, 0.99] | of config.optim
}
model = dict(
    type="ResNet",  #: entry type='ResNet' | of model
    head=dict(dropout=0.5),  #: entry head=dict(dropout=0.5) | of model ;; entry dropout=0.5 | of model.head
)
config["steps"] = 100  #: entry steps=100 | of config
config.update({"seed": 1})  #: entry seed=1 | of config
config.update(warmup=5)  #: entry warmup=5 | of config
lr = other.get("lr", 3e-4)  #: entry lr=3e-4 | of other ;; variable lr=@other.lr | reference<-13
config.setdefault("clip", 1.0)  #: entry clip=1.0 | of config
groups = [{"decay": 0.1}, {"decay": 0.0}]  #: variable groups=[{decay: 0.1}, {decay: 0.0}] ;; entry decay=0.1 | of groups ;; entry decay=0.0 | of groups
train(optimizer=dict(name="sgd"))  #: keyword optimizer=dict(name='sgd') | of train ;; entry name='sgd' | of train.optimizer
"#,
    )]);
}

#[test]
fn argparse_options_in_every_shape() {
    check(&[(
        "a.py",
        r#"
import argparse
def options(names):
    parser = argparse.ArgumentParser()  #: variable parser=argparse.ArgumentParser()
    parser.add_argument("--batch-size", "-b", type=int, default=32)  #: option batch_size=32
    parser.add_argument(  #: option lr=1e-3 | unit ms
        "--lr", "--learning-rate",
        type=float,
        default="1e-3",
        help="the rate, in ms",
    )
    parser.add_argument("-n", dest="count", default=4)  #: option count=4
    parser.add_argument("--fp16", action="store_true")  #: option fp16=false
    parser.add_argument("--no-aug", dest="aug", action="store_false")  #: option aug=true
    parser.add_argument("--shuffle", action=argparse.BooleanOptionalAction, default=True)  #: option shuffle=true
    parser.add_argument("--seed", type=int)  #: option seed=none
    parser.add_argument("--data", required=True)  #: option data=?
    parser.add_argument("model")  #: option model=?
    parser.add_argument("--flag", type=bool, default="False")  #: option flag=true
    parser.add_argument("--clean", type=str2bool, default="False")  #: option clean=false
    group = parser.add_argument_group("training")  #: variable group=parser.add_argument_group('training')
    group.add_argument("--wd", default=0.1)  #: option wd=0.1 | of options.training
    either = group.add_mutually_exclusive_group()
    either.add_argument("--fast", action="store_true")  #: option fast=false | of options.training
    sub = parser.add_subparsers(dest="command").add_parser("train", help="x")
    sub.add_argument("--steps", default=10)  #: option steps=10 | of options.train
    for name in names:
        parser.add_argument("--" + name, default=1)  #: keyword default=1
"#,
    )]);
}

#[test]
fn options_of_click_typer_and_absl() {
    check(&[(
        "a.py",
        r#"
import click, typer
from absl import flags
flags.DEFINE_integer("batch", 5, "size of a batch")  #: option batch=5
flags.DEFINE_float("wait", 2.5, "wait in seconds")  #: option wait=2.5 | unit s
@click.command()
@click.option("--lr", "-l", default=0.1, show_default=True)  #: option lr=0.1 | of main
@click.option("--amp/--no-amp", default=True)  #: option amp=true
@click.option("--debug", is_flag=True)  #: option debug=false
@click.option("--out", required=True)  #: option out=?
def main(lr, amp, debug, out):  #: parameter lr=? | argument<-7 ;; parameter amp=? | argument<-8 ;; parameter debug=? | argument<-9 ;; parameter out=? | argument<-10
    print(lr, amp, debug, out)
def run(
    rate: float = typer.Option(1e-3, help="r"),  #: parameter rate=1e-3 | argument<-14 ;; option rate=1e-3
    name: str = typer.Option(..., "--name"),  #: parameter name=? | argument<-15 ;; option name=?
):
    print(rate, name)
"#,
    )]);
}

#[test]
fn conditions_are_guards_and_branches_not_taken_are_dead() {
    check(&[(
        "a.py",
        r#"
if fast:
    a = 1  #: variable a=1 | if fast
elif mode == "x":
    a = 2  #: variable a=2 | unless fast | if mode == "x"
else:
    a = 3  #: variable a=3 | unless fast | unless mode == "x"
while running:
    b = 1  #: variable b=1 | if running
if False:
    c = 1  #: variable c=1 | dead BranchNotTaken
else:
    c = 2  #: variable c=2
def f(x):
    if x:
        return 1
        d = 1  #: variable d=1 | dead BranchNotTaken | if x | reference<-14
    raise ValueError(x)
    e = 2  #: variable e=2 | dead BranchNotTaken
try:
    g = 1  #: variable g=1
except ImportError:
    g = 2  #: variable g=2 | if except ImportError
h = run(k=1) if fast else run(k=2)  #: variable h=(run(k=1) if @fast else run(k=2)) ;; keyword k=1 | if fast ;; keyword k=2 | unless fast
match mode:
    case "big":
        i = 1  #: variable i=1 | if mode == "big"
if __name__ == "__main__":
    j = 1  #: variable j=1
"#,
    )]);
}

#[test]
fn imports_carry_package_guard_and_need() {
    let text = r#"
import cv2
import torch.nn as nn
from .local import thing
if TYPE_CHECKING:
    import pandas
def load(load_in_4bit):
    if load_in_4bit or load_in_8bit:
        from transformers import BitsAndBytesConfig
    return BitsAndBytesConfig
import transformers
q = transformers.BitsAndBytesConfig()
"#;
    let facts = read("a.py", text);
    let found: Vec<(u32, String, String, Option<String>, usize, bool)> = facts
        .statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Import { package, symbol, via } => Some((
                statement.place.line.unwrap(),
                package.clone(),
                symbol.clone(),
                via.clone(),
                statement.guards.len(),
                statement.dead == Some(Dead::BranchNotTaken),
            )),
            _ => None,
        })
        .collect();
    let row = |line, package: &str, symbol: &str, via: Option<&str>, guards, dead| {
        (
            line,
            package.to_string(),
            symbol.to_string(),
            via.map(str::to_string),
            guards,
            dead,
        )
    };
    let bits = "transformers.BitsAndBytesConfig";
    assert_eq!(
        found,
        [
            row(2, "opencv-python", "cv2", None, 0, false),
            row(3, "torch", "torch.nn", None, 0, false),
            row(4, "", "local.thing", None, 0, false),
            row(6, "pandas", "pandas", None, 0, true),
            row(9, "transformers", bits, None, 1, false),
            row(9, "bitsandbytes", bits, Some(bits), 1, false),
            row(11, "transformers", "transformers", None, 0, false),
            row(12, "bitsandbytes", bits, Some(bits), 0, false),
        ]
    );
    let guard = &facts
        .statements
        .iter()
        .find(|statement| !statement.guards.is_empty())
        .unwrap()
        .guards[0];
    assert_eq!(
        (guard.text.as_str(), guard.holds, guard.place.line),
        ("load_in_4bit or load_in_8bit", true, Some(8))
    );
}

#[test]
fn calls_and_definitions_have_whole_values() {
    let facts = read(
        "a.py",
        "import numpy as np\nclass A:\n    def f(self):\n        return np.arange(0, 5, step=2)\n",
    );
    let calls: Vec<String> = facts
        .statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Call { callee } => Some(format!(
                "{callee} {} {}",
                show(&statement.value),
                statement.owner.join(".")
            )),
            Subject::Definition { symbol } => Some(format!("def {symbol}")),
            _ => None,
        })
        .collect();
    assert_eq!(
        calls,
        ["def A", "def A.f", "numpy.arange numpy.arange(0, 5, step=2) A.f"]
    );
}

#[test]
fn comments_give_units_and_docstrings_document() {
    check(&[(
        "a.py",
        r#"
PAD = 2000  # ms #: variable PAD=2000 | unit ms
RATE = 16000  # sampling rate in Hz #: variable RATE=16000 | unit Hz
f(a=1, b=2)  # ms #: keyword a=1 | of f ;; keyword b=2 | of f
def pad(audio, target=0):
    """Pads.

    Args:
        audio: the samples
        target: length in ms (default: 2000)  #: docstring target=2000 | of pad
    """
    return audio, target
"#,
    )]);
    let facts = read("a.py", "x = 5  # kept for backward compatibility\n");
    assert_eq!(
        facts.statements[0].comment.as_deref(),
        Some("kept for backward compatibility")
    );
    let facts = read("a.py", "f(a=1, b=2)  # ms\n");
    assert!(
        facts.statements.iter().all(|statement| statement.unit.is_none()),
        "the unit of two numbers is nobody's"
    );
    let facts = read("a.py", "def f(x=1):\n    \"\"\"x: y (default: 3)\"\"\"\n");
    let docstring = facts
        .statements
        .iter()
        .find(|statement| statement.form == Form::Docstring);
    assert!(docstring.is_none() || docstring.is_some_and(|statement| statement.grade == Grade::Documented));
}

#[test]
fn switched_off_lines_are_of_their_own_form() {
    check(&[(
        "a.py",
        r##"
# batch_size = 16 #: commentedout batch_size=16
lr = 1e-3  # lr = 1e-4 #: variable lr=1e-3 ;; commentedout lr=1e-4
config = {
    # "dropout": 0.3, #: commentedout dropout=0.3
}
# parser.add_argument("--beam-size", default=5) #: commentedout beam_size=5
# the batch size = of the paper #: none
# Note: see the paper #: none
# optimizer = Adam(lr=0.5) #: commentedout optimizer=Adam(lr=0.5)
"##,
    )]);
}
