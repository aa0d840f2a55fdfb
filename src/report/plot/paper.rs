//! The paper of a plot: lines, areas, dots and texts at places in pixels, drawn by `plotters` as SVG.
//!
//! `plotters` takes whole pixels only. So it is given [`FINE`] times as many, and the picture says the size at which it
//! is to be shown.
//!
//! Why it can be wrong: nothing here knows how wide a reader's font is. Widths are those of Helvetica, a little more, so
//! that a text that is said to fit does.
//!
//! Example: `paper.text((16.0, 31.0), 12.5, Ink::FAINT, "node17")`.

use std::cell::Cell;

use plotters::coord::Shift;
use plotters::element::Drawable;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::super::markup;

/// Pixels drawn for one shown, in each direction.
const FINE: f64 = 4.0;
/// On every machine, or like one that is.
const FONT: &str = "Helvetica, Arial, 'Liberation Sans', sans-serif";
/// What `plotters` divides the size of a font by.
const SHRINKS: f64 = 1.24;

/// A colour, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ink(u8, u8, u8, f64);

impl Ink {
    pub(super) const TEXT: Ink = Ink(0x1f, 0x23, 0x28, 1.0);
    pub(super) const FAINT: Ink = Ink(0x59, 0x63, 0x6e, 1.0);
    pub(super) const WARNING: Ink = Ink(0xb3, 0x26, 0x1e, 1.0);
    pub(super) const AXIS: Ink = Ink(0x59, 0x63, 0x6e, 1.0);
    pub(super) const GRID: Ink = Ink(0xe4, 0xe7, 0xeb, 1.0);
    pub(super) const TIMED: Ink = Ink(0x1f, 0x5f, 0xa8, 1.0);
    pub(super) const RANGE: Ink = Ink(0xbf, 0xd6, 0xf0, 1.0);
    pub(super) const START_UP: Ink = Ink(0xd9, 0x5f, 0x02, 1.0);
    pub(super) const FORETOLD: Ink = Ink(0x45, 0x45, 0x4d, 1.0);
    pub(super) const WEDGE: Ink = Ink(0xc9, 0xcb, 0xd1, 1.0);
    pub(super) const CLAIMED: Ink = Ink(0xe9, 0xde, 0xf2, 1.0);
    pub(super) const CLAIMED_EDGE: Ink = Ink(0x8b, 0x62, 0xae, 1.0);

    fn color(self) -> RGBAColor {
        RGBAColor(self.0, self.1, self.2, self.3)
    }
}

/// Where a text begins, ends, or has its middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// A place in shown pixels, from the upper left.
pub(super) type At = (f64, f64);

pub(super) struct Paper<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    /// Whether all was drawn so far.
    whole: Cell<bool>,
}

impl<'a> Paper<'a> {
    /// A white sheet of this size whose picture goes to `text`.
    pub(super) fn new(text: &'a mut String, size: (f64, f64)) -> Option<Paper<'a>> {
        let fine = |length: f64| (length * FINE).round() as u32;
        let area = SVGBackend::with_string(text, (fine(size.0), fine(size.1))).into_drawing_area();
        area.fill(&WHITE).ok()?;
        Some(Paper {
            area,
            whole: Cell::new(true),
        })
    }

    /// Ends the picture; none where some of it could not be drawn.
    pub(super) fn done(self) -> Option<()> {
        self.area.present().ok().filter(|()| self.whole.get())
    }

    fn draw<E>(&self, element: &E)
    where
        for<'e> &'e E: plotters::element::PointCollection<'e, (i32, i32)>,
        E: Drawable<SVGBackend<'a>>,
    {
        if self.area.draw(element).is_err() {
            self.whole.set(false);
        }
    }

    pub(super) fn line(&self, points: &[At], width: f64, ink: Ink) {
        let style = ink.color().stroke_width((width * FINE).round() as u32);
        self.draw(&PathElement::new(fine(points), style));
    }

    /// Strokes of 6 with gaps of 4 from one place to another.
    pub(super) fn dashed(&self, from: At, to: At, width: f64, ink: Ink) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let along = |distance: f64| {
            let share = if length > 0.0 {
                (distance / length).min(1.0)
            } else {
                0.0
            };
            (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
        };
        let mut at = 0.0;
        while at < length {
            self.line(&[along(at), along(at + 6.0)], width, ink);
            at += 10.0;
        }
    }

    pub(super) fn area(&self, points: &[At], ink: Ink) {
        self.draw(&Polygon::new(fine(points), ink.color().filled()));
    }

    pub(super) fn dot(&self, at: At, radius: f64, ink: Ink) {
        self.draw(&Circle::new(
            pixel(at),
            (radius * FINE).round() as i32,
            ink.color().filled(),
        ));
    }

    /// A text that begins at `at`, which is at half its height.
    pub(super) fn text(&self, at: At, size: f64, ink: Ink, text: &str) {
        self.anchored(at, Anchor::Left, size, ink, text);
    }

    pub(super) fn anchored(&self, at: At, anchor: Anchor, size: f64, ink: Ink, text: &str) {
        self.set(at, anchor, size, FontStyle::Normal, ink, text);
    }

    pub(super) fn bold(&self, at: At, size: f64, ink: Ink, text: &str) {
        self.set(at, Anchor::Left, size, FontStyle::Bold, ink, text);
    }

    fn set(&self, at: At, anchor: Anchor, size: f64, weight: FontStyle, ink: Ink, text: &str) {
        let horizontal = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let style = FontDesc::new(FontFamily::Name(FONT), size * SHRINKS * FINE, weight)
            .color(&ink.color())
            .pos(Pos::new(horizontal, VPos::Center));
        self.draw(&Text::new(sayable(text), pixel(at), style));
    }
}

fn pixel(at: At) -> (i32, i32) {
    ((at.0 * FINE).round() as i32, (at.1 * FINE).round() as i32)
}

fn fine(points: &[At]) -> Vec<(i32, i32)> {
    points.iter().map(|at| pixel(*at)).collect()
}

/// On one line, of signs that a document of XML may hold.
pub(super) fn sayable(text: &str) -> String {
    markup::line(text)
        .chars()
        .map(|sign| match sign {
            '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}',
            sign => sign,
        })
        .collect()
}

/// About how wide a text is.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let of = |sign: char| match sign {
        'i' | 'j' | 'l' | 'f' | 't' | 'r' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | '['
        | ']' => 0.33,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 0.92,
        sign if sign.is_ascii_uppercase() => 0.72,
        sign if sign.is_ascii() => 0.57,
        // Letters with accents are as wide as without; signs of other writings may be square.
        sign if sign < '\u{0250}' => 0.6,
        _ => 1.0,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// The text, or as much of it as there is room for.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    let text = sayable(text);
    if width(&text, size) <= room {
        return text;
    }
    let mut kept = String::new();
    for sign in text.chars() {
        kept.push(sign);
        if width(&kept, size) + size > room {
            break;
        }
    }
    kept.pop();
    kept.trim_end().to_string() + "…"
}

/// The size at which the picture is shown, where `plotters` wrote the size that it was given.
pub(super) fn shown_size(opening: &str, size: (f64, f64)) -> String {
    let given = |name: &str, length: f64| format!("{name}=\"{:.0}\"", length * FINE);
    let shown = |name: &str, length: f64| format!("{name}=\"{length:.0}\"");
    opening
        .replacen(&given("width", size.0), &shown("width", size.0), 1)
        .replacen(&given("height", size.1), &shown("height", size.1), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        assert_eq!(fit("short", 12.0, 100.0), "short");
        let cut = fit(&"long name ".repeat(30), 12.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0) <= 100.0, "{cut}");
    }

    #[test]
    fn no_sign_breaks_the_document() {
        assert_eq!(sayable("a\u{1b}[2J\u{FFFE}\nb"), "a\u{FFFD}[2J\u{FFFD} b");
        let mut text = String::new();
        let paper = Paper::new(&mut text, (10.0, 10.0)).unwrap();
        paper.text((1.0, 1.0), 10.0, Ink::TEXT, "<a & \"b\">\u{0}");
        paper.done().unwrap();
        assert!(roxmltree::Document::parse(&text).is_ok(), "{text}");
    }
}
