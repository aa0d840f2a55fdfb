//! The settings that papers name, how they name them, and what code calls them.
//!
//! Why it can be wrong: a name that is proposed and means something else (`rank` of a process, `alpha` of a loss) sends
//! the check to the wrong place. So names of one thing alone come first, and those of several things ([`Thing::weak`])
//! are proposed only where the repository has none of the first.
//!
//! Example: "learning rate of 5e-5" is `learning_rate`, also `lr`; "10 epochs" is `num_train_epochs`, also `epochs`.

use std::sync::LazyLock;

use regex::Regex;

/// What the sentence has to speak of besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Anything,
    /// Adapters of low rank.
    LowRank,
    /// Text that is generated.
    Decoding,
}

/// Which values it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fits {
    /// A whole number of at least 1.
    Count,
    /// A whole number.
    Whole,
    /// At most 1, or a percentage.
    Share,
    Any,
}

/// A setting.
#[derive(Debug)]
pub(super) struct Thing {
    /// The beginning of the claim's id.
    pub(super) stem: &'static str,
    pub(super) kind: &'static str,
    /// What stands before its value; empty where nothing does.
    before: &'static str,
    /// What stands behind its value: what is counted.
    after: &'static str,
    /// Identifiers of this thing alone, the most telling first.
    pub(super) names: &'static str,
    /// Identifiers that other things bear too.
    pub(super) weak: &'static str,
    pub(super) fits: Fits,
    pub(super) about: About,
}

use About::{Anything, Decoding, LowRank};
use Fits::{Any, Count, Share, Whole};

const fn named(stem: &'static str, before: &'static str, names: &'static str, fits: Fits) -> Thing {
    Thing {
        stem,
        kind: "parameter",
        before,
        after: "",
        names,
        weak: "",
        fits,
        about: Anything,
    }
}

const fn counted(stem: &'static str, after: &'static str, names: &'static str) -> Thing {
    Thing {
        stem,
        kind: "parameter",
        before: "",
        after,
        names,
        weak: "",
        fits: Count,
        about: Anything,
    }
}

/// In the order in which they are tried: what is longer stands before what it ends in.
#[rustfmt::skip]
pub(super) const THINGS: &[Thing] = &[
    Thing { kind: "batch-size", ..named("eval-batch-size", r"(?:eval(?:uation)?|validation|test|inference)[ -]batch[ -]sizes?",
        "per_device_eval_batch_size eval_batch_size test_batch_size val_batch_size inference_batch_size valid_batch_size", Count) },
    Thing { kind: "batch-size", ..named("batch-size", r"(?:mini-?)?batch(?:es)?[ -]?sizes?|tamaño (?:de(?:l)? )?lote|batch size of", "", Count) },
    Thing { kind: "batch-size", before: r"(?:mini-?)?batches", ..named("batch-size", "", "", Count) },
    Thing { weak: "warmup", ..named("warmup-steps", r"warm-?up (?:steps?|iterations?)(?: count)?|pasos de calentamiento", "warmup_steps num_warmup_steps warmup_iters warmup_iterations n_warmup_steps", Whole) },
    named("warmup-ratio", r"warm-?up (?:ratio|proportion|fraction)", "warmup_ratio warmup_proportion warmup_fraction", Share),
    named("warmup-epochs", r"warm-?up epochs?", "warmup_epochs warmup_epoch num_warmup_epochs", Whole),
    Thing { weak: "warmup", ..counted("warmup-epochs", r"epochs?(?: of)?(?: linear)? warm-?up|(?:linear )?warm-?up epochs?|épocas de calentamiento", "warmup_epochs warmup_epoch num_warmup_epochs") },
    Thing { weak: "warmup", ..counted("warmup-steps", r"(?:steps?|iterations?|updates?)(?: of)?(?: linear)? warm-?up|(?:linear )?warm-?up (?:steps?|iterations?|updates?)|pasos de calentamiento",
        "warmup_steps num_warmup_steps warmup_iters warmup_iterations n_warmup_steps") },
    named("min-learning-rate", r"(?:min(?:imum)?|final) (?:learning[ -]rate|lr)", "min_lr min_learning_rate eta_min final_lr lr_min", Share),
    named("learning-rate", r"learning[ -]rates?|step size of the optimi[sz]er|\blrs?|tasas? de aprendizaje", "learning_rate lr base_lr init_lr peak_lr max_lr initial_lr initial_learning_rate base_learning_rate lr0", Any),
    named("weight-decay", r"weight[ -]decay(?: coefficient| factor| rate)?", "weight_decay wd weight_decay_rate l2_weight_decay", Any),
    Thing { about: LowRank, weak: "dropout", ..named("lora-dropout", r"drop-?out(?: rate| probability| ratio)?", "lora_dropout adapter_dropout", Share) },
    named("attention-dropout", r"attention drop-?out(?: rate| probability)?", "attention_dropout attn_dropout attention_probs_dropout_prob attn_drop", Share),
    named("dropout", r"drop-?out(?: rate| probability| ratio)?|tasa de dropout", "dropout dropout_rate dropout_prob drop_rate hidden_dropout_prob dropout_p p_dropout drop_prob", Share),
    named("drop-path", r"drop[ -]?path(?: rate)?|stochastic depth(?: rate)?", "drop_path drop_path_rate stochastic_depth", Share),
    named("momentum", r"momentum(?: coefficient| term)?", "momentum sgd_momentum", Share),
    Thing { weak: "smoothing", ..named("label-smoothing", r"label[ -]smoothing(?: factor| coefficient)?", "label_smoothing label_smoothing_factor", Share) },
    named("gradient-accumulation", r"gradient accumulation(?: steps?| over)?|accumulation steps?|accumulat\w* gradients over", "gradient_accumulation_steps grad_accum_steps accumulation_steps accum_iter grad_accumulation_steps gradient_accumulation accumulate_grad_batches update_freq", Count),
    counted("gradient-accumulation", r"(?:gradient[ -])?accumulation steps?|steps? of gradient accumulation", "gradient_accumulation_steps grad_accum_steps accumulation_steps accum_iter grad_accumulation_steps gradient_accumulation accumulate_grad_batches update_freq"),
    Thing { weak: "max_norm", ..named("gradient-clipping", r"grad(?:ient)?(?:s|[ -]norm)?(?: are| is)?[ -]clip(?:ping|ped)?(?: norm| threshold| value| at| to)?|clip\w* (?:the )?(?:global )?grad(?:ient)?s?(?:[ -]norms?)?|max(?:imum)?(?: of)? (?:the )?grad(?:ient)?[ -]norm", "max_grad_norm grad_clip clip_grad_norm gradient_clip_val clip_grad gradient_clipping clip_norm grad_norm_clip grad_clip_norm", Any) },
    Thing { about: LowRank, weak: "r rank", ..named("lora-rank", r"(?:LoRA |adapter |low-rank )?\brank(?:s| r| dimension)?|rango|\br", "lora_r lora_rank lora_dim adapter_rank", Count) },
    Thing { about: LowRank, weak: "alpha", ..named("lora-alpha", r"(?:LoRA |scaling )?\b(?:alpha|α)|scaling factor", "lora_alpha lora_scaling adapter_alpha", Any) },
    Thing { about: Decoding, kind: "decoding", ..named("temperature", r"temperaturas?|temperatures?(?: parameter| scaling)?", "", Any) },
    Thing { about: Decoding, kind: "decoding", ..named("top-p", r"top[-_ ]?p|nucleus(?: sampling)?(?: with)?(?: p| threshold)?", "", Share) },
    Thing { about: Decoding, kind: "decoding", ..named("top-k", r"top[-_ ]?k", "", Count) },
    Thing { about: Decoding, kind: "decoding", ..named("beams", r"beam[ -](?:size|width)s?|beam search with(?: a)?(?: width| size)?(?: of)?|number of beams|num_beams", "", Count) },
    Thing { about: Decoding, kind: "decoding", ..counted("beams", r"beams?", "") },
    Thing { kind: "decoding", ..named("max-new-tokens", r"max(?:imum)?[_ -](?:new[_ -]tokens|(?:number|length) of (?:generated|new|output) tokens|generation length|(?:completion|response|output) length)", "", Count) },
    Thing { weak: "temp tau", ..named("temperature", r"(?:softmax |contrastive |distillation )?temperatures?(?: parameter| coefficient)?(?: τ)?|temperatura", "temperature softmax_temperature kd_temperature", Any) },
    named("epochs", r"(?:number of |training |max(?:imum)? |total )?epochs?(?: number)?|épocas", "num_train_epochs num_epochs epochs max_epochs n_epochs total_epochs train_epochs nb_epochs max_epoch", Count),
    counted("epochs", r"(?:training |full |total )?epochs?|épocas?(?: de entrenamiento)?|passes over the (?:training )?data", "num_train_epochs num_epochs epochs max_epochs n_epochs total_epochs train_epochs nb_epochs max_epoch"),
    Thing { weak: "n_steps steps iterations", ..named("steps", r"(?:number of |total |max(?:imum)? )(?:training |optimi[sz]ation |optimi[sz]er |gradient |update )?(?:steps|iterations|updates)", "max_steps num_train_steps total_steps train_steps num_steps max_iters max_train_steps num_iterations n_iters total_iters", Count) },
    Thing { weak: "n_steps steps iterations", ..counted("steps", r"(?:training|optimi[sz]ation|optimi[sz]er|gradient|update|total|parameter)[ -](?:steps|iterations|updates)|(?:training )?iterations|updates|steps|pasos(?: de entrenamiento)?|iteraciones", "max_steps num_train_steps total_steps train_steps num_steps max_iters max_train_steps num_iterations n_iters total_iters") },
    named("seed", r"(?:random |fixed |training |global )?seeds?(?: values?)?|semillas?(?: aleatorias?)?|seed-", "seed random_seed seeds random_state manual_seed global_seed", Whole),
    named("patience", r"patience(?: parameter)?|early stopping (?:after|with patience)|paciencia", "patience early_stopping_patience early_stop_patience es_patience", Count),
    Thing { weak: "hidden", ..named("hidden-size", r"hidden[ -](?:sizes?|dim(?:ension(?:ality)?)?s?|units)|model dim(?:ension)?|d_\{?model\}?", "hidden_size hidden_dim d_model n_hidden hidden_channels dim_model model_dim", Count) },
    Thing { weak: "hidden", ..counted("hidden-size", r"hidden (?:units|dimensions|neurons)", "hidden_size hidden_dim n_hidden hidden_units num_hidden") },
    named("embedding-size", r"embedding[ -](?:sizes?|dim(?:ension(?:ality)?)?s?)", "embedding_dim embed_dim embedding_size emb_dim d_embed", Count),
    Thing { weak: "kernel", ..named("kernel-size", r"kernel[ -]sizes?", "kernel_size kernel_sizes", Count) },
    named("stride", r"strides?", "stride strides", Count),
    named("fft-size", r"FFT(?: window)?[ -](?:sizes?|lengths?|points)|n_fft|filter length", "n_fft fft_size filter_length nfft fft_len", Count),
    Thing { weak: "hop", ..named("hop-length", r"hop[ -](?:sizes?|lengths?)|frame shift", "hop_length hop_size hop_len frame_shift", Any) },
    Thing { weak: "window", ..named("window-size", r"window[ -](?:sizes?|lengths?)|frame length", "win_length window_size win_size window_length frame_length", Any) },
    counted("mel-bins", r"(?:log[ -])?mel[ -](?:\w+[ -])?(?:bins|bands|channels|filters|filterbanks?|coefficients|dimensions)|mels\b|(?:log )?mel", "n_mels num_mels num_mel_bins n_mel_channels mel_bins n_mel"),
    Thing { weak: "max_len", ..named("max-length", r"max(?:imum|imal)?[ -](?:\w+[ -])?(?:sequence |input |token |context |prompt |text )?lengths?|sequence lengths?|context (?:lengths?|window)|longitud máxima|max_(?:seq_)?len(?:gth)?", "max_seq_length max_seq_len max_length max_sequence_length model_max_length cutoff_len seq_len sequence_length context_length seq_length", Count) },
    Thing { weak: "resolution size", ..named("image-size", r"(?:image|input|crop|patch resolution)[ -](?:sizes?|resolutions?)|resolution|resized? to|crops? (?:size )?of", "image_size img_size input_size crop_size image_resolution imgsz", Count) },
    named("patch-size", r"patch[ -]sizes?", "patch_size patch_len", Count),
    named("adam-beta1", r"(?:β|beta)[_ ]?\{?1\}?", "adam_beta1 beta1 b1 beta_1", Share),
    named("adam-beta2", r"(?:β|beta)[_ ]?\{?2\}?", "adam_beta2 beta2 b2 beta_2", Share),
    Thing { weak: "eps epsilon", ..named("epsilon", r"(?:Adam )?(?:ε|epsilon)", "adam_epsilon adam_eps", Any) },
    Thing { weak: "beta", ..named("kl-coefficient", r"KL(?:[ -]divergence)?[ -](?:coefficients?|penalty(?: coefficient)?|weight|regulari[sz]ation(?: coefficient)?)", "kl_coef kl_coeff init_kl_coef kl_loss_coef kl_beta kl_weight kl_penalty", Any) },
    Thing { weak: "gamma", ..named("discount", r"discount(?: factor| rate)?(?: γ)?", "discount discount_factor", Share) },
    named("clip-range", r"(?:PPO )?clip(?:ping)?[ -](?:range|ratio|parameter|epsilon)", "clip_range clip_eps cliprange clip_ratio clip_param eps_clip clip_epsilon", Any),
    Thing { weak: "memory_size", ..named("buffer-size", r"(?:replay )?buffer (?:sizes?|capacity)|replay (?:memory|size)", "buffer_size replay_size replay_buffer_size buffer_capacity", Count) },
    named("mask-ratio", r"mask(?:ing|ed)?[ -](?:ratios?|probabilit(?:y|ies)|rates?)", "mask_ratio mask_prob mlm_probability masking_ratio mask_rate", Share),
    Thing { weak: "ema", ..named("ema-decay", r"(?:EMA|exponential moving average)(?: \(EMA\))?(?: model)?(?: with)?(?: a)?(?: decay| momentum| rate| factor| coefficient){1,2}", "ema_decay ema_rate ema_momentum moving_average_decay", Share) },
    Thing { weak: "depth layers", ..counted("layers", r"(?:transformer|encoder|decoder|hidden|convolutional|attention|self-attention|LSTM|GRU|GNN|residual|DiT)?[ -]?(?:layers|blocks)|capas", "num_layers n_layers num_hidden_layers n_layer num_blocks n_blocks") },
    Thing { weak: "heads", ..counted("heads", r"(?:self-)?(?:attention[ -])?heads|cabezas(?: de atención)?", "num_heads n_heads num_attention_heads nhead n_head") },
    Thing { weak: "folds", ..counted("folds", r"fold\b|folds", "n_folds num_folds n_splits k_folds kfold k_fold cv_folds num_splits") },
    Thing { weak: "n_samples num_samples", ..counted("generations", r"(?:generations|rollouts|completions|responses|samples)[ -]per[ -](?:prompt|question|query|problem|input)", "num_generations n_rollouts num_rollouts rollout_n num_return_sequences group_size rollouts_per_prompt") },
    counted("workers", r"(?:data(?:loader|-loading| loading)? )?workers", "num_workers workers n_workers"),
    counted("seeds", r"(?:different |independent |random |distinct |training )*seeds|semillas", "n_seeds num_seeds nseeds"),
    Thing { weak: "runs", ..counted("runs", r"(?:different |independent |random |repeated )*(?:runs|trials|repetitions|repeats)", "n_runs num_runs n_trials num_trials n_repeats repeats num_repeats") },
    Thing { weak: "shot", ..counted("shots", r"shots?\b", "n_shot n_shots num_shots shots k_shot num_shot n_support") },
    Thing { weak: "bootstrap", ..counted("bootstrap", r"bootstrap (?:\w+ )?(?:resamples|samples|iterations|replicates|resampling)|bootstraps|resamples", "n_bootstrap num_bootstrap n_boot n_resamples bootstrap_samples bootstrap_iters n_bootstraps") },
    counted("clusters", r"clusters|centroids|codes|codebook entries", "n_clusters num_clusters k_clusters num_centroids codebook_size num_codes num_embeddings"),
];

/// What may stand between a name and its value.
const CONNECTOR: &str = r"(?:\s*\([^()]{1,24}\)|\s+\(?[A-Za-zα-ωΑ-Ω](?:_\{?\w+\}?)?\)?\b)?\s*(?:\b(?:is|was|are|were|be|to|at|of|as|set|fixed|kept|equals?|value|a|an|the|with|de|es|fue|es de|igual)\b\s*|[=:≈~(→{]\s*|∈\s*|\s*-\s*){0,5}$";

/// The patterns of one thing.
struct Compiled {
    before: Option<Regex>,
    after: Option<Regex>,
    label: Option<Regex>,
}

static COMPILED: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    THINGS
        .iter()
        .map(|thing| {
            let before = (!thing.before.is_empty()).then_some(thing.before);
            let after = (!thing.after.is_empty()).then_some(thing.after);
            Compiled {
                before: before.map(|name| regex(&format!(r"(?i)(?:^|[^\w])(?P<name>{name}){CONNECTOR}"))),
                after: after.map(|noun| {
                    regex(&format!(r"(?i)^\s?[-–~]?\s?(?:different |random |fixed |full |independent |total |consecutive |linear ){{0,2}}(?P<name>{noun})(?:\W|$)"))
                }),
                label: before.or(after).map(|name| regex(&format!(r"(?i)^(?:[^\s]+\s){{0,3}}?(?P<name>{name})(?:\W|$)"))),
            }
        })
        .collect()
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant that the tests compile")
}

/// Bytes before a number in which its name stands.
const REACH: usize = 96;

/// The thing whose name stands before a value that begins at the text's end, and where the name begins.
pub(super) fn before(text: &str, accepts: impl Fn(&Thing) -> bool) -> Option<(&'static Thing, usize)> {
    let mut from = text.len().saturating_sub(REACH);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    THINGS
        .iter()
        .zip(COMPILED.iter())
        .filter(|(thing, _)| accepts(thing))
        .find_map(|(thing, compiled)| {
            let name = compiled.before.as_ref()?.captures(&text[from..])?.name("name")?;
            Some((thing, from + name.start()))
        })
}

/// The thing that a value before this text counts, and where its noun ends.
pub(super) fn after(text: &str, accepts: impl Fn(&Thing) -> bool) -> Option<(&'static Thing, usize)> {
    THINGS
        .iter()
        .zip(COMPILED.iter())
        .filter(|(thing, _)| accepts(thing))
        .find_map(|(thing, compiled)| {
            let name = compiled.after.as_ref()?.captures(text)?.name("name")?;
            Some((thing, name.end()))
        })
}

/// The thing that the label of a table's row names.
pub(super) fn label(text: &str, accepts: impl Fn(&Thing) -> bool) -> Option<&'static Thing> {
    THINGS
        .iter()
        .zip(COMPILED.iter())
        .filter(|(thing, _)| accepts(thing))
        .find(|(_, compiled)| compiled.label.as_ref().is_some_and(|label| label.is_match(text)))
        .map(|(thing, _)| thing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_before_their_value() {
        let any = |_: &Thing| true;
        for (text, stem) in [
            ("We use a batch size of ", "batch-size"),
            ("with batch size ", "batch-size"),
            ("an evaluation batch size of ", "eval-batch-size"),
            ("The learning rate (η) is set to ", "learning-rate"),
            ("learning rate η = ", "learning-rate"),
            ("and a weight decay of ", "weight-decay"),
            ("a linear warmup ratio of ", "warmup-ratio"),
            ("the random seed is fixed to ", "seed"),
            ("β_1 = ", "adam-beta1"),
            ("gradients are clipped to ", "gradient-clipping"),
            ("una tasa de aprendizaje de ", "learning-rate"),
        ] {
            let found = before(text, any).map(|(thing, _)| thing.stem);
            assert_eq!(found, Some(stem), "{text}");
        }
        for text in [
            "We compare ",
            "accuracy of ",
            "in batches of data, ",
            "Franklin rate of ",
        ] {
            assert_eq!(before(text, any).map(|(thing, _)| thing.stem), None, "{text}");
        }
    }

    #[test]
    fn nouns_behind_their_count() {
        let any = |_: &Thing| true;
        for (text, stem) in [
            (" epochs on", "epochs"),
            ("-epoch warmup", "warmup-epochs"),
            (" warmup steps", "warmup-steps"),
            ("-fold cross-validation", "folds"),
            (" random seeds.", "seeds"),
            (" attention heads", "heads"),
            (" training steps", "steps"),
            ("-shot support", "shots"),
        ] {
            assert_eq!(after(text, any).map(|(thing, _)| thing.stem), Some(stem), "{text}");
        }
        assert!(after(" epochal events", any).is_none());
    }
}
