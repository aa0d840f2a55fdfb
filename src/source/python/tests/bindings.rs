//! Several files: which statement gives which other its value, and what is dead.

use super::super::{Running, entries};
use super::{check, world};
use crate::evidence::Subject;

#[test]
fn an_option_reaches_a_keyword_and_the_keyword_a_parameter() {
    check(&[
        (
            "train.py",
            r#"
import argparse
from lib.trainer import Trainer
def get_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch_size", default=32)  #: option batch_size=32
    parser.add_argument("--lr", default=0.1)  #: option lr=0.1
    parser.add_argument("--unused", default=7)  #: option unused=7 | dead NeverRead
    return parser.parse_args()
def main():
    args = get_args()
    trainer = Trainer(args.lr, batch_size=args.batch_size)  #: variable trainer=lib.trainer.Trainer(@args.lr, batch_size=@args.batch_size) | reference<-6 | reference<-7 ;; keyword batch_size=@args.batch_size | reference<-6 ;; keyword rate=@args.lr | reference<-7 | of main.lib.trainer.Trainer
    trainer.fit(epochs=3)  #: keyword epochs=3
if __name__ == "__main__":
    main()
"#,
        ),
        ("lib/__init__.py", ""),
        (
            "lib/trainer.py",
            r#"
class Trainer:
    def __init__(self, rate, batch_size=16):  #: parameter self=? ;; parameter rate=? | argument<-train.py:12 ;; parameter batch_size=16 | argument<-train.py:12
        self.rate = rate  #: attribute rate=@rate | reference<-3
        self.batch_size = batch_size  #: attribute batch_size=@batch_size | reference<-3
    def fit(self, epochs=1):  #: parameter self=? ;; parameter epochs=1 | argument<-train.py:13
        step(self.batch_size * epochs)  #: keyword size=(@self.batch_size * @epochs) | reference<-5 | reference<-6
def step(size):  #: parameter size=? | argument<-7
    print(size)
"#,
        ),
    ]);
}

#[test]
fn constants_cross_files_by_every_kind_of_import() {
    check(&[
        ("pkg/__init__.py", ""),
        ("pkg/config.py", "LR = 1e-3  #: variable LR=1e-3\nSEED = 5\n"),
        ("consts.py", "DIM = 128\nfrom pkg.config import SEED\n"),
        (
            "a.py",
            r#"
from pkg.config import LR as RATE
import pkg.config
from consts import *
a = RATE  #: variable a=@RATE | reference<-pkg/config.py:1
b = pkg.config.SEED  #: variable b=@pkg.config.SEED | reference<-pkg/config.py:2
c = DIM * 2  #: variable c=(@DIM * 2) | reference<-consts.py:1
d = SEED  #: variable d=@SEED | reference<-pkg/config.py:2
def f(DIM):
    return g(x=DIM, y=RATE)  #: keyword x=@DIM | reference<-9 ;; keyword y=@RATE | reference<-pkg/config.py:1
"#,
        ),
        (
            "pkg/b.py",
            "from .config import LR\nfrom . import config\nx = LR  #: variable x=@LR | reference<-pkg/config.py:1\ny = config.SEED  #: variable y=@config.SEED | reference<-pkg/config.py:2\n",
        ),
    ]);
}

#[test]
fn the_last_assignment_that_runs_wins() {
    check(&[(
        "a.py",
        r#"
def f(big):
    lr = 0.1  #: variable lr=0.1 | override<-4 | dead shadowed 4
    lr = 0.2  #: variable lr=0.2 | override<-6
    if big:
        lr = 0.3  #: variable lr=0.3 | if big | reference<-2
    g(lr=lr)  #: keyword lr=@lr | reference<-4 | reference<-6
    n = 4  #: variable n=4 | override<-9
    n *= 2  #: variable n=(@n * 2) | reference<-8
    g(n=n)  #: keyword n=@n | reference<-9
    for i in range(3):
        k = i
        g(k=k, i=i)  #: keyword k=@k | reference<-12 ;; keyword i=@i
    total = 0  #: variable total=0
    for i in range(3):
        total += 5  #: variable total=?total += 5
    g(total=total)  #: keyword total=@total | reference<-14 | reference<-16
    for i in range(3):
        rate = rate * 0.9  #: variable rate=?rate * 0.9
    with open("f") as v:
        v = v  #: variable v=@v
"#,
    )]);
}

#[test]
fn reading_between_two_assignments_keeps_the_first_alive() {
    check(&[(
        "a.py",
        r#"
x = 1  #: variable x=1
print(x)
x = 2  #: variable x=2
SIZE = 5  #: variable SIZE=5
def g():
    return SIZE
g()
SIZE = 6  #: variable SIZE=6
use(x)
"#,
    )]);
}

#[test]
fn an_attribute_set_again_is_gone_unless_something_may_have_looked() {
    check(&[(
        "a.py",
        r#"
class Net:
    def __init__(self):
        self.dim = 1  #: attribute dim=1 | override<-5 | dead shadowed 5
        self.dim = 2  #: attribute dim=2
    def build(self):
        self.rate = 1  #: attribute rate=1
        self.compile()
        self.rate = 2  #: attribute rate=2
    def paused(self):
        self.flag = True  #: attribute flag=true
        yield
        self.flag = False  #: attribute flag=false
"#,
    )]);
}

#[test]
fn attributes_of_self_come_from_the_class_and_its_bases() {
    check(&[
        (
            "base.py",
            "\nclass Base:\n    width = 8  #: field width=8\n    def __init__(self):\n        self.depth = 3\n",
        ),
        (
            "a.py",
            r#"
from base import Base
class Net(Base):
    def __init__(self, args):
        super().__init__()
        self.args = args
        self.hidden = args.hidden  #: attribute hidden=@args.hidden | reference<-17
    def build(self):
        a = self.hidden  #: variable a=@self.hidden | reference<-7
        b = self.depth  #: variable b=@self.depth | reference<-base.py:5
        c = self.width  #: variable c=@self.width | reference<-base.py:3
        d = self.args.hidden  #: variable d=@self.args.hidden | reference<-17
        e = self.other  #: variable e=@self.other
import argparse
def go():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hidden", default=64)
    opts = parser.parse_args()
    net = Net(opts)
    w = net.width  #: variable w=@net.width | reference<-base.py:3
"#,
        ),
    ]);
}

#[test]
fn foreign_attributes_link_to_nothing() {
    check(&[(
        "a.py",
        r#"
import argparse, yaml
parser = argparse.ArgumentParser()
parser.add_argument("--lr", default=0.1)
args = parser.parse_args()
a = args.lr  #: variable a=@args.lr | reference<-4
b = optimizer.lr  #: variable b=@optimizer.lr
cfg = yaml.safe_load(open("c.yaml"))
c = cfg["lr"]  #: variable c=@cfg.lr
d = args.model.lr  #: variable d=@args.model.lr
for o in things:
    e = o.lr  #: variable e=@o.lr
"#,
    )]);
}

#[test]
fn options_travel_through_functions_and_files() {
    check(&[
        (
            "options.py",
            "import argparse\ndef parse():\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--dim', default=9)\n    parser.set_defaults(dim=11)\n    known, rest = parser.parse_known_args()\n    return known\n",
        ),
        (
            "main.py",
            r#"
import options
import work
config = options.parse()
work.go(config)
config.dim = 12  #: attribute dim=12 | of config | override<-8
if config.debug:
    config.dim = 13  #: attribute dim=13 | if config.debug
"#,
        ),
        (
            "work.py",
            "def go(c):\n    return run(dim=c.dim)  #: keyword dim=@c.dim | reference<-options.py:4\n",
        ),
        (
            "other.py",
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--dim', default=1)  #: option dim=1\nopt = p.parse_args()\nx = opt.dim  #: variable x=@opt.dim | reference<-3\n",
        ),
    ]);
    let world = world(&[(
        "a.py",
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--dim', default=1)\np.set_defaults(dim=2)\nargs = p.parse_args()\nargs.dim = 3\n",
    )]);
    let option = world
        .statements
        .iter()
        .position(|s| s.place.line == Some(3) && matches!(s.subject, Subject::Setting { .. }))
        .unwrap();
    let mut kinds: Vec<(String, u32)> = world
        .links
        .iter()
        .filter(|link| link.to == option)
        .map(|link| {
            (
                format!("{:?}", link.kind),
                world.statements[link.from].place.line.unwrap(),
            )
        })
        .collect();
    kinds.sort();
    assert_eq!(kinds, [("Override".to_string(), 6), ("SetDefault".to_string(), 4)]);
}

#[test]
fn what_a_caller_sets_on_an_object_reaches_the_callee() {
    check(&[(
        "a.py",
        r#"
def train(h):
    loader(batch=h.batch_size)  #: keyword batch=@h.batch_size | reference<-6
def main():
    hyper = load("c.json")
    hyper.batch_size = 8
    train(hyper)
"#,
    )]);
}

#[test]
fn a_parser_of_its_own_has_no_options_of_another_script() {
    check(&[
        (
            "run.py",
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--data', default=1)  #: option data=1\nargs = p.parse_args()\n",
        ),
        (
            "ensemble.py",
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--k', default=1)\nargs = p.parse_args()\nargs.data = 2\nx = args.data  #: variable x=@args.data | reference<-5\n",
        ),
    ]);
}

#[test]
fn dataclasses_are_options_too() {
    check(&[(
        "a.py",
        r#"
from dataclasses import dataclass
from transformers import HfArgumentParser, TrainingArguments
@dataclass
class ModelArguments:
    rank: int = 8  #: field rank=8
@dataclass
class Config:
    lr: float = 0.1  #: field lr=0.1 | argument<-19
    steps: int = 5  #: field steps=5 | override<-20
def main(settings: Config):
    parser = HfArgumentParser((ModelArguments, TrainingArguments))
    model_args, training_args = parser.parse_args_into_dataclasses()
    a = model_args.rank  #: variable a=@model_args.rank | reference<-6
    b = training_args.rank  #: variable b=@training_args.rank
    c = settings.lr  #: variable c=@settings.lr | reference<-9
    print(a, b, c)
def other():
    cfg = Config(lr=0.5)
    cfg.steps = 6
    main(cfg)
"#,
    )]);
}

#[test]
fn dictionaries_are_read_by_key_and_spread_into_calls() {
    check(&[(
        "a.py",
        r#"
gen = {"do_sample": False, "beams": 1}  #: variable gen={do_sample: false, beams: 1} ;; entry do_sample=false ;; entry beams=1
def run(model, conf):
    s = gen["do_sample"]  #: variable s=@gen.do_sample | reference<-2
    t = gen.get("missing", 3)  #: entry missing=3 ;; variable t=@gen.missing | reference<-5
    model.generate(**gen)  #: keyword do_sample=@gen.do_sample | reference<-2 | of run.model.generate ;; keyword beams=@gen.beams | reference<-2
    local(**gen)
def local(do_sample=True, beams=5):  #: parameter do_sample=true | argument<-2 ;; parameter beams=5 | argument<-2
    return do_sample, beams
nested = dict(opt=dict(lr=1))
u = nested["opt"]["lr"]  #: variable u=@nested.opt.lr | reference<-10
"#,
    )]);
}

#[test]
fn keywords_are_handed_on_and_partials_bound() {
    check(&[(
        "a.py",
        r#"
from functools import partial
import lib
def inner(rate=0.1):  #: parameter rate=0.1 | argument<-9 | argument<-10
    return rate
def outer(x, **kw):
    lib.library(**kw)  #: keyword rate=@kw.rate | reference<-9 | of outer.lib.library
    return inner(**kw)
outer(1, rate=0.2)
f = partial(inner, rate=0.3)
"#,
    )]);
}

#[test]
fn methods_are_found_by_object_or_by_a_name_of_their_own() {
    check(&[(
        "a.py",
        r#"
class Sampler:
    def draw_clips(self, count=5):  #: parameter self=? ;; parameter count=5 | argument<-12
        return count
    @staticmethod
    def window(size=1):  #: parameter size=1 | argument<-13
        return size
    def generate(self, tokens=1):  #: parameter self=? ;; parameter tokens=1 | argument<-14
        return tokens
    def __call__(self, hop=3):  #: parameter self=? ;; parameter hop=3 | argument<-16
        return hop
def use(s): s.draw_clips(count=6)
Sampler.window(size=2)
Sampler().generate(tokens=4)
sampler = Sampler()
sampler(hop=4)
def other(model): model.generate(tokens=9)
"#,
    )]);
}

#[test]
fn what_nothing_reads_or_calls_is_dead() {
    check(&[
        (
            "a.py",
            r#"
import torch.nn as nn
from registry import register
def pad(x, pad_target_ms=2000):  #: parameter x=? | argument<-25 ;; parameter pad_target_ms=2000 | dead NeverRead
    return x
def never(size=5):  #: parameter size=5 | dead NeverCalled
    width = size  #: variable width=@size | reference<-6 | dead NeverCalled
    return helper(width)
def helper(v=1):  #: parameter v=1 | argument<-8 | dead NeverCalled
    return v
class Net(nn.Module):
    def __init__(self, dim=3, legacy=1):  #: parameter self=? ;; parameter dim=3 ;; parameter legacy=1 | dead NeverRead
        self.dim = dim
    def forward(self, x, mask=None):  #: parameter self=? ;; parameter x=? ;; parameter mask=none
        return x
    def extra_repr(self, n=1):  #: parameter self=? ;; parameter n=1
        return n
class Base:
    def step(self, lr=1):  #: parameter self=? ;; parameter lr=1
        raise NotImplementedError
@register
def plugin(k=2):  #: parameter k=2
    return k
if __name__ == "__main__":
    pad(1)
    Net()
    Base().step()
"#,
        ),
        ("registry.py", "def register(f):\n    return f\n"),
    ]);
}

#[test]
fn what_is_looked_up_by_a_computed_name_is_alive() {
    check(&[
        (
            "a.py",
            "import zoo\nimport plain\nif __name__ == '__main__':\n    getattr(zoo, name.title())()\n",
        ),
        (
            "zoo.py",
            "class Resnet:\n    def __init__(self, depth=18):  #: parameter self=? ;; parameter depth=18\n        self.depth = depth\n",
        ),
        (
            "plain.py",
            "def f(depth=18):  #: parameter depth=18 | dead NeverCalled\n    return depth\n",
        ),
    ]);
}

#[test]
fn without_an_entry_nothing_is_called_dead() {
    check(&[(
        "lib.py",
        "def pad(x, ms=2000):  #: parameter x=? ;; parameter ms=2000\n    return x\n",
    )]);
}

#[test]
fn options_that_go_as_a_whole_are_read() {
    check(&[(
        "a.py",
        r#"
import argparse
from library import Model
parser = argparse.ArgumentParser()
parser.add_argument("--dim", default=4)  #: option dim=4
args = parser.parse_args()
print(args)
Model(**vars(args))
"#,
    )]);
}

#[test]
fn options_fill_the_parameters_they_are_spread_over() {
    check(&[(
        "a.py",
        r#"
import argparse
def build(dim=1, other=2):  #: parameter dim=1 | argument<-6 ;; parameter other=2
    return dim, other
parser = argparse.ArgumentParser()
parser.add_argument("--dim", default=4)
args = parser.parse_args()
build(**vars(args))
"#,
    )]);
}

#[test]
fn entries_and_their_reach() {
    let world = world(&[
        (
            "train.py",
            "from pkg.net import Net\ndef main():\n    import lazy\nif __name__ == '__main__':\n    main()\n",
        ),
        (
            "eval.py",
            "import argparse\nargs = argparse.ArgumentParser().parse_args()\n",
        ),
        ("pkg/__init__.py", ""),
        (
            "pkg/net.py",
            "from .layers import L\nclass Net: pass\nif __name__ == '__main__':\n    Net()\n",
        ),
        ("pkg/layers.py", "class L: pass\n"),
        ("lazy.py", "X = 1\n"),
        ("tests/test_train.py", "import train\n"),
        ("setup.py", "from setuptools import setup\nsetup()\n"),
        ("unused.py", "def f(): pass\n"),
    ]);
    assert_eq!(entries(&world.modules), ["eval.py", "train.py"]);
    assert_eq!(
        Running::new(&world.statements, &world.modules).reach("train.py"),
        ["lazy.py", "pkg/__init__.py", "pkg/layers.py", "pkg/net.py", "train.py"]
    );
    assert_eq!(
        Running::new(&world.statements, &world.modules).reach("eval.py"),
        ["eval.py"]
    );
}

#[test]
fn own_modules_are_of_no_package() {
    let world = world(&[
        ("a.py", "import utils\nimport datasets\n"),
        ("utils.py", ""),
        ("deep/down/datasets.py", ""),
    ]);
    let packages: Vec<&str> = world
        .statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Import { package, .. } => Some(package.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(
        packages,
        ["", "datasets"],
        "a file two folders away is not what Python would import"
    );
}
