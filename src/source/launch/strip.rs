//! What a command starts, behind its launchers: `srun … torchrun --nproc_per_node=8 train.py` starts `train.py`.
//!
//! Why it can be wrong: an option whose value is taken for the script (`accelerate launch --num_processes 8 train.py`
//! starts no file called `8`). So every launcher has the list of its options without a value; all others take one.
//!
//! Example: `conda run -n env python -m pkg.train --lr 1` starts the module `pkg.train` with the arguments `--lr 1`.

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

/// A launcher with options before what it starts.
struct Launcher {
    names: &'static [&'static str],
    /// Options without a value.
    switches: &'static [&'static str],
    /// Options whose value multiplies, with the name they are known by.
    factors: &'static [(&'static str, &'static str)],
    settings: &'static [(&'static str, &'static str)],
    configs: &'static [&'static str],
    /// Words behind the options that are the launcher's own (an image, a duration).
    own: usize,
}

const TORCHRUN: Launcher = Launcher {
    names: &["torchrun", "torch.distributed.run", "torch.distributed.launch"],
    switches: &["--standalone", "--use_env", "--no_python", "--run_path", "--help"],
    factors: &[("--nproc_per_node", "nproc_per_node"), ("--nnodes", "nnodes")],
    settings: &[],
    configs: &[],
    own: 0,
};
const ACCELERATE: Launcher = Launcher {
    names: &["accelerate"],
    switches: &[
        "--multi_gpu",
        "--cpu",
        "--tpu",
        "--ipex",
        "--use_deepspeed",
        "--use_fsdp",
        "--use_megatron_lm",
        "--use_xpu",
        "--quiet",
        "-q",
        "--same_network",
        "--debug",
        "--no_python",
        "--use_mps_device",
        "--enable_cpu_affinity",
        "--use_parallelism_config",
        "--no_use_deepspeed",
        "--tpu_use_cluster",
        "--tpu_use_sudo",
        "--downcast_bf16",
    ],
    // `--num_machines` is none: accelerate's num_processes counts the processes of all machines.
    factors: &[("--num_processes", "num_processes")],
    settings: &[
        ("--mixed_precision", "mixed_precision"),
        ("--gradient_accumulation_steps", "gradient_accumulation_steps"),
        ("--gradient_clipping", "gradient_clipping"),
        ("--zero_stage", "zero_stage"),
    ],
    configs: &["--config_file", "--deepspeed_config_file"],
    own: 0,
};
const DEEPSPEED: Launcher = Launcher {
    names: &["deepspeed"],
    switches: &[
        "--no_python",
        "--no_local_rank",
        "--force_multi",
        "--save_pid",
        "--elastic_training",
        "--no_ssh",
    ],
    factors: &[
        ("--num_gpus", "num_gpus"),
        ("--num_nodes", "num_nodes"),
        ("--include", "num_gpus"),
        ("-i", "num_gpus"),
    ],
    settings: &[],
    configs: &[],
    own: 0,
};
const COMPOSER: Launcher = Launcher {
    names: &["composer"],
    switches: &["-v", "--verbose"],
    factors: &[("-n", "nproc_per_node"), ("--nproc", "nproc_per_node")],
    settings: &[],
    configs: &[],
    own: 0,
};
const MPIRUN: Launcher = Launcher {
    names: &["mpirun", "mpiexec", "horovodrun", "mpiexec.hydra", "orterun", "prterun"],
    switches: &[
        "--allow-run-as-root",
        "-allow-run-as-root",
        "--oversubscribe",
        "-oversubscribe",
        "-v",
        "--verbose",
        "-q",
        "--quiet",
        "--report-bindings",
        "-report-bindings",
        "--tag-output",
        "-tag-output",
        "--display-map",
        "-bynode",
        "-byslot",
        "--use-hwthread-cpus",
        "--nooversubscribe",
        "-prepend-rank",
        "--gloo",
        "--mpi",
        "--verbose-output",
    ],
    factors: &[
        ("-np", "num_processes"),
        ("-n", "num_processes"),
        ("--np", "num_processes"),
        ("--n", "num_processes"),
        ("-c", "num_processes"),
    ],
    settings: &[],
    configs: &[],
    own: 0,
};
/// Launchers that only pass on what stands behind their options: names, options without a value, own words.
const PASSING: &[Launcher] = &[
    passing(
        &[
            "nohup",
            "setsid",
            "catchsegv",
            "unbuffer",
            "command",
            "exec",
            "builtin",
            "proxychains4",
        ],
        &["-q", "-f"],
        0,
    ),
    passing(&["time"], &["-p", "-v", "-a", "--verbose"], 0),
    passing(&["nice", "ionice"], &["-t"], 0),
    passing(&["stdbuf"], &[], 0),
    passing(
        &["timeout"],
        &["--foreground", "--preserve-status", "-v", "--verbose"],
        1,
    ),
    passing(&["xvfb-run"], &["-a", "--auto-servernum", "-l", "--listen-tcp"], 0),
    passing(&["sudo"], &["-E", "-n", "-S", "-H", "--preserve-env", "-b", "-i"], 0),
    passing(&["numactl"], &["-l", "--localalloc", "-s", "--show"], 0),
    passing(&["nsys", "ncu"], &[], 0),
    passing(&["kernprof"], &["-l", "-v", "-b", "--line-by-line", "--view"], 0),
];

const fn passing(names: &'static [&'static str], switches: &'static [&'static str], own: usize) -> Launcher {
    Launcher {
        names,
        switches,
        factors: &[],
        settings: &[],
        configs: &[],
        own,
    }
}

/// Python's own options without a value.
const PYTHON_SWITCHES: &[&str] = &[
    "-u", "-O", "-OO", "-B", "-E", "-s", "-S", "-i", "-q", "-v", "-I", "-d", "-b", "-bb", "-x", "-P", "-uB", "-Bu",
    "-uO",
];

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
        let first = self.words.get(self.at)?.text.clone();
        let name = first.rsplit('/').next().unwrap_or("").to_string();
        let name = name.as_str();
        if is_python(name) || (first.contains("PYTHON") && first.starts_with('$')) {
            self.at += 1;
            return self.python();
        }
        if let Some(launcher) = PASSING.iter().find(|launcher| launcher.names.contains(&name)) {
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
            name if MPIRUN.names.contains(&name) => {
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
                self.options(&passing(
                    &[],
                    &[
                        "--no-capture-output",
                        "--live-stream",
                        "--no-banner",
                        "-v",
                        "--dev",
                        "-a",
                    ],
                    0,
                ));
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
                const SWITCHES: &[&str] = &[
                    "--no-sync",
                    "--isolated",
                    "--frozen",
                    "--locked",
                    "--active",
                    "--no-project",
                    "--all-extras",
                    "--dev",
                    "--no-dev",
                    "-q",
                    "--quiet",
                    "-v",
                    "--verbose",
                    "-s",
                    "--script",
                    "--exact",
                ];
                if let Some(program) = self.module_option(SWITCHES) {
                    return Some(Some(program));
                }
                Some(None)
            }
            "ray" => {
                let dashes = (self.at..self.words.len()).find(|&at| self.text(at) == "--")?;
                self.at = dashes + 1;
                Some(None)
            }
            "pip" | "pip3" | "module" | "ml" | "make" | "jupyter" | "pytest" | "papermill" | "uvx" | "ipython"
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
                switch if PYTHON_SWITCHES.contains(&switch) => self.at += 1,
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
        let from = self.at;
        let module = self.options_until_module(launcher);
        if self.at > self.words.len() {
            return None;
        }
        let _ = from;
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
            if matches!(alike.as_str(), "-m" | "--module") && launcher.names.len() > 0 && launcher.own == 0 {
                module = true;
                self.at += 1;
                continue;
            }
            if !inline && launcher.switches.iter().any(|switch| is(switch)) {
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
                if let Some((_, known)) = launcher.settings.iter().find(|(option, _)| is(option)) {
                    self.settings.push(given(known));
                }
                if launcher.configs.iter().any(|option| is(option)) {
                    self.configs.push(value);
                }
            }
            self.at += width;
        }
        self.at += launcher.own;
        module
    }

    /// `--switch`, `--option value` up to the program, or `-m module`.
    fn module_option(&mut self, switches: &'static [&'static str]) -> Option<Program> {
        while self.text(self.at).starts_with('-') {
            let text = self.text(self.at);
            if matches!(text, "-m" | "--module") {
                let module = self.text(self.at + 1).to_string();
                self.at += 2;
                return Some(Program::Module(module));
            }
            if text == "--" {
                self.at += 1;
                break;
            }
            self.at += if switches.contains(&text) || text.contains('=') {
                1
            } else {
                2
            };
        }
        None
    }

    /// `apptainer exec --nv image.sif python …`.
    fn container(&mut self) -> Option<Option<Program>> {
        const VALUED: &[&str] = &[
            "-B",
            "--bind",
            "--env",
            "-H",
            "--home",
            "--pwd",
            "-W",
            "--workdir",
            "--overlay",
            "-o",
            "--env-file",
            "--mount",
            "--scratch",
            "-S",
            "--cwd",
            "--app",
            "--hostname",
            "--dns",
            "--network",
            "--security",
            "--add-caps",
            "--drop-caps",
            "--cpus",
            "--memory",
        ];
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
            self.at += 1 + usize::from(VALUED.contains(&text) && !text.contains('='));
        }
        self.at += 1;
        // `run` starts what the image says; only a program that stands there is known.
        (verb == "exec" || is_python(self.text(self.at))).then_some(None)
    }
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
