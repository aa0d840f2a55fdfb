//! When two texts are the same: white space and case folded, equal to the whole or to its last parts.
//!
//! It can be wrong by calling a part the whole: `large` is not `whisper-large-v3` unless the claim writes `*large*`.
//! Example: `AdamW` is `torch.optim.AdamW`, `Qwen2-Audio-7B` is `Qwen/Qwen2-Audio-7B`.

/// Lower case, and every run of white space one blank, none at the ends.
#[must_use]
pub fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the text `stated` is `observed`, or its last parts behind a `/` or `.`; `*` in `stated` stands for anything.
#[must_use]
pub fn text_matches(stated: &str, observed: &str) -> bool {
    let stated = fold(stated);
    let observed = fold(observed);
    let is_same: fn(&str, &str) -> bool = if stated.contains('*') {
        glob
    } else {
        |stated, observed| stated == observed
    };
    if is_same(&stated, &observed) {
        return true;
    }
    observed
        .char_indices()
        .filter(|(_, c)| matches!(c, '/' | '.'))
        .any(|(at, _)| is_same(&stated, &observed[at + 1..]))
}

/// Whether `pattern`, whose `*` stand for any characters, covers all of `text`.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_or_last_parts() {
        let rows: &[(&str, &str, bool)] = &[
            ("AdamW", "adamw", true),
            ("cross  entropy", "Cross Entropy\n", true),
            ("AdamW", "torch.optim.AdamW", true),
            ("optim.AdamW", "torch.optim.AdamW", true),
            ("torch.optim.AdamW", "AdamW", false), // the claim says more than was found
            ("Qwen2-Audio-7B", "Qwen/Qwen2-Audio-7B", true),
            ("large", "whisper-large-v3", false),
            ("Adam", "AdamW", false),
            ("damw", "adamw", false),
            ("*large*", "whisper-large-v3", true),
            ("whisper-large*", "openai/whisper-large-v3", true),
            ("*-v3", "openai/whisper-large-v3", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXcYb", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "x", false),
        ];
        for (stated, observed, same) in rows {
            assert_eq!(
                text_matches(stated, observed),
                *same,
                "{stated} | {observed}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_text_is_itself(text in "\\PC{0,30}") {
            prop_assert!(text_matches(&text, &text));
        }

        #[test]
        fn a_part_between_is_never_the_whole(a in "[a-z]{1,5}", b in "[a-z]{1,5}", c in "[a-z]{1,5}") {
            let whole = format!("{a}-{b}-{c}");
            prop_assert!(!text_matches(&b, &whole));
            let starred = format!("*-{b}-*");
            prop_assert!(text_matches(&starred, &whole));
        }
    }
}
