//! What a command starts, behind its launchers: `srun … torchrun --nproc_per_node=8 train.py` starts `train.py`.
//!
//! Why it can be wrong: an option whose value is taken for the script (`accelerate launch --num_processes 8 train.py`
//! starts no file called `8`). So every launcher has the list of its options without a value; all others take one.
//!
//! Example: `conda run -n env python -m pkg.train --lr 1` starts the module `pkg.train` with the arguments `--lr 1`.

use super::launchers::{
    ACCELERATE, COMPOSER, CONDA_RUN, CONTAINER_VALUED, DEEPSPEED, Launcher, MPIRUN, PASSING, PYTHON_SWITCHES, TORCHRUN,
    UV_RUN, listed,
};
use super::papermill;
use crate::source::Word;
use crate::source::scheduler;
use crate::source::shell::is_script;

/// What runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Program {
    /// A Python file, by its path as written.
    File(String),
    /// `python -m module`.
    Module(String),
    /// A shell or job script, which is read itself.
    Script(String),
    /// A notebook that papermill runs.
    Notebook(String),
    /// A program by its name alone (a console script).
    Console(String),
}

/// A launcher's option that multiplies, or that sets something of the run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Given {
    /// The option's name without dashes.
    pub(super) name: &'static str,
    /// Index of the word that bears the option, and of the one that bears the value.
    pub(super) option: usize,
    pub(super) value: usize,
}

/// A command taken apart; indices are into its words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stripped {
    pub(super) program: Program,
    /// Where the program's own arguments begin.
    pub(super) arguments: usize,
    pub(super) factors: Vec<Given>,
    /// Options of the launcher that are settings of the run (`--mixed_precision`).
    pub(super) settings: Vec<Given>,
    /// Words that name the launcher's configuration file.
    pub(super) configs: Vec<usize>,
    /// `env A=b`, `--export=A=b`.
    pub(super) environment: Vec<usize>,
}

/// Takes a command apart; `None` where it starts no code of a repository (pip, module, make).
pub(super) fn strip(words: &[Word]) -> Option<Stripped> {
    let mut strip = Strip {
        words,
        at: 0,
        factors: Vec::new(),
        settings: Vec::new(),
        configs: Vec::new(),
        environment: Vec::new(),
    };
    // Each launcher takes at least its own word.
    for _ in 0..words.len().min(12) {
        if let Some(program) = strip.step()? {
            return Some(Stripped {
                program,
                arguments: strip.at,
                factors: strip.factors,
                settings: strip.settings,
                configs: strip.configs,
                environment: strip.environment,
            });
        }
    }
    None
}

struct Strip<'w> {
    words: &'w [Word],
    at: usize,
    factors: Vec<Given>,
    settings: Vec<Given>,
    configs: Vec<usize>,
    environment: Vec<usize>,
}

impl Strip<'_> {
    fn text(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.text.as_str())
    }

    /// One launcher, or the program itself. `None`: nothing of the repository is started.
    fn step(&mut self) -> Option<Option<Program>> {
        while is_assignment(self.text(self.at)) {
            self.environment.push(self.at);
            self.at += 1;
        }
        let first = self.words.get(self.at)?.text.clone();
        let name = first.rsplit('/').next().unwrap_or("").to_string();
        let name = name.as_str();
        if is_python(name) || (first.contains("PYTHON") && first.starts_with('$')) {
            self.at += 1;
            return self.python();
        }
        if let Some(launcher) = PASSING.iter().find(|launcher| listed(launcher.names, name)) {
            self.at += 1;
            if matches!(name, "nsys" | "ncu") {
                self.at += usize::from(self.text(self.at) == "profile");
            }
            self.options(launcher);
            return Some(None);
        }
        match name {
            "env" => {
                self.at += 1;
                while self.text(self.at).starts_with('-') {
                    self.at += 1 + usize::from(matches!(self.text(self.at), "-u" | "--unset" | "-C" | "--chdir"));
                }
                while is_assignment(self.text(self.at)) {
                    self.environment.push(self.at);
                    self.at += 1;
                }
                Some(None)
            }
            "taskset" => {
                self.at += 1;
                while self.text(self.at).starts_with('-') {
                    self.at += 1;
                }
                self.at += 1;
                Some(None)
            }
            "srun" | "salloc" => {
                self.at += 1;
                let (_, taken) = scheduler::options("slurm", &self.words[self.at..]);
                self.at += taken;
                Some(None)
            }
            "sbatch" => {
                self.at += 1;
                let start = self.at;
                let (_, taken) = scheduler::options("slurm", &self.words[self.at..]);
                self.at += taken;
                for at in start..self.at {
                    if self.text(at).starts_with("--export") {
                        self.environment.push(at);
                    }
                }
                self.script()
            }
            "qsub" | "bsub" => {
                self.at += 1;
                let system = if name == "bsub" { "lsf" } else { "pbs" };
                let (_, taken) = scheduler::options(system, &self.words[self.at..]);
                self.at += taken;
                if is_script(self.text(self.at)) {
                    self.script()
                } else {
                    Some(None)
                }
            }
            "bash" | "sh" | "zsh" => {
                self.at += 1;
                while self.text(self.at).starts_with(['-', '+']) {
                    self.at += 1 + usize::from(self.text(self.at) == "-o");
                }
                self.script()
            }
            "torchrun" => {
                self.at += 1;
                self.distributed(&TORCHRUN)
            }
            "accelerate" => {
                if self.text(self.at + 1) != "launch" {
                    return None;
                }
                self.at += 2;
                self.distributed(&ACCELERATE)
            }
            "deepspeed" => {
                self.at += 1;
                self.distributed(&DEEPSPEED)
            }
            "composer" => {
                self.at += 1;
                self.distributed(&COMPOSER)
            }
            name if listed(MPIRUN.names, name) => {
                self.at += 1;
                self.options(&MPIRUN);
                Some(None)
            }
            "apptainer" | "singularity" => self.container(),
            "conda" | "mamba" | "micromamba" => {
                if self.text(self.at + 1) != "run" {
                    return None;
                }
                self.at += 2;
                self.options(&CONDA_RUN);
                Some(None)
            }
            "poetry" | "pipenv" | "pdm" | "hatch" | "rye" | "pixi" => {
                if self.text(self.at + 1) != "run" {
                    return None;
                }
                self.at += 2;
                Some(None)
            }
            "uv" => {
                if self.text(self.at + 1) != "run" {
                    return None;
                }
                self.at += 2;
                if self.options_until_module(&UV_RUN) {
                    let module = self.text(self.at).to_string();
                    self.at += 1;
                    return Some(Some(Program::Module(module)));
                }
                Some(None)
            }
            "ray" => {
                let dashes = (self.at..self.words.len()).find(|&at| self.text(at) == "--")?;
                self.at = dashes + 1;
                Some(None)
            }
            "papermill" => {
                self.at += 1;
                papermill::program(self.words, self.at).map(Some)
            }
            "source" | "." | "pip" | "pip3" | "module" | "ml" | "make" | "jupyter" | "pytest" | "uvx" | "ipython"
            | "script" | "" => None,
            _ => {
                self.at += 1;
                Some(Some(self.named(&first)))
            }
        }
    }

    /// A program that is named itself.
    fn named(&self, first: &str) -> Program {
        if first.ends_with(".py") {
            Program::File(first.to_string())
        } else if is_script(first) || first.starts_with("./") {
            Program::Script(first.to_string())
        } else {
            Program::Console(first.rsplit('/').next().unwrap_or(first).to_string())
        }
    }

    /// The script that a shell or scheduler is given.
    fn script(&mut self) -> Option<Option<Program>> {
        let script = self.words.get(self.at)?.text.clone();
        self.at += 1;
        if script.ends_with(".py") {
            return Some(Some(Program::File(script)));
        }
        Some(Some(Program::Script(script)))
    }

    /// Behind `python`.
    fn python(&mut self) -> Option<Option<Program>> {
        loop {
            let word = self.words.get(self.at)?.text.clone();
            match word.as_str() {
                "-W" | "-X" => self.at += 2,
                "-m" => {
                    let module = self.words.get(self.at + 1)?.text.clone();
                    self.at += 2;
                    return self.module(&module);
                }
                "-c" | "-" => return None,
                switch if listed(PYTHON_SWITCHES, switch) => self.at += 1,
                joined if joined.starts_with("-W") || joined.starts_with("-X") => self.at += 1,
                "-um" => {
                    let module = self.words.get(self.at + 1)?.text.clone();
                    self.at += 2;
                    return self.module(&module);
                }
                option if option.starts_with('-') => self.at += 1,
                _ => {
                    self.at += 1;
                    return Some(Some(Program::File(word)));
                }
            }
        }
    }

    /// `python -m module`: launchers come as modules too.
    fn module(&mut self, module: &str) -> Option<Option<Program>> {
        match module {
            "torch.distributed.run" | "torch.distributed.launch" => self.distributed(&TORCHRUN),
            "accelerate.commands.launch" => self.distributed(&ACCELERATE),
            "accelerate" if self.text(self.at) == "launch" => {
                self.at += 1;
                self.distributed(&ACCELERATE)
            }
            "deepspeed" | "deepspeed.launcher.runner" => self.distributed(&DEEPSPEED),
            "pip" | "venv" | "pytest" | "unittest" | "http.server" | "ipykernel" | "nltk.downloader" => None,
            "papermill" => papermill::program(self.words, self.at).map(Some),
            "cProfile" | "pdb" | "ipdb" | "trace" | "memory_profiler" => self.python(),
            "coverage" | "debugpy" | "scalene" => {
                while !self.text(self.at).ends_with(".py") && self.at < self.words.len() {
                    self.at += 1;
                }
                self.python()
            }
            _ => Some(Some(Program::Module(module.to_string()))),
        }
    }

    /// A launcher of Python processes: its options, then a script, or a module behind `-m`.
    fn distributed(&mut self, launcher: &Launcher) -> Option<Option<Program>> {
        let module = self.options_until_module(launcher);
        let program = self.words.get(self.at)?.text.clone();
        if is_python(program.rsplit('/').next().unwrap_or("")) {
            return Some(None);
        }
        self.at += 1;
        Some(Some(if module {
            Program::Module(program)
        } else {
            Program::File(program)
        }))
    }

    fn options(&mut self, launcher: &Launcher) {
        self.options_until_module(launcher);
    }

    /// Takes the launcher's options and own words; true where `-m` or `--module` is among them.
    fn options_until_module(&mut self, launcher: &Launcher) -> bool {
        let mut module = false;
        while let Some(word) = self.words.get(self.at) {
            let text = word.text.as_str();
            if !text.starts_with('-') || text.len() < 2 {
                break;
            }
            if text == "--" {
                self.at += 1;
                break;
            }
            let (name, inline) = match text.split_once('=') {
                Some((name, _)) => (name, true),
                None => (text, false),
            };
            // Launchers take dashes and underscores alike.
            let alike = if let Some(long) = name.strip_prefix("--") {
                format!("--{}", long.replace('-', "_"))
            } else {
                name.to_string()
            };
            let is = |other: &str| {
                other == name
                    || other
                        .strip_prefix("--")
                        .is_some_and(|o| format!("--{}", o.replace('-', "_")) == alike)
            };
            if matches!(alike.as_str(), "-m" | "--module") && launcher.takes_module {
                module = true;
                self.at += 1;
                continue;
            }
            if !inline && any(launcher.switches, &is) {
                self.at += 1;
                continue;
            }
            let mut width = if inline { 1 } else { 2 };
            if matches!(name, "-mca" | "--mca" | "-genv") {
                width = 3;
            }
            // `nice -10`, `-oL`, `-n4`: the value stands in the word.
            if !inline && !name.starts_with("--") && name.len() > 2 && launcher.factors.is_empty() {
                width = 1;
            }
            let value = if inline { self.at } else { self.at + 1 };
            let given = |name: &'static str| Given {
                name,
                option: self.at,
                value,
            };
            if value < self.words.len() {
                if let Some((_, known)) = launcher.factors.iter().find(|(option, _)| is(option)) {
                    self.factors.push(given(known));
                }
                if let Some(known) = launcher.settings.split_ascii_whitespace().find(|option| is(option)) {
                    self.settings.push(given(known.trim_start_matches('-')));
                }
                if any(launcher.configs, &is) {
                    self.configs.push(value);
                }
            }
            self.at += width;
        }
        self.at += launcher.own;
        module
    }

    /// `apptainer exec --nv image.sif python …`.
    fn container(&mut self) -> Option<Option<Program>> {
        self.at += 1;
        while self.text(self.at).starts_with('-') {
            self.at += 1;
        }
        let verb = self.text(self.at).to_string();
        if !matches!(verb.as_str(), "exec" | "run") {
            return None;
        }
        self.at += 1;
        while self.text(self.at).starts_with('-') {
            let text = self.text(self.at);
            self.at += 1 + usize::from(listed(CONTAINER_VALUED, text) && !text.contains('='));
        }
        self.at += 1;
        // `run` starts what the image says; only a program that stands there is known.
        (verb == "exec" || is_python(self.text(self.at))).then_some(None)
    }
}

/// Whether one of a list of options is the one at hand.
fn any(list: &str, is: &dyn Fn(&str) -> bool) -> bool {
    list.split_ascii_whitespace().any(is)
}

pub(super) fn is_python(name: &str) -> bool {
    name.strip_prefix("python").is_some_and(|rest| {
        rest.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'w')
    })
}

pub(super) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let mut bytes = name.bytes();
        bytes
            .next()
            .is_some_and(|byte| byte == b'_' || byte.is_ascii_alphabetic())
            && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Expr;
    use crate::place::Place;

    fn words(line: &str) -> Vec<Word> {
        line.split_whitespace()
            .map(|word| Word {
                text: word.to_string(),
                value: Expr::Opaque(String::new()),
                place: Place::default(),
                variables: Vec::new(),
            })
            .collect()
    }

    /// The program, its arguments, and the factors as `name=word`.
    fn shown(line: &str) -> String {
        let words = words(line);
        let Some(stripped) = strip(&words) else {
            return "-".to_string();
        };
        let program = match &stripped.program {
            Program::File(path) => path.clone(),
            Program::Module(module) => format!("-m {module}"),
            Program::Script(path) => format!("$ {path}"),
            Program::Console(name) => format!("@ {name}"),
            Program::Notebook(path) => format!("nb {path}"),
        };
        let arguments: Vec<&str> = words[stripped.arguments..]
            .iter()
            .map(|word| word.text.as_str())
            .collect();
        let factors: Vec<String> = stripped
            .factors
            .iter()
            .chain(&stripped.settings)
            .map(|given| {
                format!(
                    " {}={}",
                    given.name,
                    words[given.value].text.rsplit('=').next().unwrap_or("")
                )
            })
            .collect();
        format!("{program} | {}{}", arguments.join(" "), factors.concat()).replace("|  ", "| ")
    }

    #[test]
    fn launchers_come_off() {
        let cases = [
            ("python train.py --lr 1", "train.py | --lr 1"),
            ("python3.10 -u -W ignore train.py x", "train.py | x"),
            ("python -m pkg.train --lr 1", "-m pkg.train | --lr 1"),
            ("/usr/bin/python -um pkg.train", "-m pkg.train | "),
            ("python -c print(1)", "-"),
            ("python -m pip install x", "-"),
            (
                "torchrun --nproc_per_node=8 --nnodes 2 train.py --lr 1",
                "train.py | --lr 1 nproc_per_node=8 nnodes=2",
            ),
            (
                "torchrun --standalone --nproc-per-node 4 -m pkg.t --x",
                "-m pkg.t | --x nproc_per_node=4",
            ),
            (
                "python -m torch.distributed.launch --nproc_per_node 2 --use_env main.py -b 12",
                "main.py | -b 12 nproc_per_node=2",
            ),
            (
                "accelerate launch --config_file a.yaml --num_processes 8 --multi_gpu --mixed_precision bf16 run.py --x 1",
                "run.py | --x 1 num_processes=8 mixed_precision=bf16",
            ),
            ("accelerate config", "-"),
            (
                "deepspeed --num_gpus 4 --master_port 1 train.py --deepspeed ds.json",
                "train.py | --deepspeed ds.json num_gpus=4",
            ),
            ("srun --gres=gpu:1 -p x --exclusive python t.py", "t.py | "),
            ("srun -n 8 -u torchrun t.py a", "t.py | a"),
            (
                "mpirun -np 4 --bind-to none -mca a b python t.py",
                "t.py | num_processes=4",
            ),
            ("apptainer exec --nv -B /a:/b img.sif python t.py --x", "t.py | --x"),
            ("singularity run img.sif", "-"),
            ("conda run -n env --no-capture-output python t.py", "t.py | "),
            ("poetry run python t.py", "t.py | "),
            ("uv run --with x t.py --y", "t.py | --y"),
            ("uv run -m pkg.t --y", "-m pkg.t | --y"),
            ("nohup time env A=b CUDA=1 python t.py", "t.py | "),
            ("xvfb-run -a -s x python t.py", "t.py | "),
            ("timeout 2h python t.py", "t.py | "),
            ("nice -n 10 python t.py", "t.py | "),
            ("bash -x run.sh a b", "$ run.sh | a b"),
            ("sbatch -p x --gres=gpu:1 job.sbatch 5", "$ job.sbatch | 5"),
            ("./train.py --x", "./train.py | --x"),
            ("./run.sh 1", "$ ./run.sh | 1"),
            ("fairseq-train data --lr 1", "@ fairseq-train | data --lr 1"),
            ("make train", "-"),
            ("pip install x", "-"),
            ("srun", "-"),
            ("python", "-"),
            ("torchrun --nproc_per_node", "-"),
            ("accelerate launch", "-"),
        ];
        for (line, expected) in cases {
            assert_eq!(shown(line).trim_end(), expected.trim_end(), "{line}");
        }
    }
}
