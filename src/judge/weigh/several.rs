//! A claim of several parts: each is decided on its own, and all must hold.
//!
//! Why it can be wrong: a part that nothing speaks of must not pass with the others. A claim of which one part is
//! supported and another is silent asks for clarification.
//!
//! Example: `gpu model = "A100" count = 8` with eight GPUs asked for and no card named anywhere.

use bigdecimal::{BigDecimal, Zero};

use crate::quantity::{Locale, Number};
use crate::verdict::{Message, Ruling, Verdict};

/// The worst verdict of all parts, with everything that the parts cite.
pub(crate) fn all_must_hold(parts: Vec<Ruling>) -> Ruling {
    let silent = |ruling: &Ruling| matches!(ruling.verdict, Verdict::NoEvidence | Verdict::NotRun);
    let spoken = parts.iter().any(|part| !silent(part));
    let partly = spoken && parts.iter().any(silent);
    let refuted = parts
        .iter()
        .map(|part| part.verdict)
        .max()
        .unwrap_or(Verdict::NoEvidence);
    let unproven: Vec<String> = parts
        .iter()
        .filter(|part| silent(part))
        .map(|part| part.expected.clone())
        .collect();
    let worst = parts.iter().position(|part| part.verdict == refuted).unwrap_or(0);
    // A part of the weakest grade is what the whole rests on.
    let grade = parts.iter().filter_map(|part| part.grade).min();
    let expected: Vec<String> = parts.iter().map(|part| part.expected.clone()).collect();
    let found: Vec<String> = parts.iter().filter_map(|part| part.found.clone()).collect();
    let mut whole: Option<Ruling> = None;
    for (index, part) in parts.into_iter().enumerate() {
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => {
                if index == worst {
                    whole.because = part.because;
                }
                whole.citations.extend(part.citations);
                whole.chain.extend(part.chain);
                for caveat in part.caveats {
                    if !whole.caveats.contains(&caveat) {
                        whole.caveats.push(caveat);
                    }
                }
            }
        }
    }
    let mut whole = whole.unwrap_or_else(|| Ruling {
        verdict: Verdict::NoEvidence,
        grade: None,
        because: Message::new("nothing-claimed"),
        expected: String::new(),
        found: None,
        citations: Vec::new(),
        chain: Vec::new(),
        caveats: Vec::new(),
        recommendations: Vec::new(),
    });
    whole.verdict = refuted;
    whole.grade = grade;
    whole.expected = expected.join(", ");
    whole.found = (!found.is_empty()).then(|| found.join(", "));
    if partly && refuted < Verdict::NeedsClarification {
        whole.verdict = Verdict::NeedsClarification;
        whole.because = Message::new("part-unproven").with("parts", unproven.join(", "));
    }
    // The place that decided comes first.
    whole.citations.sort_by_key(|citation| {
        citation.stance != crate::verdict::Stance::Contradicts && refuted >= Verdict::MinorDiscrepancy
    });
    whole
}

/// Seconds as people say a time limit: `7200` is `2 h`, `5400` is `1.5 h`, `90` is `90 s`.
pub(crate) fn time(seconds: &str, locale: Locale) -> String {
    let Some(number) = Number::parse(seconds, locale) else {
        return seconds.to_string();
    };
    let per = |unit: i64| &number.value / BigDecimal::from(unit);
    let even = |value: &BigDecimal| (value * BigDecimal::from(100)).is_integer();
    let (days, hours, minutes) = (per(86_400), per(3_600), per(60));
    if number.value.is_zero() {
        return format!("{seconds} s");
    }
    if days >= 2 && days.is_integer() {
        return format!("{} d", days.normalized().to_plain_string());
    }
    if hours >= 1 && even(&hours) {
        return format!("{} h", hours.normalized().to_plain_string());
    }
    if minutes >= 1 && even(&minutes) {
        return format!("{} min", minutes.normalized().to_plain_string());
    }
    format!("{seconds} s")
}

/// Seconds that something took, as people say it: `12000` is `3 h 20 min`, `95` is `1 min 35 s`; seconds are left out
/// beyond ten hours.
pub fn elapsed(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    let part = |count: u64, unit: &str| (count > 0).then(|| format!("{count} {unit}"));
    let parts = [
        part(hours, "h"),
        part(minutes, "min"),
        part(rest, "s").filter(|_| hours < 10),
    ];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    if said.is_empty() {
        "0 s".to_string()
    } else {
        said.join(" ")
    }
}
