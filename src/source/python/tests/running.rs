//! What an entry comes to in the files it imports.

use super::super::Running;
use super::world;

/// Names of what is idle when the entry is started, as `FILE:NAME`.
fn idle(files: &[(&str, &str)], entry: &str) -> Vec<String> {
    let world = world(files);
    Running::new(&world.statements, &world.modules)
        .idle(entry)
        .into_iter()
        .map(|idle| format!("{}:{}", idle.file, idle.name))
        .collect()
}

#[test]
fn what_no_name_leads_to_is_idle() {
    let files = [
        (
            "train.py",
            r#"
from lib import Net, helper as assist, table
import lib
def unused(a=1):
    return a
def main():
    net = Net()
    assist()
    net.prepare()
    return table["x"](2)
if __name__ == "__main__":
    main()
"#,
        ),
        (
            "lib.py",
            r#"
import torch.nn as nn
from registry import register
__all__ = ["Net", "Legacy", "helper"]
class Legacy:
    def __init__(self, dim=3):
        self.dim = dim
class Net:
    def __init__(self):
        inner()
    def prepare(self):
        def local(k=1):
            return k
        return 1
    def never(self, rate=2):
        return rate
    @property
    def width(self):
        return 4
class Block(nn.Module):
    def forward(self, x, mask=None):
        return x
    def anything(self, y=1):
        return y
def inner():
    return Block()
def helper():
    return 1
@register
def plugin(k=2):
    return k
def chosen(n=1):
    return n
def alone(n=1):
    return Legacy(n)
table = {"x": chosen}
if __name__ == "__main__":
    def demo():
        alone(5)
    demo()
"#,
        ),
        (
            "registry.py",
            "def register(f):\n    return f\ndef clear(n=1):\n    return n\n",
        ),
    ];
    assert_eq!(
        idle(&files, "train.py"),
        [
            "lib.py:Legacy",
            "lib.py:Net.prepare.local",
            "lib.py:Net.never",
            "lib.py:Net.width",
            "lib.py:alone",
            "lib.py:__main__",
            "registry.py:clear",
            "train.py:unused",
        ]
    );
    // Started by itself, its own block runs, and with it what that calls.
    assert_eq!(
        idle(&files, "lib.py"),
        [
            "lib.py:Net",
            "lib.py:Block",
            "lib.py:inner",
            "lib.py:helper",
            "registry.py:clear"
        ]
    );
}

#[test]
fn what_is_looked_up_by_a_computed_name_may_run() {
    let files = [
        (
            "train.py",
            "import models, losses, lib\nnet = models.__dict__[name]()\nloss = getattr(losses, name)()\n",
        ),
        ("models.py", "def resnet(depth=18):\n    return depth\n"),
        (
            "losses.py",
            "class Focal:\n    def __init__(self, gamma=2):\n        self.gamma = gamma\n",
        ),
        ("lib.py", "def never(n=1):\n    return n\n"),
    ];
    assert_eq!(idle(&files, "train.py"), ["lib.py:never"]);
}

#[test]
fn a_file_without_work_of_its_own_is_started_by_name() {
    let files = [("cli.py", "def start(n=1):\n    return n\n")];
    assert!(idle(&files, "cli.py").is_empty(), "a console script names the function");
    assert!(idle(&files, "other.py").is_empty(), "what is not there runs nothing");
}
