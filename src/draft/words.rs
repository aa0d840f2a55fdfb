//! What a sentence says in words: packages and versions, cards, the cluster, optimizers, ways of decoding.
//!
//! Why it can be wrong: a package's name is an English word (`transformers`), a card's that of a table. So names are
//! read in their own spelling, and one without a version only where the sentence speaks of software.
//!
//! Example: "Transformers ≥4.40" is the dependency `transformers`, version `≥4.40`; "4 NVIDIA A100 (40 GB)" is the card
//! `A100`, four of them, and 40 GB each.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::phrase::slug;
use super::text::literal;
use crate::quantity::{cards, packages};
use crate::source::passages::Passage;

/// Packages as papers spell them. Where the spelling is no word of English, its case is open.
const PACKAGES: &str = r"PyTorch Lightning|PyTorch[ -]Geometric|PyTorch|Py[Tt]orch|torchvision|torchaudio|TensorFlow|Tensorflow|Keras|JAX|Flax|Optax|\
    Hugging ?Face Transformers|Transformers|transformers|Hugging ?Face Datasets|Datasets|PEFT|peft|TRL|bitsandbytes|Accelerate|DeepSpeed|Deepspeed|\
    FlashAttention(?:-2)?|Flash-?Attention|flash-attn|xFormers|xformers|vLLM|SentencePiece|sentencepiece|NumPy|Numpy|numpy|SciPy|Scipy|scipy|pandas|\
    scikit-learn|Scikit-learn|scikit-image|OpenCV|librosa|torchmetrics|timm|MONAI|spaCy|NLTK|Gymnasium|Stable-Baselines3|MuJoCo|mujoco|\
    Ray|Hydra|fairseq|ESPnet|SpeechBrain|NeMo|XGBoost|LightGBM|CatBoost|statsmodels|matplotlib|DGL|RDKit|OpenMM|MNE|MNE-Python|Cellpose|cellpose|Ultralytics|ultralytics|\
    llama\.cpp|LLaMA-Factory|verl|veRL|sacrebleu|SacreBLEU|Optuna|CUDA|cuDNN|Python|NVIDIA driver|driver";
/// Names that count only with a version beside them.
const VERSIONED: &[&str] = &[
    "python",
    "cuda",
    "cudnn",
    "driver",
    "datasets",
    "accelerate",
    "ray",
    "hydra",
    "mne",
    "nvidia-driver",
    "verl",
];

static DEPENDENCY: LazyLock<Regex> = LazyLock::new(|| {
    let names: String = PACKAGES.split("\\\n").map(str::trim).collect();
    pattern(&format!(
        r"(?:^|[^\w./-])(?P<name>{names})(?P<gap>[\s~]*\(?[\s~]*(?:[Vv]ersion[\s~]*|v\.?[\s~]?)?)(?P<version>(?:≥|≤|>=|<=|==|=|>|<|~=|~)?[\s~]*\d+(?:\.\d+)*(?:\.x)?(?:\+\w+)?)?"
    ))
});
static SOFTWARE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)implement|librar|framework|software|package|toolkit|built (?:on|with|upon)|\bvia\b|\bus(?:e|es|ed|ing)\b|\bin py|bibliotec|usamos|utiliz",
    )
});
static TRAINS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)optimi[sz]|train|learning[ -]rate|fine-?tun|weight decay|update|entren"));
static OPTIMIZER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^\w-])(?P<name>AdamW|Adam|SGD|RMSprop|RMSProp|Adagrad|AdaGrad|Adafactor|AdaFactor|LAMB|LARS|Lion|Adadelta|AdaBelief|Muon|L-BFGS|LBFGS)(?:$|[^\w-])",
    )
});
static BETAS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<name>\(?(?:β|beta)_?\{?1\}?\s*,\s*(?:β|beta)_?\{?2\}?\)?|betas)\s*(?:=|of|are|:)?\s*[(\[{]\s*(?P<first>0?\.\d+)\s*,\s*(?P<second>0?\.\d+)\s*[)\]}]",
    )
});
static SCHEDULE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?P<name>cosine|linear|polynomial|exponential|constant|one-?cycle)\b[^.;,]{0,24}?\b(?:schedul\w*|decay(?:ed|s)?|anneal\w*)",
    )
});
static CLUSTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:^|[^\w])(?P<name>slurm|pbs pro|openpbs|torque|\bpbs|lsf|sun grid engine|grid engine)(?:$|[^\w])")
});
static GREEDY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:greedy (?:decoding|search|generation|sampling)|greedily|decod\w+ greed\w+|do_sample\W{0,3}(?:is|=|:)?\W{0,3}false|decodificación voraz)",
    )
});
static ONE_EPOCH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:for )?(?:one|a single|exactly one) (?:training )?epoch\b|una (?:sola )?época\b")
});
static ONE_GPU: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:a single|one) (?:\w+ )?GPU\b|una (?:sola )?GPU\b"));
static GPUS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?P<count>\d{1,4}|two|three|four|eight|sixteen)\s?(?:x|×)?\s?(?:\w+ )?GPUs\b"));
/// A card that the table of cards does not hold.
static UNLISTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:NVIDIA|Nvidia|AMD)\s(?P<card>(?:GeForce\s|Quadro\s|Tesla\s|Instinct\s|Radeon\s)?(?:RTX\s|GTX\s|RX\s)?[A-Z]{0,3}\d{2,4}[A-Z]{0,2}(?:\s(?:Ti|SUPER|Super|XT))?)\b",
    )
});
/// A card here was not ours.
static THEIRS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bet al\b|prior work|previous work|compared (?:to|with)"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant that the tests compile")
}

/// What the passage says in words. Numbers inside the spans are read.
pub(super) fn of(passage: &Passage) -> Vec<Hit> {
    let text = passage.text.as_str();
    let mut hits = Vec::new();
    dependencies(text, &mut hits);
    cards_of(text, &mut hits);
    if let Some(name) = CLUSTER.captures(text).and_then(|found| found.name("name")) {
        let system = match name.as_str().to_lowercase().as_str() {
            "slurm" => "slurm",
            "lsf" => "lsf",
            other if other.contains("grid") => "sge",
            _ => "pbs",
        };
        let mut hit = Hit::new("scheduler".to_string(), "scheduler", name.range(), String::new());
        hit.keys.push(("system", literal(system)));
        hits.push(hit);
    }
    if let Some(found) = GREEDY.find(text) {
        let mut hit = Hit::new("decoding".to_string(), "decoding", found.range(), String::new());
        hit.keys.push(("mode", literal("greedy")));
        hits.push(hit);
    }
    if let Some(found) = ONE_EPOCH.find(text) {
        let names = "num_train_epochs num_epochs epochs max_epochs n_epochs total_epochs train_epochs";
        hits.push(Hit {
            names: names.split(' ').map(str::to_string).collect(),
            ..Hit::new("epochs".to_string(), "parameter", found.range(), "1".to_string())
        });
    }
    if TRAINS.is_match(text) {
        optimizers(text, &mut hits);
    }
    hits
}

fn dependencies(text: &str, hits: &mut Vec<Hit>) {
    let software = SOFTWARE.is_match(text);
    let mut versions = 0;
    let mut found = Vec::new();
    for captures in DEPENDENCY.captures_iter(text) {
        let Some(name) = captures.name("name") else { continue };
        let package = packages::canonical(name.as_str());
        let printed = captures
            .name("version")
            .filter(|version| is_version(version.as_str(), &captures["gap"], &package));
        versions += usize::from(printed.is_some());
        let end = printed.map_or(name.end(), |version| version.end());
        // `1.8.1+` is that or newer.
        let newer = text[end..].starts_with('+') && !text[end + 1..].starts_with(char::is_alphanumeric);
        let version = printed.map(|version| {
            let bare = version.as_str().trim();
            if newer { format!("≥{bare}") } else { bare.to_string() }
        });
        found.push((
            package,
            name.start()..end + usize::from(newer && version.is_some()),
            version,
        ));
    }
    for (package, span, version) in found {
        if version.is_none() && (VERSIONED.contains(&package.as_str()) || !(software || versions > 0)) {
            continue;
        }
        let mut hit = Hit::new(
            slug(&spelled(&text[span.clone()], &package)),
            "dependency",
            span,
            String::new(),
        );
        hit.keys.push(("package", literal(&package)));
        if let Some(version) = version {
            let bare: String = version
                .split('+')
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            hit.keys.push(("version", literal(&bare)));
        }
        hits.push(hit);
    }
}

/// The id's stem: the paper's word for it, without the version.
fn spelled(text: &str, package: &str) -> String {
    let word: String = text
        .chars()
        .take_while(|c| c.is_alphabetic() || matches!(c, '-' | '_'))
        .collect();
    let word = word.trim_matches('-').to_string();
    if word.len() < 2 { package.to_string() } else { word }
}

/// `2.1`, `≥4`, `version 3`; a bare whole number is one only of what is counted in whole versions.
fn is_version(version: &str, gap: &str, package: &str) -> bool {
    let telling = version.contains('.') || version.starts_with(['≥', '≤', '>', '<', '=', '~']);
    let worded = gap.to_lowercase().contains('v');
    telling || worded || matches!(package, "cuda" | "cudnn" | "tensorflow" | "driver")
}

fn cards_of(text: &str, hits: &mut Vec<Hit>) {
    if THEIRS.is_match(text) {
        return;
    }
    let found = cards::find(text);
    let mut known: Vec<&str> = Vec::new();
    for one in &found {
        if cards::beside_a_number(text, one) || known.contains(&one.card.name()) {
            continue;
        }
        known.push(one.card.name());
        let ahead = text[..one.span.start].trim_end().to_lowercase();
        let single = ahead.ends_with("single") || ahead.ends_with(" one");
        let mut hit = Hit::new("gpu".to_string(), "gpu", one.span.clone(), String::new());
        hit.keys.push(("model", literal(one.card.name())));
        if let Some(count) = one.count.or(single.then_some(1)) {
            hit.keys.push(("count", count.to_string()));
        }
        hits.push(hit);
        if let Some(memory) = one.memory {
            let mut hit = Hit::new(
                "vram".to_string(),
                "vram",
                one.span.clone(),
                literal(&format!("{memory} GB")),
            );
            hit.keys.push(("model", literal(one.card.name())));
            hits.push(hit);
        }
    }
    if found.is_empty()
        && let Some(captures) = UNLISTED.captures(text)
        && let (Some(whole), Some(card)) = (captures.get(0), captures.name("card"))
    {
        let ahead = text[..whole.start()].trim_end().to_lowercase();
        let mut hit = Hit::new("gpu".to_string(), "gpu", card.range(), String::new());
        hit.keys.push(("model", literal(card.as_str())));
        hit.keys
            .extend(ahead.ends_with("single").then(|| ("count", "1".to_string())));
        hits.push(hit);
    } else if found.is_empty() {
        let counted = GPUS.captures(text);
        let many = counted
            .as_ref()
            .and_then(|counted| Some((counted.get(0)?.range(), word_count(counted.name("count")?.as_str())?)));
        let one = || ONE_GPU.find(text).map(|found| (found.range(), 1));
        if let Some((span, count)) = many.or_else(one) {
            let mut hit = Hit::new("gpu".to_string(), "gpu", span, String::new());
            hit.keys.push(("count", count.to_string()));
            hits.push(hit);
        }
    }
}

fn word_count(word: &str) -> Option<u32> {
    match word.to_lowercase().as_str() {
        "two" => Some(2),
        "three" => Some(3),
        "four" => Some(4),
        "eight" => Some(8),
        "sixteen" => Some(16),
        digits => digits.parse().ok().filter(|count| *count > 0),
    }
}

fn optimizers(text: &str, hits: &mut Vec<Hit>) {
    for captures in OPTIMIZER.captures_iter(text) {
        let Some(name) = captures.name("name") else { continue };
        let mut hit = Hit::new(slug(name.as_str()), "usage", name.range(), String::new());
        hit.keys.push(("symbol", literal(name.as_str())));
        hits.push(hit);
    }
    for captures in BETAS.captures_iter(text) {
        let (Some(all), Some(first), Some(second)) = (captures.get(0), captures.name("first"), captures.name("second"))
        else {
            continue;
        };
        hits.push(Hit {
            names: vec![
                "betas".to_string(),
                "adam_betas".to_string(),
                "optimizer_betas".to_string(),
            ],
            values: vec![decimal(first.as_str()), decimal(second.as_str())],
            ordered: true,
            ..Hit::new("adam-betas".to_string(), "parameter", all.range(), String::new())
        });
    }
    if let Some(captures) = SCHEDULE.captures(text)
        && let (Some(all), Some(name)) = (captures.get(0), captures.name("name"))
    {
        let names = "lr_scheduler_type lr_scheduler lr_schedule lr_decay_style scheduler_type scheduler schedule sched lr_policy";
        hits.push(Hit {
            sure: false,
            names: names.split(' ').map(str::to_string).collect(),
            ..Hit::new(
                "schedule".to_string(),
                "parameter",
                all.range(),
                literal(&format!("{}*", name.as_str().to_lowercase())),
            )
        });
    }
}

/// TOML wants a digit before the point.
fn decimal(text: &str) -> String {
    if text.starts_with('.') {
        format!("0{text}")
    } else {
        text.to_string()
    }
}

/// The spans whose numbers are read, with the numbers of a name that are none (`Cellpose 3`).
pub(super) fn taken(hits: &[Hit]) -> Vec<Range<usize>> {
    hits.iter().map(|hit| hit.span.clone()).collect()
}
