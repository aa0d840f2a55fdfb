//! `name`: an identifier of the code, or arithmetic over several.
//!
//! Operators stand between blanks, because `-` and `/` occur inside names (`batch-size`, `optimizer/lr`).
//!
//! Why it can be wrong: arithmetic that is taken for one odd name is never found; a name that is taken for arithmetic
//! is followed as two settings. So what has an operator between blanks must be a whole expression, else it is an error.
//!
//! Example: `per_device_train_batch_size * gradient_accumulation_steps` has two factors; `batch-size` is one name.

/// What a text under `name` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    Plain(String),
    /// The expression and its factors, in order, each once.
    Formula(String, Vec<String>),
}

/// Reads a name; on a mistake: the byte in `text` where it stands, and what it is.
pub(super) fn parse(text: &str) -> Result<Name, (usize, String)> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err((0, "an empty text is no name".to_string()));
    }
    if let Some(at) = trimmed.find('*').filter(|_| !trimmed.contains(" * ")) {
        return Err((at, "an operator stands between blanks: `a * b`".to_string()));
    }
    let words: Vec<&str> = trimmed.split_whitespace().collect();
    if !words.iter().any(|word| operator(word)) {
        return Ok(Name::Plain(trimmed.to_string()));
    }
    let tokens = tokens(trimmed);
    let mut factors: Vec<String> = Vec::new();
    let (mut open, mut wants_operand) = (0_usize, true);
    for &(at, token) in &tokens {
        match token {
            "(" if wants_operand => open += 1,
            ")" if !wants_operand && open > 0 => open -= 1,
            _ if operator(token) && !wants_operand => wants_operand = true,
            _ if !operator(token) && token != "(" && token != ")" && wants_operand => {
                wants_operand = false;
                if !is_number(token) && !factors.iter().any(|factor| factor == token) {
                    factors.push(token.to_string());
                }
            }
            _ => {
                let expected = if wants_operand {
                    "a name or a number"
                } else {
                    "an operator"
                };
                return Err((at, format!("`{token}` where {expected} was expected")));
            }
        }
    }
    if wants_operand {
        return Err((
            trimmed.len(),
            "the expression ends where a name or a number was expected".to_string(),
        ));
    }
    if open > 0 {
        return Err((trimmed.len(), "a `(` is not closed".to_string()));
    }
    if factors.is_empty() {
        return Err((0, "the expression names no setting".to_string()));
    }
    Ok(Name::Formula(trimmed.to_string(), factors))
}

fn operator(word: &str) -> bool {
    matches!(word, "*" | "/" | "+" | "-" | "×")
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit() || c == '.')
}

/// Words and parentheses with their bytes. A parenthesis counts only at a word's edge.
fn tokens(text: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_whitespace() || c == '(' || c == ')' {
            if let Some(start) = start.take() {
                tokens.push((start, &text[start..at]));
            }
            if !c.is_whitespace() {
                tokens.push((at, &text[at..at + 1]));
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arithmetic_are_told_apart() {
        let plain = |text: &str| Ok(Name::Plain(text.to_string()));
        let formula = |text: &str, factors: &[&str]| {
            Ok(Name::Formula(
                text.to_string(),
                factors.iter().map(|factor| factor.to_string()).collect(),
            ))
        };
        type Expected = Result<Name, (usize, &'static str)>;
        let cases: &[(&str, Expected)] = &[
            ("batch-size", plain("batch-size")),
            ("optimizer/lr", plain("optimizer/lr")),
            ("test clips", plain("test clips")),
            ("a * b", formula("a * b", &["a", "b"])),
            ("a * (b + 2) * a", formula("a * (b + 2) * a", &["a", "b"])),
            ("a-b / c", formula("a-b / c", &["a-b", "c"])),
            ("a*b", Err((1, "between blanks"))),
            ("a * ", Err((2, "between blanks"))),
            ("a * * b", Err((4, "a name or a number"))),
            ("a b * c", Err((2, "an operator"))),
            ("(a * b", Err((6, "not closed"))),
            ("2 * 3", Err((0, "names no setting"))),
            ("  ", Err((0, "empty"))),
        ];
        for (text, expected) in cases {
            match (parse(text), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, *expected, "{text}"),
                (Err((at, found)), Err((column, part))) => {
                    assert!(at == *column && found.contains(part), "{text}: {at} {found}");
                }
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
