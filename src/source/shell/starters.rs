//! Which commands may start code of a repository.
//!
//! Why it can be wrong: a console script has any name. So an unknown name with flags behind it is kept, and what is
//! known to start nothing is listed here.
//!
//! Example: `fairseq-train data --lr 1` is kept, `echo python train.py` and `mkdir -p out` are not.

use super::is_script;
use crate::source::Word;

/// Commands that start no code of a repository.
const OTHERS: &str = "\
    echo printf cat ls mkdir rm cp mv ln touch chmod chown grep egrep sed awk gawk cut sort uniq head tail tee \
    wc tr find xargs curl wget tar unzip zip gzip gunzip git svn rsync scp ssh date sleep wait kill pkill \
    killall ps top df du free uname hostname whoami which type command test [ [[ true false : set shopt ulimit \
    umask trap alias unalias export unset readonly let expr seq basename dirname realpath readlink pwd popd dirs \
    read mapfile readarray getopts shift return exit break continue hash jobs disown squeue scancel \
    sinfo sacct scontrol nvidia-smi nvcc gcc g++ cmake ninja apt apt-get yum dnf brew npm yarn docker \
    docker-compose podman kubectl helm aws gsutil gcloud az tmux screen vim nano less more diff patch md5sum \
    sha256sum tree jq bc paste split stat file mktemp mount umount sudo su chgrp id groups env printenv local \
    declare typeset eval exec builtin tensorboard pushd cd history clear reset stty tput logger open \
    xdg-open usage log info warn error die huggingface-cli dvc pre-commit black isort flake8 mypy pylint ruff \
    twine virtualenv pyenv for then do done fi esac else if";

/// Commands that are kept whatever stands behind them.
const STARTERS: &str = "\
    torchrun accelerate deepspeed srun sbatch salloc mpirun mpiexec horovodrun apptainer singularity poetry uv \
    uvx pipenv pdm hatch conda mamba micromamba make nohup time xvfb-run pip pip3 module ml qsub bsub jupyter \
    pytest ray bash sh zsh python ipython timeout nice ionice taskset numactl stdbuf setsid exec env sudo \
    papermill runai lightning composer torchx nsys ncu catchsegv unbuffer script";

/// Whether a command may start code of the repository.
pub(crate) fn kept(name: &str, words: &[Word]) -> bool {
    let Some(first) = words
        .iter()
        .find(|word| !is_variable(&word.text))
        .map(|word| word.text.as_str())
    else {
        return false;
    };
    // Another script is read into this one.
    if matches!(first, "source" | ".") {
        return words.len() > 1;
    }
    if listed(STARTERS, name) || name.starts_with("python") {
        return true;
    }
    if is_script(name) || name.ends_with(".py") {
        return true;
    }
    if listed(OTHERS, name) || name.is_empty() {
        return false;
    }
    if first.contains(['$', '`']) {
        // `$LAUNCHER train.py`, `${PYTHON} -m x`: kept where something it runs is named.
        return words
            .iter()
            .any(|word| word.text.ends_with(".py") || is_script(&word.text) || word.text == "-m");
    }
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let first_letter = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    plain
        && first_letter
        && words[1..]
            .iter()
            .any(|word| word.text.starts_with('-') || is_assignment(&word.text))
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.+~/@".contains(&byte))
    })
}

/// `NAME=value` before a command.
pub(super) fn is_variable(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}

fn listed(list: &str, name: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == name)
}
