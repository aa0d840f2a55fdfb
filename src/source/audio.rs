//! Audio files: rate, channels and length by their header, and as they decode to their end.
//!
//! Why it can be wrong: a header is a promise. A truncated file still says its full length; a wav from a pipe says none or
//! nonsense; an mp3 without a tag is guessed from its first frames, and a decoder that stops where the guess says finds it
//! right. So every file is decoded to the end of its data, whatever the header says. Codecs that add silence (AAC, mp3
//! without a tag of it) are longer than what was put in: by how much at most is said with the length. AAC at a low rate
//! may be half of a file that says so nowhere: its rate is a gap. What decodes to nothing is a gap, no silent clip.
//!
//! Example: `a.wav` has 32,000 frames at 16 kHz by its header and 19,000 as it decodes: 2 s and 1.1875 s.

use std::io::{ErrorKind, Read, Seek};

use bigdecimal::{BigDecimal, RoundingMode};
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_MP3};
use symphonia::core::codecs::audio::{AudioCodecId, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use crate::evidence::{Expr, Form, Gap, GapReason, Grade, Sound, Statement, Subject, Witness};
use crate::place::Place;
use crate::quantity::{Number, Unit, Value};
use crate::source::FileFacts;

/// Frames that an AAC encoder may have added: 2112 before (Apple's), and the rest of a last packet of 1024.
const AAC_SLACK: u64 = 2112 + 1024;
/// The same of an mp3 encoder that left no tag: up to three frames of 1152.
const MP3_SLACK: u64 = 3 * 1152;
/// Up to this rate AAC may be the lower half of a file of twice the rate, without a word of it in the header.
const HIGHEST_HALVED: u32 = 24_000;
/// Digits behind the comma of a length in seconds: less than a frame at any rate.
const DIGITS: i64 = 9;

/// One property as both witnesses have it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    rate: (Option<u64>, Option<u64>),
    channels: (Option<u64>, Option<u64>),
    frames: (Option<u64>, Option<u64>),
    /// Frames that the codec may have added.
    slack: u64,
    /// Its rate may be twice what is said.
    may_be_half: bool,
}

/// Adds what an audio file is, or the gap that it leaves.
pub(super) fn read(path: &str, source: impl Read + Seek + Send + Sync + 'static, bytes: u64, facts: &mut FileFacts) {
    match heard(path, Source { inner: source, bytes }) {
        Ok(heard) => statements(path, &heard, facts),
        Err((why, detail)) => facts.gaps.push(gap(path, why, detail)),
    }
}

fn gap(path: &str, why: GapReason, detail: String) -> Gap {
    Gap {
        file: path.to_string(),
        why,
        detail,
    }
}

/// What can be read and sought in, as the decoder takes it.
struct Source<R> {
    inner: R,
    bytes: u64,
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: Seek> Seek for Source<R> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

impl<R: Read + Seek + Send + Sync> MediaSource for Source<R> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.bytes)
    }
}

fn heard(path: &str, source: impl MediaSource + 'static) -> Result<Heard, (GapReason, String)> {
    let mut hint = Hint::new();
    if let Some((_, ending)) = path.rsplit_once('.') {
        hint.with_extension(ending);
    }
    let unread = |error: Error| match error {
        Error::Unsupported(what) => (GapReason::UnknownFormat, format!("not decoded: {what}")),
        other => (GapReason::Broken, other.to_string()),
    };
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    let probe = symphonia::default::get_probe();
    let mut format = probe
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(unread)?;
    let track = format.default_track(TrackType::Audio).cloned();
    let track = track.ok_or((GapReason::UnknownFormat, "no audio in it".to_string()))?;
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    let parameters = parameters.ok_or((GapReason::UnknownFormat, "no codec is named in it".to_string()))?;
    let codec = parameters.codec;
    // The trimming of an mp3 follows the guess of its length.
    let options = AudioDecoderOptions::default().gapless(codec != CODEC_ID_MP3);
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &options)
        .map_err(unread)?;
    let mut heard = Heard {
        rate: (parameters.sample_rate.map(u64::from), None),
        channels: (
            parameters.channels.as_ref().map(|channels| channels.count() as u64),
            None,
        ),
        frames: (track.num_frames.filter(|frames| *frames > 0), None),
        slack: slack(codec, &track),
        ..Heard::default()
    };
    let mut frames = 0_u64;
    while let Some(packet) = next(&mut *format).map_err(unread)? {
        if packet.track_id != track.id {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(decoded) => {
                let spec = decoded.spec();
                let now = (Some(u64::from(spec.rate())), Some(spec.channels().count() as u64));
                if frames > 0 && now != (heard.rate.1, heard.channels.1) {
                    return Err((GapReason::UnknownFormat, "its rate or channels change within it".into()));
                }
                (heard.rate.1, heard.channels.1) = now;
                frames += decoded.frames() as u64;
            }
            // One packet that is broken is left out, as players do.
            Err(Error::DecodeError(_)) => {}
            Err(error) => return Err(unread(error)),
        }
    }
    if frames == 0 {
        return Err((GapReason::Broken, "no audio in it could be decoded".into()));
    }
    if codec == CODEC_ID_MP3 {
        frames = without_added(frames, &track);
    }
    heard.frames.1 = Some(frames);
    heard.may_be_half = codec == CODEC_ID_AAC && heard.rate.1.is_some_and(|rate| rate <= HIGHEST_HALVED.into());
    Ok(heard)
}

/// The next packet; none at the end of the file, wherever that is: a wav from a pipe says no end, a truncated one a later.
fn next(format: &mut dyn FormatReader) -> Result<Option<symphonia::core::packet::Packet>, Error> {
    match format.next_packet() {
        Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        other => other,
    }
}

/// Frames of an mp3 without those its tag says were added, as far as they are there.
fn without_added(frames: u64, track: &Track) -> u64 {
    let behind = frames.saturating_sub(track.delay.unwrap_or(0).into());
    match (track.num_frames, track.padding) {
        (Some(whole), Some(_)) => behind.min(whole),
        _ => behind,
    }
}

fn slack(codec: AudioCodecId, track: &Track) -> u64 {
    match codec {
        CODEC_ID_AAC => AAC_SLACK,
        CODEC_ID_MP3 if track.delay.is_none() => MP3_SLACK,
        _ => 0,
    }
}

fn statements(path: &str, heard: &Heard, facts: &mut FileFacts) {
    let rate = heard.rate.1.or(heard.rate.0).filter(|rate| *rate > 0);
    let seconds = |frames: u64| rate.map(|rate| seconds(frames, rate));
    let slack = Some(heard.slack).filter(|slack| *slack > 0).and_then(seconds);
    let whole = |count: u64| Some(Number::from_i64(i64::try_from(count).unwrap_or(i64::MAX)));
    let mut say = |sound: Sound, said: (Option<Number>, Option<Number>), unit: Option<Unit>| {
        for (by, number) in [(Witness::Header, said.0), (Witness::Decoded, said.1)] {
            let slack = slack.clone().filter(|_| sound == Sound::Length);
            facts
                .statements
                .extend(number.map(|number| statement(path, Subject::Audio { sound, by, slack }, number, unit)));
        }
    };
    let both = |pair: (Option<u64>, Option<u64>), number: &dyn Fn(u64) -> Option<Number>| {
        (pair.0.and_then(number), pair.1.and_then(number))
    };
    if !heard.may_be_half {
        say(Sound::SamplingRate, both(heard.rate, &whole), Some(Unit::Hertz));
    }
    say(Sound::Channels, both(heard.channels, &whole), None);
    say(Sound::Length, both(heard.frames, &seconds), Some(Unit::Second));
    if heard.may_be_half {
        let detail = format!(
            "AAC at {} Hz: whether it is half of a file of twice the rate is not read",
            rate.unwrap_or(0)
        );
        facts.gaps.push(gap(path, GapReason::UnknownFormat, detail));
    }
}

fn seconds(frames: u64, rate: u64) -> Number {
    let length = BigDecimal::from(frames) / BigDecimal::from(rate);
    Number::from_decimal(&length.with_scale_round(DIGITS, RoundingMode::HalfEven))
}

fn statement(path: &str, subject: Subject, number: Number, unit: Option<Unit>) -> Statement {
    Statement {
        subject,
        form: Form::Data,
        value: Expr::Value(Value::Number(number)),
        place: Place::whole(path),
        grade: Grade::Measured,
        owner: Vec::new(),
        unit,
        guards: Vec::new(),
        comment: None,
        dead: None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn fixture(path: &str) -> Vec<u8> {
        std::fs::read(format!("{}/fixtures/cases/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    fn hear(path: &str, bytes: &[u8]) -> Result<Heard, (GapReason, String)> {
        let inner = Cursor::new(bytes.to_vec());
        heard(
            path,
            Source {
                inner,
                bytes: bytes.len() as u64,
            },
        )
    }

    /// All but the last three were made from 4000 frames at 16 kHz.
    #[test]
    fn header_and_data_are_two_witnesses() {
        type Row<'a> = (&'a str, u64, Option<u64>, u64, u64);
        let rows: &[Row] = &[
            (
                "sampling-rate/clips-of-a-corpus/data/clips/a.wav",
                16000,
                Some(4000),
                4000,
                0,
            ),
            (
                "sampling-rate/clips-of-a-corpus/data/clips/c.flac",
                16000,
                Some(4000),
                4000,
                0,
            ),
            (
                "sampling-rate/clips-of-a-corpus/data/clips/d.mp3",
                16000,
                Some(4000),
                4000,
                0,
            ),
            (
                "sampling-rate/clips-of-a-corpus/data/clips/e.ogg",
                16000,
                Some(4000),
                4000,
                0,
            ),
            (
                "duration/clips-cut-to-length/data/cut/f.wav",
                16000,
                Some(4000),
                2400,
                0,
            ),
            ("duration/clips-cut-to-length/data/piped/g.wav", 16000, None, 4000, 0),
            // Nine frames of 576, two of them added.
            (
                "duration/clips-cut-to-length/data/untagged/i.mp3",
                16000,
                None,
                9 * 576,
                MP3_SLACK,
            ),
            (
                "sampling-rate/clips-of-a-corpus/data/other/g.wav",
                44100,
                Some(2205),
                2205,
                0,
            ),
        ];
        for (path, rate, header, decoded, slack) in rows {
            let heard = hear(path, &fixture(path)).unwrap();
            let want = Heard {
                rate: (Some(*rate), Some(*rate)),
                channels: (Some(1), Some(1)),
                frames: (*header, Some(*decoded)),
                slack: *slack,
                may_be_half: false,
            };
            assert_eq!(heard, want, "{path}");
        }
    }

    /// Whatever is cut off, a file never looks whole, and nothing panics.
    #[test]
    fn a_file_that_was_cut_off_is_shorter_as_it_decodes() {
        for path in [
            "sampling-rate/clips-of-a-corpus/data/clips/a.wav",
            "sampling-rate/clips-of-a-corpus/data/clips/c.flac",
            "sampling-rate/clips-of-a-corpus/data/clips/d.mp3",
            "sampling-rate/clips-of-a-corpus/data/clips/e.ogg",
            "sampling-rate/clips-of-a-corpus/data/packed/h.m4a",
        ] {
            let bytes = fixture(path);
            for tenth in 0..10 {
                if let Ok(heard) = hear(path, &bytes[..bytes.len() * tenth / 10]) {
                    assert_ne!(heard.frames.0, heard.frames.1, "{path}: {tenth} tenths of it");
                }
            }
        }
    }
}
