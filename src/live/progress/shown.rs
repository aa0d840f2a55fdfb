//! What one piece of output shows of a bar.
//!
//! Why it can be wrong: a name with numbers in it (`loss 0.31`) changes while the bar goes on, so bars are known again by
//! their names without numbers.
//!
//! Example: `loss 0.31` and `loss 0.297` are one bar, `loss #`.

/// A bar as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) done: u64,
    pub(super) total: Option<u64>,
    pub(super) exact: bool,
}

/// A name with each number as one sign.
pub(super) fn skeleton(name: &str) -> String {
    let mut skeleton = String::new();
    for letter in name.chars() {
        let number = letter.is_ascii_digit() || (matches!(letter, '.' | ',' | 'e' | '-') && skeleton.ends_with('#'));
        match (number, skeleton.ends_with('#')) {
            (true, true) => {}
            (true, false) => skeleton.push('#'),
            (false, _) => skeleton.push(letter),
        }
    }
    skeleton
}
