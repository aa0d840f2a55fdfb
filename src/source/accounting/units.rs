//! Durations, limits, sizes, times and resources as Slurm prints them.
//!
//! Formats are those of sacct(1), squeue(1) and scontrol(1), and of what two versions were seen to print.
//!
//! Why it can be wrong: `G` counts by 1024, `30` of `TimelimitRaw` is minutes and of `ElapsedRaw` seconds, `1:30` is
//! minutes and seconds, and typed and untyped GPUs are the same GPUs (`gres/gpu=2,gres/gpu:a100=2` are two).
//!
//! Example: `2-03:05:00` is 183,900 s.

use crate::evidence::{Limit, Resources};

/// `[D-]HH:MM:SS`, `MM:SS`, `SS`, with or without a fraction; in seconds.
pub(super) fn duration(text: &str) -> Option<u64> {
    let text = text.trim();
    let (days, clock) = match text.split_once('-') {
        Some((days, clock)) => (days.parse::<u64>().ok()?, clock),
        None => (0, text),
    };
    let clock = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    let parts: Vec<u64> = clock
        .split(':')
        .map(|part| if part.is_empty() { None } else { part.parse().ok() })
        .collect::<Option<_>>()?;
    let seconds = match parts.as_slice() {
        [hours, minutes, seconds] => hours.checked_mul(3600)? + minutes * 60 + seconds,
        [hours, minutes] if days > 0 => hours * 3600 + minutes * 60,
        [hours] if days > 0 => hours * 3600,
        [minutes, seconds] => minutes * 60 + seconds,
        _ => return None,
    };
    days.checked_mul(86_400)?.checked_add(seconds)
}

/// A time limit: a duration, `UNLIMITED`, `Partition_Limit`.
pub(super) fn limit(text: &str) -> Limit {
    match text.trim() {
        "UNLIMITED" | "infinite" | "INFINITE" => Limit::Unlimited,
        "Partition_Limit" => Limit::Partition,
        text => duration(text).map_or(Limit::Unknown, Limit::Seconds),
    }
}

/// A limit in minutes: a number, `UNLIMITED`.
pub(super) fn limit_in_minutes(text: &str) -> Limit {
    match text.trim().parse::<u64>() {
        Ok(minutes) => Limit::Seconds(minutes.saturating_mul(60)),
        Err(_) => limit(text),
    }
}

/// `500M`, `2G`, `170200K`, plain bytes; a trailing `n` or `c` (by node, by core) is no total. In bytes.
pub(super) fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u64 = match &text[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        "T" => 1 << 40,
        "P" => 1 << 50,
        _ => return None,
    };
    if let Ok(whole) = digits.parse::<u64>() {
        return whole.checked_mul(factor);
    }
    // A rounded size (`0.49G`) is not exact, and no byte count is made of it.
    None
}

/// A time as printed; nothing for `Unknown`, `None` and the like. Seconds since the epoch become UTC.
pub(super) fn time(text: &str) -> Option<String> {
    let text = text.trim();
    if matches!(text, "" | "Unknown" | "None" | "N/A" | "(null)" | "0") {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return epoch(text.parse().ok()?);
    }
    Some(text.to_string())
}

/// Seconds since the epoch, in UTC; Slurm's own words for none (0, 2³²−2) are none.
pub(super) fn epoch(seconds: i64) -> Option<String> {
    const NONE: i64 = 4_294_967_294;
    if seconds <= 0 || seconds >= NONE {
        return None;
    }
    let time = chrono::DateTime::from_timestamp(seconds, 0)?;
    Some(time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// `billing=1,cpu=1,gres/gpu:rtx3090=1,gres/gpu=1,mem=500M,node=1`.
pub(super) fn resources(text: &str) -> Resources {
    let mut found = Resources::default();
    // Typed cards are among the untyped ones; where only types are listed, they are all there are.
    let mut typed: Option<u64> = None;
    for part in text.split(',') {
        let Some((name, count)) = part.rsplit_once('=') else {
            continue;
        };
        let number = count.trim().parse::<u64>().ok();
        match name.trim() {
            "cpu" => found.cpus = number,
            "node" => found.nodes = number,
            "mem" => found.memory_bytes = size(count),
            "gres/gpu" => found.gpus = number,
            name => {
                if let Some(label) = name.strip_prefix("gres/gpu:") {
                    found.gpu_types.push(label.to_string());
                    typed = Some(typed.unwrap_or(0).saturating_add(number.unwrap_or(0)));
                }
            }
        }
    }
    found.gpus = found.gpus.or(typed);
    found.gpu_types.sort();
    found.gpu_types.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_all_commands() {
        for (text, expected) in [
            ("00:01:21", Some(81)),
            ("2-03:05:00", Some(183_900)),
            ("1-12:00:00", Some(129_600)),
            ("3:00", Some(180)),
            ("0:00", Some(0)),
            ("1:30:00", Some(5400)),
            ("00:00:01.250", Some(1)),
            ("Unknown", None),
            ("", None),
            ("99999999999999999999-00:00:00", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn limits_that_are_none() {
        assert_eq!(limit("UNLIMITED"), Limit::Unlimited);
        assert_eq!(limit("Partition_Limit"), Limit::Partition);
        assert_eq!(limit(""), Limit::Unknown);
        assert_eq!(limit_in_minutes("120"), Limit::Seconds(7200));
    }

    #[test]
    fn sizes_count_by_1024_and_rounded_ones_are_none() {
        for (text, expected) in [
            ("500M", Some(524_288_000)),
            ("2G", Some(2_147_483_648)),
            ("170200K", Some(174_284_800)),
            ("174284800", Some(174_284_800)),
            ("0.49G", None),
            ("4000Mn", None),
        ] {
            assert_eq!(size(text), expected, "{text}");
        }
    }

    #[test]
    fn typed_and_untyped_cards_are_the_same_cards() {
        for text in [
            "billing=1,cpu=4,gres/gpu:rtx3090=2,gres/gpu=2,mem=500M,node=1",
            "cpu=4,mem=500M,node=1,billing=1,gres/gpu=2,gres/gpu:rtx3090=2",
        ] {
            let found = resources(text);
            assert_eq!((found.gpus, found.cpus, found.nodes), (Some(2), Some(4), Some(1)));
            assert_eq!(found.gpu_types, ["rtx3090"]);
            assert_eq!(found.memory_bytes, Some(524_288_000));
        }
        let mixed = resources("gres/gpu:a100=1,gres/gpu:rtx3090=1,gres/gpu=2");
        assert_eq!((mixed.gpus, mixed.gpu_types.len()), (Some(2), 2));
        assert_eq!(resources("gres/gpu:a100=1,gres/gpu:rtx3090=1").gpus, Some(2));
        // What is not listed is not known to be none.
        assert_eq!(resources("cpu=1,mem=1G,node=1").gpus, None);
    }

    #[test]
    fn times_that_are_none() {
        assert_eq!(time("Unknown"), None);
        assert_eq!(epoch(4_294_967_294), None);
        assert_eq!(time("2026-11-22T10:53:13").as_deref(), Some("2026-11-22T10:53:13"));
        // By `date -u -d @1795344793`.
        assert_eq!(time("1795344793").as_deref(), Some("2026-11-22T10:53:13Z"));
    }
}
