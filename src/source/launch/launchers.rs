//! Programs that start other programs, with their options.
//!
//! Why it can be wrong: an option missing from the list of those without a value swallows the script behind it. The
//! lists are from the programs' own help texts (PyTorch 2.4, accelerate 1.0, DeepSpeed 0.15, Open MPI 4, coreutils 9).
//!
//! Example: `torchrun --standalone --nproc_per_node 4 train.py`: the first option stands alone, the second takes `4`.

/// A launcher with options before what it starts. Lists are separated by blanks.
pub(super) struct Launcher {
    pub(super) names: &'static str,
    /// Options without a value; all others take one.
    pub(super) switches: &'static str,
    /// Options whose value multiplies, with the name they are known by.
    pub(super) factors: &'static [(&'static str, &'static str)],
    /// Options that are settings of the run.
    pub(super) settings: &'static str,
    /// Options that name a configuration file.
    pub(super) configs: &'static str,
    /// `-m` makes a module of what it starts.
    pub(super) takes_module: bool,
    /// Words behind the options that are the launcher's own (a duration).
    pub(super) own: usize,
}

const PLAIN: Launcher = Launcher {
    names: "",
    switches: "",
    factors: &[],
    settings: "",
    configs: "",
    takes_module: false,
    own: 0,
};

pub(super) const TORCHRUN: Launcher = Launcher {
    names: "torchrun",
    switches: "--standalone --use_env --no_python --run_path --help",
    factors: &[("--nproc_per_node", "nproc_per_node"), ("--nnodes", "nnodes")],
    takes_module: true,
    ..PLAIN
};

pub(super) const ACCELERATE: Launcher = Launcher {
    names: "accelerate",
    switches: "--multi_gpu --cpu --tpu --ipex --use_deepspeed --use_fsdp --use_megatron_lm --use_xpu --quiet -q \
        --same_network --debug --no_python --use_mps_device --enable_cpu_affinity --use_parallelism_config \
        --tpu_use_cluster --tpu_use_sudo --downcast_bf16",
    // `--num_machines` is none: accelerate's num_processes counts the processes of all machines.
    factors: &[("--num_processes", "num_processes")],
    settings: "--mixed_precision --gradient_accumulation_steps --gradient_clipping --zero_stage",
    configs: "--config_file --deepspeed_config_file",
    takes_module: true,
    ..PLAIN
};

pub(super) const DEEPSPEED: Launcher = Launcher {
    names: "deepspeed",
    switches: "--no_python --no_local_rank --force_multi --save_pid --elastic_training --no_ssh",
    factors: &[
        ("--num_gpus", "num_gpus"),
        ("--num_nodes", "num_nodes"),
        ("--include", "num_gpus"),
        ("-i", "num_gpus"),
    ],
    takes_module: true,
    ..PLAIN
};

pub(super) const COMPOSER: Launcher = Launcher {
    names: "composer",
    switches: "-v --verbose",
    factors: &[("-n", "nproc_per_node"), ("--nproc", "nproc_per_node")],
    takes_module: true,
    ..PLAIN
};

pub(super) const MPIRUN: Launcher = Launcher {
    names: "mpirun mpiexec horovodrun mpiexec.hydra orterun prterun",
    switches: "--allow-run-as-root -allow-run-as-root --oversubscribe -oversubscribe -v --verbose -q --quiet \
        --report-bindings -report-bindings --tag-output -tag-output --display-map -bynode -byslot \
        --use-hwthread-cpus --nooversubscribe -prepend-rank --gloo --mpi",
    factors: &[
        ("-np", "num_processes"),
        ("-n", "num_processes"),
        ("--np", "num_processes"),
        ("--n", "num_processes"),
        ("-c", "num_processes"),
    ],
    ..PLAIN
};

pub(super) const CONDA_RUN: Launcher = Launcher {
    switches: "--no-capture-output --live-stream --no-banner -v --dev -a",
    ..PLAIN
};

pub(super) const UV_RUN: Launcher = Launcher {
    switches: "--no-sync --isolated --frozen --locked --active --no-project --all-extras --dev --no-dev -q --quiet -v \
        --verbose -s --script --exact",
    takes_module: true,
    ..PLAIN
};

/// Launchers that only pass on what stands behind their options.
pub(super) const PASSING: &[Launcher] = &[
    passing(
        "nohup setsid catchsegv unbuffer command exec builtin proxychains4 stdbuf",
        "-q -f",
        0,
    ),
    passing("time", "-p -v -a --verbose", 0),
    passing("nice ionice", "-t", 0),
    passing("timeout", "--foreground --preserve-status -v --verbose", 1),
    passing("xvfb-run", "-a --auto-servernum -l --listen-tcp", 0),
    passing("sudo", "-E -n -S -H --preserve-env -b -i", 0),
    passing("numactl", "-l --localalloc -s --show", 0),
    passing("nsys ncu", "", 0),
    passing("kernprof", "-l -v -b --line-by-line --view", 0),
];

const fn passing(names: &'static str, switches: &'static str, own: usize) -> Launcher {
    Launcher {
        names,
        switches,
        own,
        ..PLAIN
    }
}

/// Python's own options without a value.
pub(super) const PYTHON_SWITCHES: &str = "-u -O -OO -B -E -s -S -i -q -v -I -d -b -bb -x -P -uB -Bu -uO";

/// Options of `apptainer exec` with a value.
pub(super) const CONTAINER_VALUED: &str = "-B --bind --env -H --home --pwd -W --workdir --overlay -o --env-file --mount \
    --scratch -S --cwd --app --hostname --dns --network --security --add-caps --drop-caps --cpus --memory";

/// Whether a list of words holds one.
pub(super) fn listed(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}
