//! Whole streams: which bar is taken, and when it moved.

use super::*;

fn read(format: Format, expected: &[u64], parts: &[(u64, &str)]) -> Reader {
    let mut reader = Reader::new(format, expected.to_vec());
    for (second, text) in parts {
        reader.feed(Duration::from_secs(*second), text.as_bytes());
    }
    reader.finish();
    reader
}

fn marks(reader: &Reader) -> Vec<(u64, u64)> {
    let chosen = reader.chosen().expect("a bar");
    chosen.marks.iter().map(|mark| (mark.at.as_secs(), mark.done)).collect()
}

const SHARDS: [(u64, &str); 6] = [
    (1, "\rLoading checkpoint shards:   0%|          | 0/3 [00:00<?, ?it/s]"),
    (
        9,
        "\rLoading checkpoint shards: 100%|██████████| 3/3 [00:08<00:00,  2.66s/it]\n",
    ),
    (10, "\rEvaluating:   0%|          | 0/30 [00:00<?, ?it/s]"),
    (12, "\rEvaluating:  17%|█▋        | 5/30 [00:02<00:10,  2.50it/s]"),
    (14, "\rEvaluating:  33%|███▎      | 10"),
    (15, "/30 [00:05<00:10,  2.50it/s]"),
];

#[test]
fn what_is_over_gives_way_to_what_goes_on() {
    let reader = read(Format::Tqdm, &[], &SHARDS);
    assert_eq!(marks(&reader), [(10, 0), (12, 5), (15, 10)]);
    assert!(!reader.chosen().unwrap().expected);
    assert!(read(Format::Tqdm, &[30, 1500], &SHARDS).chosen().unwrap().expected);
}

#[test]
fn feeding_says_whether_the_bar_moved() {
    let mut reader = Reader::new(Format::Tqdm, vec![30]);
    let moved: Vec<bool> = SHARDS
        .iter()
        .map(|(second, text)| reader.feed(Duration::from_secs(*second), text.as_bytes()))
        .collect();
    assert_eq!(moved, [true, true, true, true, false, true]);
}

/// As tqdm prints them, the inner one with `leave=False`.
const NESTED: [(u64, &str); 7] = [
    (1, "\rEpochs:   0%|          | 0/3 [00:00<?, ?it/s]"),
    (1, "\n\rbatch:   0%|          | 0/10 [00:00<?, ?it/s]\x1b[A"),
    (2, "\n\rbatch:  40%|████      | 4/10 [00:00<00:00, 33.20it/s]\x1b[A"),
    (3, "\n\rbatch:  80%|████████  | 8/10 [00:00<00:00, 32.58it/s]\x1b[A"),
    (
        4,
        "\n\r          \x1b[A\rEpochs:  33%|███▎      | 1/3 [00:00<00:00,  3.25it/s]",
    ),
    (4, "\n\rbatch:   0%|          | 0/10 [00:00<?, ?it/s]\x1b[A"),
    (5, "\n\rbatch:  40%|████      | 4/10 [00:00<00:00, 32.73it/s]\x1b[A"),
];

#[test]
fn of_nested_bars_the_outermost_is_taken_unless_another_is_expected() {
    assert_eq!(marks(&read(Format::Tqdm, &[], &NESTED)), [(1, 0), (4, 1)]);
    // The first turn of it: a second evaluation is not more of the first.
    assert_eq!(marks(&read(Format::Tqdm, &[10], &NESTED)), [(1, 0), (2, 4), (3, 8)]);
    let turns = read(Format::Tqdm, &[], &NESTED);
    assert_eq!(turns.bars().filter(|bar| bar.total == Some(10)).count(), 2);
}

#[test]
fn a_bar_whose_name_changes_is_one_bar() {
    let numbers = [
        (1, "\rloss 0.31:   0%|          | 0/30 [00:00<?, ?it/s]"),
        (2, "\rloss 0.297:  17%|█▋        | 5/30 [00:02<00:10,  2.50it/s]"),
        (3, "\rloss 1e-05:  33%|███▎      | 10/30 [00:02<00:10,  2.50it/s]"),
    ];
    let words = [
        (1, "\ra.wav:   0%|          | 0/30 [00:00<?, ?it/s]"),
        (2, "\rb.wav:  17%|█▋        | 5/30 [00:02<00:10,  2.50it/s]"),
        (3, "\rc.wav:  33%|███▎      | 10/30 [00:02<00:10,  2.50it/s]"),
    ];
    for parts in [numbers, words] {
        let reader = read(Format::Tqdm, &[], &parts);
        assert_eq!(marks(&reader), [(1, 0), (2, 5), (3, 10)]);
    }
}

/// Two processes draw the same bar; the slower one's counts are not taken.
#[test]
fn what_falls_but_not_to_nothing_is_not_taken() {
    let parts = [
        (1, "\r 17%|█▋        | 5/30 [00:02<00:10,  2.50it/s]"),
        (2, "\r 33%|███▎      | 10/30 [00:02<00:10,  2.50it/s]"),
        (3, "\r 30%|███       | 9/30 [00:02<00:10,  2.50it/s]"),
        (4, "\r 37%|███       | 11/30 [00:02<00:10,  2.50it/s]"),
    ];
    assert_eq!(marks(&read(Format::Tqdm, &[], &parts)), [(1, 5), (2, 10), (4, 11)]);
}

#[test]
fn frames_of_rich_are_read_with_their_colours() {
    let frame =
        |count: &str| format!("\x1b[2K\rclips \x1b[91m━━━━━━\x1b[0m\x1b[90m╺━━━\x1b[0m \x1b[32m{count}\x1b[0m 0:00:12");
    let (first, second) = (frame(" 5/15"), frame("10/15"));
    let reader = read(Format::Rich, &[15], &[(1, &first), (2, &second), (3, &second)]);
    assert_eq!(marks(&reader), [(1, 5), (2, 10)]);
    assert!(reader.chosen().unwrap().exact && reader.chosen().unwrap().expected);
    let reader = read(Format::Rich, &[], &[(1, &frame(" 43%"))]);
    assert!(!reader.chosen().unwrap().exact);
}

#[test]
fn json_lines_count_by_done_or_by_ids() {
    let done = [
        (1, "{\"done\": 0, \"total\": 100}\n"),
        (2, "INFO {\"done\": 50, "),
        (3, "\"total\": 100}\n"),
    ];
    assert_eq!(marks(&read(Format::Json, &[100], &done)), [(1, 0), (3, 50)]);
    let ids = [
        (1, "{\"id\": \"a\"}\n{\"id\": \"b\"}\n"),
        (2, "{\"ids\": [\"c\", 4]}\n{\"id\": \"a\"}\n{\"done\": true}\n[1]\n"),
    ];
    let reader = read(Format::Json, &[], &ids);
    assert_eq!(marks(&reader), [(1, 1), (1, 2), (2, 4)]);
    assert_eq!(reader.repeated(), 1);
}

#[test]
fn logs_of_the_trainer_count_epochs_where_there_is_no_bar() {
    let parts = [
        (1, "***** Running training *****\n  Num Epochs = 3\n"),
        (5, "{'loss': 0.31, 'learning_rate': 1e-05, 'epoch': 0.5}\n"),
        (9, "{'loss': 0.31, 'learning_rate': 1e-05, 'epoch': 1.0}\n"),
        (9, "{'eval_loss': 0.31, 'eval_runtime': 12.5, 'epoch': 1.0}\n"),
    ];
    let reader = read(Format::Trainer, &[], &parts);
    assert_eq!(marks(&reader), [(5, 500), (9, 1000)]);
    assert_eq!(reader.chosen().unwrap().total, Some(3000));
}

#[test]
fn a_pattern_waits_for_the_end_of_its_line() {
    let format = Format::pattern(r"(?i)batch ([\d,]+) of ([\d,]+)").unwrap();
    let parts = [(1, "Batch 1 of 4"), (2, "27\nBatch 1,0"), (3, "00 of 427\n")];
    assert_eq!(marks(&read(format, &[427], &parts)), [(2, 1), (3, 1000)]);
    for wrong in ["batch", "(a)(b)(c)", "("] {
        assert!(Format::pattern(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn noise_is_no_progress() {
    let mut reader = Reader::new(Format::Tqdm, Vec::new());
    let noise: Vec<u8> = (0..200_000_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for piece in noise.chunks(4096) {
        reader.feed(Duration::ZERO, piece);
    }
    reader.finish();
    assert!(reader.chosen().is_none());
}
