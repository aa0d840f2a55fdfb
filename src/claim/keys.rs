//! The keys that every claim may have, and those of the other tables of a claim file, each with its shape and a sentence.
//!
//! The reader, the JSON Schema and the page of kinds are made from these tables: a key that stands here is read, and
//! one that does not is an error.
//!
//! Why it can be wrong: a key that is read but means nothing to its kind is a check that is silently not made. So keys
//! that only some kinds take ([`SHARED`]) are refused by the others.
//!
//! Example: `tolerance` stands in [`SHARED`]; a `dependency` claim that has it is an error.

use super::{Key, Shape};

const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        name,
        shape,
        required: false,
        about,
    }
}

const fn required(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        name,
        shape,
        required: true,
        about,
    }
}

/// A table of the claim file.
#[derive(Debug)]
pub struct Section {
    pub name: &'static str,
    pub keys: &'static [Key],
    pub about: &'static str,
}

/// `[document]`.
pub const DOCUMENT: Section = Section {
    name: "document",
    about: "What the claims are about.",
    keys: &[
        key(
            "title",
            Shape::Text,
            "The title of the document or section that is verified.",
        ),
        key(
            "paper",
            Shape::Text,
            "The LaTeX file in which quotes are looked up, relative to the claim file's folder.",
        ),
        key(
            "root",
            Shape::Text,
            "The code, relative to the claim file's folder; absent: the git top level, else the claim file's folder.",
        ),
        key("language", Shape::OneOf(&["en", "es"]), "The language of the report."),
        key(
            "exclude",
            Shape::Scope,
            "Files that are never evidence, for every claim.",
        ),
    ],
};

/// `[slurm]`.
pub const SLURM: Section = Section {
    name: "slurm",
    about: "What the scheduler recorded.",
    keys: &[key(
        "accounting",
        Shape::Texts,
        "Recorded accounting files, relative to the claim file's folder.",
    )],
};

/// `[machine]`.
pub const MACHINE: Section = Section {
    name: "machine",
    about: "What machines were found to be.",
    keys: &[
        key(
            "readings",
            Shape::Texts,
            "Files recorded by `verify probe`, relative to the claim file's folder.",
        ),
        key("max-age", Shape::Duration, "How old a reading may be: `365 days`."),
    ],
};

/// `[run.NAME]`: the keys of a declared run; [`COMMAND_KEYS`] and [`CANDLE_KEYS`] belong to one engine each.
pub const RUN: Section = Section {
    name: "run",
    about: "A timed evaluation run that `verify run` executes.",
    keys: &[
        required(
            "engine",
            Shape::OneOf(&["command", "candle"]),
            "`command` starts the user's own evaluation, `candle` evaluates the model itself.",
        ),
        key(
            "when",
            Shape::OneOf(&["asked", "check"]),
            "`asked`: only by `verify run`; `check`: within a check too, within its budget.",
        ),
        key(
            "population",
            Shape::Count,
            "The samples of the full evaluation, whose time is predicted.",
        ),
        key("samples", Shape::Count, "The samples that are timed at most."),
        key("batch-size", Shape::Count, "Samples a batch."),
        key("warm-up", Shape::Integer, "Batches that are run before timing begins."),
        key(
            "precision",
            Shape::Share,
            "How tight the prediction must be before the run may end early: `5 %`.",
        ),
        key("budget", Shape::Duration, "How long the run may take: `10 min`."),
        key("repeats", Shape::Count, "How often the run is repeated."),
        key("seed", Shape::Integer, "The seed from which samples are drawn."),
        key("device", Shape::Device, "`cpu`, `cuda`, `cuda:1`, `metal`."),
        key(
            "dtype",
            Shape::OneOf(&["f32", "f16", "bf16", "float32", "float16", "bfloat16"]),
            "The number type of the weights.",
        ),
        key(
            "command",
            Shape::Words,
            "The program and its arguments, one text each; no shell reads them.",
        ),
        key(
            "directory",
            Shape::Path,
            "The folder the command starts in, relative to the root.",
        ),
        key(
            "environment",
            Shape::Variables,
            "Names of environment variables that are passed on.",
        ),
        key(
            "progress",
            Shape::Progress,
            "How the command's progress is read: from bars of `tqdm` (unless it is said) or `rich`, `json` lines, logs of the Hugging Face `trainer`, or a `/regex/` whose first capture is what was done and whose second, if there is one, the total.",
        ),
        key("model", Shape::Text, "The model's folder."),
        key(
            "adapter",
            Shape::Text,
            "The folder of an adapter that is merged into the model.",
        ),
        key("data", Shape::Text, "The table of samples that are evaluated."),
        key("prompt", Shape::Text, "The text put before each sample."),
        key(
            "sampling-rate",
            Shape::Frequency,
            "The rate at which audio is fed to the model: `16 kHz`.",
        ),
        key(
            "container",
            Shape::Duration,
            "The length to which each clip is padded: `2000 ms`.",
        ),
        key(
            "decoding",
            Shape::OneOf(&["greedy", "beam", "sampling"]),
            "How answers are decoded.",
        ),
        key("max-new-tokens", Shape::Count, "The longest answer."),
        key(
            "record",
            Shape::Text,
            "Where the record is written and looked for, relative to the claim file's folder; absent: `runs/NAME.json`.",
        ),
    ],
};

/// Keys of [`RUN`] that only `engine = "command"` takes.
pub const COMMAND_KEYS: &[&str] = &["command", "directory", "environment", "progress"];
/// Keys of [`RUN`] that only `engine = "candle"` takes.
pub const CANDLE_KEYS: &[&str] = &[
    "model",
    "adapter",
    "data",
    "prompt",
    "sampling-rate",
    "container",
    "decoding",
    "max-new-tokens",
];

/// Keys of [`RUN`] that `engine = "command"` requires.
pub const COMMAND_NEEDS: &[&str] = &["command"];
/// Keys of [`RUN`] that `engine = "candle"` requires.
pub const CANDLE_NEEDS: &[&str] = &["model", "data"];

/// Keys that a claim of any kind may have.
pub const COMMON: &[Key] = &[
    required("id", Shape::Text, "The claim's name, unique in its file."),
    required(
        "kind",
        Shape::Text,
        "What is claimed; it decides which other keys there are.",
    ),
    key("section", Shape::Text, "The section of the paper."),
    key("title", Shape::Text, "The claim in a few words, for the report."),
    key("note", Shape::Text, "A remark that the report repeats."),
    key("quote", Shape::Text, "The paper's words."),
    key(
        "at",
        Shape::At,
        "Where the quote stands when not in the paper: `README.md:101`.",
    ),
    key(
        "accept",
        Shape::Accept,
        "A known finding that does not fail the gate through a day: `{ verdict, reason, until }`.",
    ),
    key(
        "draft",
        Shape::Bool,
        "Not yet read by a person: evidence is shown, the verdict is null.",
    ),
];

/// Keys that a claim may have where its kind takes them ([`super::KindSpec::shared`]). `exclude` goes with `in`.
pub const SHARED: &[Key] = &[
    key(
        "in",
        Shape::Scope,
        "One or a list of scope names, globs and files in which occasions are looked for.",
    ),
    key(
        "exclude",
        Shape::Scope,
        "Scope names, globs and files that are taken out.",
    ),
    key(
        "name",
        Shape::Names,
        "The setting's identifier in the code, a list of identifiers for the same thing, or arithmetic over several.",
    ),
    key(
        "of",
        Shape::Text,
        "The owner when several things bear the name: a dotted path of enclosing names, or any suffix of it.",
    ),
    key("value", Shape::Stated, "What the paper says, as it prints it."),
    key("unit", Shape::Unit, "What a bare number in the code is in."),
    key(
        "tolerance",
        Shape::Tolerance,
        "How far the code may be from the paper: `10 %` or a quantity.",
    ),
    key(
        "take",
        Shape::OneOf(&[
            "length", "set", "contains", "first", "last", "min", "max", "sum", "mean",
        ]),
        "What is made of several values before comparing.",
    ),
    key(
        "given",
        Shape::Given,
        "What only the sentence says: takes a branch or fills a factor.",
    ),
    key(
        "for",
        Shape::Quorum,
        "How many occasions must agree: `all`, `any`, or a least count.",
    ),
    key(
        "grade",
        Shape::OneOf(&[
            "measured",
            "logged",
            "launched",
            "configured",
            "declared",
            "documented",
            "vouched",
        ]),
        "The weakest evidence that may decide.",
    ),
    key("run", Shape::Text, "The declared run whose record the claim rests on."),
];

/// Names of the tables at the top of a claim file.
pub const TOP: &[&str] = &["document", "scope", "slurm", "machine", "run", "claim"];
