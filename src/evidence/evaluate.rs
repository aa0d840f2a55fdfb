//! Expressions of literals and known settings, computed; any other is left undecided.
//!
//! Python's rules for numbers (`//`, `%`, `**`), its truth of values, and the functions whose result follows from
//! their arguments alone: `int`, `float`, `round`, `min`, `max`, `len`, `sum`, `abs`, `str`, `bool`, `list`, `tuple`, `range`,
//! `np.arange`, `np.linspace`.
//!
//! Why it can be wrong: computing with a value that might be another gives a wrong number with full confidence. A name
//! without a value makes the whole expression undecided, save where it cannot matter (`False and x`).
//!
//! Example: `int(5.5 * 8)` is 44; `int(batch / gpus)` without `gpus` is nothing.

use bigdecimal::{BigDecimal, Signed, ToPrimitive, Zero};

use super::{Arg, DIGITS, Expr};
use crate::quantity::{Number, Value};

/// Elements of a computed list at most.
const LONGEST_LIST: usize = 10_000;
/// The largest exponent of `**`: beyond it a number is no setting.
const LARGEST_POWER: i64 = 4_096;

/// What a name stands for.
pub(super) enum Lookup {
    Value(Value),
    Unknown,
}

/// The value, or none where it depends on something unknown.
pub(super) fn evaluate(expr: &Expr, lookup: &dyn Fn(&str) -> Lookup) -> Option<Value> {
    match expr {
        Expr::Value(value) => Some(value.clone()),
        Expr::Ref(name) => match lookup(name) {
            Lookup::Value(value) => Some(value),
            Lookup::Unknown => None,
        },
        Expr::Unary { op, operand } => match op.as_str() {
            "-" => number(&evaluate(operand, lookup)?).map(|n| of_decimal(-n)),
            "+" => number(&evaluate(operand, lookup)?).map(of_decimal),
            "not" => Some(Value::Bool(!truth(operand, lookup)?)),
            _ => None,
        },
        Expr::Binary { op, left, right } => binary(op, left, right, lookup),
        Expr::List(items) => items
            .iter()
            .map(|item| evaluate(item, lookup))
            .collect::<Option<_>>()
            .map(Value::List),
        Expr::Map(entries) => entries
            .iter()
            .map(|(key, value)| Some((key.clone(), evaluate(value, lookup)?)))
            .collect::<Option<_>>()
            .map(Value::Map),
        Expr::Choice { test, then, otherwise } => match truth(test, lookup) {
            Some(true) => evaluate(then, lookup),
            Some(false) => evaluate(otherwise, lookup),
            None => {
                let (a, b) = (evaluate(then, lookup)?, evaluate(otherwise, lookup)?);
                (a == b).then_some(a)
            }
        },
        Expr::Call { callee, args } => call(callee, args, lookup),
        Expr::Opaque(_) => None,
    }
}

/// The part of an expression that its value is, where conditions that are decided leave one: `b` of `a or b` where `a`
/// is none, `x` of `x if x is not None else 3` where it is something.
pub(super) fn chosen<'e>(expr: &'e Expr, lookup: &dyn Fn(&str) -> Lookup) -> &'e Expr {
    match expr {
        Expr::Choice { test, then, otherwise } => match truth(test, lookup) {
            Some(true) => chosen(then, lookup),
            Some(false) => chosen(otherwise, lookup),
            None => expr,
        },
        Expr::Binary { op, left, right } if op == "or" || op == "and" => match truth(left, lookup) {
            Some(holds) if holds == (op == "or") => chosen(left, lookup),
            Some(_) => chosen(right, lookup),
            None => expr,
        },
        _ => expr,
    }
}

/// Python's truth of an expression: empty, zero and none are false.
pub(super) fn truth(expr: &Expr, lookup: &dyn Fn(&str) -> Lookup) -> Option<bool> {
    match expr {
        Expr::Binary { op, left, right } if op == "and" || op == "or" => {
            let decides = op == "or";
            match (truth(left, lookup), truth(right, lookup)) {
                (Some(a), _) if a == decides => Some(decides),
                // The right side decides the truth, whatever the left one is.
                (_, Some(b)) if b == decides => Some(decides),
                (Some(_), Some(b)) => Some(b),
                _ => None,
            }
        }
        Expr::Unary { op, operand } if op == "not" => truth(operand, lookup).map(|holds| !holds),
        _ => evaluate(expr, lookup).map(|value| truthy(&value)),
    }
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => !number.value.is_zero(),
        Value::Text(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
    }
}

fn binary(op: &str, left: &Expr, right: &Expr, lookup: &dyn Fn(&str) -> Lookup) -> Option<Value> {
    match op {
        "and" | "or" => {
            let (a, b) = (evaluate(left, lookup), evaluate(right, lookup));
            let decides = |value: &Value| truthy(value) == (op == "or");
            return match (a, b) {
                (Some(a), _) if decides(&a) => Some(a),
                (Some(_), b) => b,
                (None, _) => None,
            };
        }
        _ => {}
    }
    let (a, b) = (evaluate(left, lookup)?, evaluate(right, lookup)?);
    match op {
        "==" => return Some(Value::Bool(same(&a, &b))),
        "!=" => return Some(Value::Bool(!same(&a, &b))),
        "is" => return Some(Value::Bool(a == b)),
        "is not" => return Some(Value::Bool(a != b)),
        "in" | "not in" => {
            let found = match (&a, &b) {
                (item, Value::List(items)) => items.iter().any(|other| same(item, other)),
                (Value::Text(part), Value::Text(whole)) => whole.contains(part.as_str()),
                _ => return None,
            };
            return Some(Value::Bool(found == (op == "in")));
        }
        _ => {}
    }
    match (op, &a, &b) {
        ("+", Value::Text(a), Value::Text(b)) => return Some(Value::Text(format!("{a}{b}"))),
        ("+", Value::List(a), Value::List(b)) => return Some(Value::List([a.as_slice(), b].concat())),
        ("*", Value::List(items), Value::Number(_)) => {
            let times = number(&b)?.to_usize()?;
            return (items.len().checked_mul(times)? <= LONGEST_LIST)
                .then(|| Value::List(std::iter::repeat_n(items, times).flatten().cloned().collect()));
        }
        _ => {}
    }
    let (x, y) = (number(&a)?, number(&b)?);
    let result = match op {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" if !y.is_zero() => x / y,
        "//" if !y.is_zero() => floor(&(x / y)),
        "%" if !y.is_zero() => &x - &y * floor(&(&x / &y)),
        "**" => power(&x, &y)?,
        "<" => return Some(Value::Bool(x < y)),
        "<=" => return Some(Value::Bool(x <= y)),
        ">" => return Some(Value::Bool(x > y)),
        ">=" => return Some(Value::Bool(x >= y)),
        _ => return None,
    };
    Some(of_decimal(result))
}

/// Equality as Python and shells have it; a shell compares `"5"` with 5 as texts, so a text that prints alike is alike.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.value == b.value,
        (Value::Text(text), other) | (other, Value::Text(text)) => {
            other.to_string().eq_ignore_ascii_case(text) || other.to_string() == *text
        }
        _ => a == b,
    }
}

fn call(callee: &str, args: &[Arg], lookup: &dyn Fn(&str) -> Lookup) -> Option<Value> {
    let positional = || {
        args.iter()
            .map(|arg| {
                if arg.keyword.is_none() {
                    evaluate(&arg.value, lookup)
                } else {
                    None
                }
            })
            .collect::<Option<Vec<Value>>>()
    };
    let name = callee
        .strip_prefix("numpy.")
        .or_else(|| callee.strip_prefix("np."))
        .unwrap_or(callee);
    let values = positional()?;
    match (name, values.as_slice()) {
        (DIGITS, values) => {
            let text: String = values.iter().map(ToString::to_string).collect();
            Number::parse_literal(&text).map(Value::Number)
        }
        ("int", [value]) => Some(of_decimal(
            number(value)?.with_scale_round(0, bigdecimal::RoundingMode::Down),
        )),
        ("float", [value]) => number(value).map(of_decimal),
        ("abs", [value]) => Some(of_decimal(number(value)?.abs())),
        ("bool", [value]) => Some(Value::Bool(truthy(value))),
        ("str", [value]) => Some(Value::Text(value.to_string())),
        ("round", [value]) => Some(of_decimal(
            number(value)?.with_scale_round(0, bigdecimal::RoundingMode::HalfEven),
        )),
        ("round", [value, digits]) => {
            let digits = number(digits)?.to_i64().filter(|digits| digits.abs() < 100)?;
            Some(of_decimal(
                number(value)?.with_scale_round(digits, bigdecimal::RoundingMode::HalfEven),
            ))
        }
        ("len", [Value::List(items)]) => Some(Value::from(i64::try_from(items.len()).ok()?)),
        ("list" | "tuple" | "array" | "torch.tensor", [Value::List(items)]) => Some(Value::List(items.clone())),
        ("sum", [Value::List(items)]) => items.iter().map(number).sum::<Option<BigDecimal>>().map(of_decimal),
        ("min" | "max", [Value::List(items)]) => extreme(name, items),
        ("min" | "max", items) if items.len() > 1 => extreme(name, items),
        ("range" | "arange", bounds) => steps(bounds),
        ("linspace", [start, stop, count]) => linspace(&number(start)?, &number(stop)?, number(count)?.to_usize()?),
        _ => None,
    }
}

fn extreme(name: &str, items: &[Value]) -> Option<Value> {
    let numbers: Vec<BigDecimal> = items.iter().map(number).collect::<Option<_>>()?;
    let best = if name == "min" {
        numbers.into_iter().min()
    } else {
        numbers.into_iter().max()
    };
    best.map(of_decimal)
}

fn steps(bounds: &[Value]) -> Option<Value> {
    let numbers: Vec<BigDecimal> = bounds.iter().map(number).collect::<Option<_>>()?;
    let one = || BigDecimal::from(1);
    let (start, stop, step) = match numbers.as_slice() {
        [stop] => (BigDecimal::zero(), stop.clone(), one()),
        [start, stop] => (start.clone(), stop.clone(), one()),
        [start, stop, step] if !step.is_zero() => (start.clone(), stop.clone(), step.clone()),
        _ => return None,
    };
    let mut items = Vec::new();
    let mut at = start;
    while (step.is_positive() && at < stop) || (step.is_negative() && at > stop) {
        if items.len() == LONGEST_LIST {
            return None;
        }
        items.push(of_decimal(at.clone()));
        at += &step;
    }
    Some(Value::List(items))
}

fn linspace(start: &BigDecimal, stop: &BigDecimal, count: usize) -> Option<Value> {
    if !(2..=LONGEST_LIST).contains(&count) {
        return None;
    }
    let last = BigDecimal::from(u64::try_from(count - 1).ok()?);
    let point = |index: u64| start + (stop - start) * BigDecimal::from(index) / &last;
    (0..u64::try_from(count).ok()?)
        .map(|index| Some(of_decimal(point(index))))
        .collect::<Option<_>>()
        .map(Value::List)
}

fn power(base: &BigDecimal, exponent: &BigDecimal) -> Option<BigDecimal> {
    if !exponent.is_integer() {
        let result = base.to_f64()?.powf(exponent.to_f64()?);
        return result
            .is_finite()
            .then(|| Number::from_f64(result))
            .flatten()
            .map(|number| number.value);
    }
    let exponent = exponent.to_i64().filter(|exponent| exponent.abs() <= LARGEST_POWER)?;
    if base.digits() > 40 || (base.is_zero() && exponent < 0) {
        return None;
    }
    Some(base.powi(exponent))
}

fn floor(value: &BigDecimal) -> BigDecimal {
    value.with_scale_round(0, bigdecimal::RoundingMode::Floor)
}

fn number(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Number(number) => Some(number.value.clone()),
        Value::Bool(value) => Some(BigDecimal::from(u8::from(*value))),
        Value::Text(text) => Number::parse_literal(text.trim()).map(|number| number.value),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

fn of_decimal(value: BigDecimal) -> Value {
    Value::Number(Number::from_decimal(&value))
}
