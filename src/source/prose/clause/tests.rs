//! Sentences as papers and READMEs have them, read by hand.

use super::*;

/// Each quantity: the text, its words, its settings, whether it is one of several.
fn said(text: &str) -> Vec<(String, String, String, bool)> {
    read(text, Locale::English)
        .mentions
        .into_iter()
        .map(|mention| {
            (
                text[mention.span].to_string(),
                mention.words.join(" "),
                mention.names.join(" "),
                mention.alternatives,
            )
        })
        .collect()
}

#[test]
fn quantities_belong_to_the_words_beside_them() {
    type Row<'r> = (&'r str, &'r [(&'r str, &'r str, &'r str, bool)]);
    let rows: &[Row<'_>] = &[
        (
            "Evaluating 21,340 samples typically requires 3–4 hours with batch size 50",
            &[
                ("21,340", "samples", "", false),
                ("3–4 hours", "", "", false),
                ("50", "batch size", "batch_size", false),
            ],
        ),
        (
            "Métricas Finales (Test Set - 21,340 muestras):",
            &[("21,340", "muestras", "", false)],
        ),
        (
            "a learning rate of 2e-5",
            &[("2e-5", "learning rate", "learning_rate", false)],
        ),
        ("batch_size of 50", &[("50", "batch_size", "batch_size", false)]),
        ("batch_size = 50", &[("50", "batch_size", "batch_size", false)]),
        ("Batch size: 50", &[("50", "batch size", "batch_size", false)]),
        (
            "the batch size is set to 50",
            &[("50", "batch size", "batch_size", false)],
        ),
        (
            "the initial learning rate is 0.01",
            &[("0.01", "initial learning rate", "learning_rate", false)],
        ),
        (
            "the learning rate is initially set to 0.1",
            &[("0.1", "learning rate", "learning_rate", false)],
        ),
        ("Dropout (0.1) is used", &[("0.1", "dropout", "Dropout", false)]),
        (
            "the temperature and top_p were set to 0 during inference",
            &[("0", "temperature top_p", "temperature top_p", false)],
        ),
        ("mixup=0.6", &[("0.6", "mixup", "mixup", false)]),
        ("resampled to 16 kHz", &[("16 kHz", "", "", false)]),
        (
            "sampling rate of 22 kHz",
            &[("22 kHz", "sampling rate", "sampling_rate", false)],
        ),
        (
            "970 clips × 22 conditions",
            &[("970", "clips", "", false), ("22", "conditions", "", false)],
        ),
        (
            "128-dimensional features",
            &[("128", "dimensional features", "", false)],
        ),
        (
            "a character limit of 300",
            &[("300", "character limit", "character_limit", false)],
        ),
        (
            "Learning Rate (lr) = 1e-5",
            &[("1e-5", "learning rate lr", "learning_rate lr", false)],
        ),
        (
            "Batch size 32 effectively: 8 per device",
            &[("32", "batch size", "batch_size", false), ("8", "", "", false)],
        ),
        (
            "on 100 explicitly harmful examples",
            &[("100", "harmful examples", "", false)],
        ),
        ("we save every 20 epochs", &[("20", "epochs", "", true)]),
        ("Zephyr 7B Beta has 7B parameters", &[("7B", "parameters", "", false)]),
        ("10 times smaller learning rate", &[]),
        // Bounds and alternatives.
        (
            "40GB+ VRAM for training, 24GB for inference",
            &[("40GB", "vram", "", true), ("24GB", "", "", true)],
        ),
        ("needs at least 24 GB of VRAM", &[("at least 24 GB", "vram", "", true)]),
        (
            "batch sizes of 8, 16 or 32",
            &[
                ("8", "batch sizes", "batch_sizes", true),
                ("16", "", "", true),
                ("32", "", "", true),
            ],
        ),
        (
            "a learning rate of 1e-4 and 1e-5",
            &[("1e-4", "learning rate", "learning_rate", true), ("1e-5", "", "", true)],
        ),
        (
            "We set the batch size to 50.",
            &[("50", "batch size", "batch_size", false)],
        ),
        ("If memory runs out, reduce batch_size to 4", &[("4", "", "", true)]),
        // No quantities.
        ("as in Section 4, Table 3 and [12]", &[]),
        ("in 2019 and since 2020", &[]),
        ("see https://x.org/badge/21340.svg", &[]),
        ("wav2vec2, ViT-B/16 and gpt-4", &[]),
    ];
    let mut wrong = Vec::new();
    for (text, wanted) in rows {
        let wanted: Vec<(String, String, String, bool)> = wanted
            .iter()
            .map(|(span, words, names, one)| (span.to_string(), words.to_string(), names.to_string(), *one))
            .collect();
        if said(text) != wanted {
            wrong.push(format!("{text}\n   said   {:?}\n   wanted {wanted:?}", said(text)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn settings_that_are_no_numbers() {
    let rows: &[(&str, &[(&str, &str)])] = &[
        ("do_sample=False", &[("do_sample", "False")]),
        ("Optimizer: AdamW", &[("Optimizer", "AdamW")]),
        (
            "LR scheduler: cosine with warmup",
            &[("lr_scheduler", "cosine with warmup")],
        ),
        ("Note: we use the same data as the others did", &[]),
        ("batch_size = 50", &[]),
    ];
    for (text, wanted) in rows {
        let found: Vec<(String, String)> = read(text, Locale::English)
            .assigned
            .into_iter()
            .map(|assigned| (assigned.name, assigned.value))
            .collect();
        let wanted: Vec<(String, String)> = wanted
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        assert_eq!(found, wanted, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_sentence_is_read(text in "[-a-zA-Z0-9 .,:;=()\\[\\]+/~≥–é%]{0,80}") {
        let reading = read(&text, Locale::Spanish);
        for mention in reading.mentions {
            proptest::prop_assert!(text.get(mention.whole.clone()).is_some());
            proptest::prop_assert!(mention.whole.start <= mention.span.start && mention.span.end <= mention.whole.end);
        }
        for assigned in reading.assigned {
            proptest::prop_assert!(text.get(assigned.whole).is_some());
        }
    }
}
