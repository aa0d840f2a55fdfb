//! How text is decoded: greedy, beam search or sampling, with these settings.
//!
//! ## What it checks
//! By meaning: greedy is no sampling (`do_sample=False`, or temperature 0) and one beam (1, or not passed); beam is
//! more than one beam; sampling is `do_sample=True`. Everything that the claim gives must hold. `temperature = 0` in a
//! claim is the same statement as greedy.
//!
//! With `run`, what the run printed of these settings votes beside the code; a run that gave one sample two answers
//! leaves greedy decoding undecided.
//!
//! ## Why it can be wrong
//! `temperature` beside `do_sample=False` has no effect: a caveat. `do_sample` that is not passed is the library's or
//! the model's generation config's default: to be clarified.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "decoding"
//! kind = "decoding"
//! mode = "greedy"
//! temperature = 0
//! ```

use bigdecimal::Zero;

use super::weigh::ballot::{ballot, bystanders};
use super::weigh::cite::{cite, noted};
use super::weigh::compared::How;
use super::weigh::recorded::Recorded;
use super::weigh::scope::InScope;
use super::weigh::setting::{Seen, Sight, look};
use super::weigh::several;
use super::weigh::vote::{Ballot, Question, Stand};
use super::weigh::{decoded, named, recommend};
use super::{Case, Kind};
use crate::claim::{Claim, Field, Key, KindSpec, Shape};
use crate::evidence::{Ask, Form, Grade, Graph, Statement, Subject};
use crate::quantity::{Number, Quantity, Stated};
use crate::verdict::{Citation, Message, Ruling, Stance, Verdict};

const SAMPLE: &[&str] = &["do_sample"];
const BEAMS: &[&str] = &["num_beams", "beam_size", "n_beams", "beam_width"];
const TEMPERATURE: &[&str] = &["temperature"];
const TOP_P: &[&str] = &["top_p"];
const TOP_K: &[&str] = &["top_k"];
const NEW_TOKENS: &[&str] = &["max_new_tokens", "max_tokens", "max_gen_len"];
/// Functions that decode, by the last segment of their name.
const DECODERS: &[&str] = &["generate", "GenerationConfig", "SamplingParams"];

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "decoding",
        about: include_str!("decoding.rs"),
        keys: &[
            Key {
                name: "mode",
                shape: Shape::OneOf(&["greedy", "beam", "sampling"]),
                required: false,
                about: "The way of decoding, by meaning.",
            },
            Key {
                name: "beams",
                shape: Shape::Stated,
                required: false,
                about: "Number of beams.",
            },
            Key {
                name: "temperature",
                shape: Shape::Stated,
                required: false,
                about: "Sampling temperature; 0 says greedy.",
            },
            Key {
                name: "top-p",
                shape: Shape::Stated,
                required: false,
                about: "Nucleus sampling's probability.",
            },
            Key {
                name: "top-k",
                shape: Shape::Stated,
                required: false,
                about: "Candidates sampled from.",
            },
            Key {
                name: "max-new-tokens",
                shape: Shape::Stated,
                required: false,
                about: "Tokens generated at most.",
            },
        ],
        shared: &["of", "given", "for", "grade", "run", "in"],
        says: &["mode", "beams", "temperature", "top-p", "top-k", "max-new-tokens"],
        subject: None,
        exact: true,
        usual_names: SAMPLE,
        deciding: Grade::Configured,
        check: |claim| {
            if claim.fields.0.is_empty() {
                Err("a decoding claim needs at least one of its keys".to_string())
            } else {
                Ok(())
            }
        },
        dimension: None,
    },
    asks: |claim, _| {
        let lists = [SAMPLE, BEAMS, TEMPERATURE, TOP_P, TOP_K, NEW_TOKENS];
        let mut asks: Vec<Ask> = lists
            .iter()
            .map(|names| Ask::Setting {
                names: names.iter().map(ToString::to_string).collect(),
            })
            .collect();
        asks.extend(DECODERS.iter().map(|symbol| Ask::Usage {
            symbol: (*symbol).to_string(),
        }));
        asks.extend(claim.of.iter().map(|of| Ask::Usage { symbol: of.clone() }));
        asks
    },
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    let claim = case.claim;
    let graph = Graph::new(case.evidence);
    let eye = Eye {
        case,
        graph: &graph,
        scope: InScope::of(case),
    };
    let mut parts = Vec::new();
    let zero = |key| matches!(claim.fields.stated(key), Some(Stated::Exact(Quantity { number, .. })) if number.value.is_zero());
    let mode = claim.fields.text("mode");
    let greedy = mode == Some("greedy") || (mode.is_none() && zero("temperature"));
    match mode {
        _ if greedy => parts.push(eye.greedy()),
        Some("beam") => parts.push(eye.beam()),
        Some(_) => parts.push(eye.sampling()),
        None => {}
    }
    for (key, field) in &claim.fields.0 {
        let Field::Stated(stated) = field else { continue };
        let names = match *key {
            "beams" => BEAMS,
            // Greedy says it already: no temperature is read where nothing is sampled.
            "temperature" if greedy && zero("temperature") => continue,
            "temperature" => TEMPERATURE,
            "top-p" => TOP_P,
            "top-k" => TOP_K,
            _ => NEW_TOKENS,
        };
        parts.push(eye.value(key, names, stated.clone()));
    }
    let mut ruling = several::all_must_hold(parts);
    eye.caveats(&mut ruling, greedy);
    recommend::add_usual(claim, &mut ruling);
    ruling
}

/// A claim's decoding, looked at name by name.
struct Eye<'a> {
    case: &'a Case<'a>,
    graph: &'a Graph<'a>,
    scope: InScope<'a>,
}

impl Eye<'_> {
    fn sight(&self, names: &[&str]) -> Sight {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        look(
            self.case,
            self.graph,
            &self.scope,
            &names,
            self.case.claim.of.as_deref(),
        )
    }

    /// Votes on one name against one value.
    fn votes(&self, sight: &Sight, stated: &Stated) -> Vec<Ballot> {
        let claim = Claim {
            value: Some(stated.clone()),
            take: None,
            ..self.case.claim.clone()
        };
        let case = Case {
            claim: &claim,
            ..*self.case
        };
        sight
            .occasions
            .iter()
            .map(|seen: &Seen| ballot(&case, self.graph, seen, How::EXACT))
            .collect()
    }

    /// The votes of the code, and that of the run that the claim rests on.
    fn question(&self, expected: String, mut ballots: Vec<Ballot>, sight: &Sight, run: Recorded) -> Ruling {
        let (mut context, mut caveats) = bystanders(self.case.evidence, sight);
        ballots.extend(run.ballots);
        context.extend(run.context);
        caveats.extend(run.caveats);
        let mut silence = self.silence(&expected);
        match run.silence {
            Some(why) if ballots.is_empty() && silence.0 != Verdict::NeedsClarification => {
                silence = (Verdict::NotRun, why);
            }
            why => caveats.extend(why),
        }
        caveats.extend(self.scope.caveats());
        if ballots.is_empty() {
            // The call that leaves it out is what a reader must look at.
            context.extend(self.decoders().into_iter().map(|call| cite(call, Stance::Contradicts)));
        }
        Question {
            ballots,
            context,
            caveats,
            deciding: KIND.spec.deciding,
            floor: self.case.claim.floor,
            quorum: self.case.claim.quorum,
            silence,
            expected,
        }
        .decide()
    }

    /// Nothing sets it: a decoder that is called without it leaves it to the library.
    fn silence(&self, what: &str) -> (Verdict, Message) {
        match self.decoders().first() {
            Some(call) => {
                let because = Message::new("library-default")
                    .with("name", what)
                    .with("of", super::weigh::cite::what(call))
                    .with("place", call.place.short());
                (Verdict::NeedsClarification, because)
            }
            None => (named::silent_verdict(self.case), self.scope.silence(what)),
        }
    }

    /// Calls in scope that decode.
    fn decoders(&self) -> Vec<&Statement> {
        let of = self.case.claim.of.as_deref();
        self.case
            .evidence
            .statements
            .iter()
            .filter(|s| s.form == Form::Call && s.dead.is_none())
            .filter(|s| self.scope.runs(self.case.evidence, s))
            .filter(|s| match &s.subject {
                Subject::Call { callee } => {
                    let last = callee.rsplit('.').next().unwrap_or(callee);
                    DECODERS.contains(&last) || of == Some(last)
                }
                _ => false,
            })
            .collect()
    }

    /// No sampling, and one beam.
    fn greedy(&self) -> Ruling {
        let sample = self.sight(SAMPLE);
        let temperature = self.sight(TEMPERATURE);
        let run = decoded::greedy(self.case, SAMPLE, TEMPERATURE);
        let no_sampling = if sample.occasions.is_empty() && !temperature.occasions.is_empty() {
            self.question("greedy".into(), self.votes(&temperature, &number(0)), &temperature, run)
        } else {
            let mut ballots = self.votes(&sample, &Stated::Bool(false));
            ballots
                .iter_mut()
                .for_each(|vote| vote.found = format!("do_sample={}", vote.found));
            // Temperature 0 decodes greedily where sampling is left on.
            for (vote, seen) in ballots.iter_mut().zip(&sample.occasions) {
                let cold = temperature.occasions.iter().find(|other| other.launch == seen.launch);
                if vote.stand == Stand::Against
                    && let Some(cold) = cold
                    && let Some(zero) = self
                        .votes(
                            &Sight {
                                occasions: vec![cold.clone()],
                                ..Sight::default()
                            },
                            &number(0),
                        )
                        .pop()
                    && zero.stand == Stand::For
                {
                    vote.citations
                        .iter_mut()
                        .for_each(|citation| citation.stance = Stance::Context);
                    vote.citations.splice(0..0, zero.citations);
                    vote.stand = Stand::For;
                    vote.found = format!("temperature={}", zero.found);
                }
            }
            self.question("greedy".into(), ballots, &sample, run)
        };
        let beams = self.sight(BEAMS);
        let one = decoded::value(self.case, BEAMS, &number(1));
        if beams.occasions.is_empty() && one.ballots.is_empty() {
            return no_sampling;
        }
        let one_beam = self.question("1 beam".into(), self.votes(&beams, &number(1)), &beams, one);
        let expected = no_sampling.expected.clone();
        Ruling {
            expected,
            ..several::all_must_hold(vec![no_sampling, one_beam])
        }
    }

    /// More than one beam; a decoder that is called without a number of beams uses one.
    fn beam(&self) -> Ruling {
        let beams = self.sight(BEAMS);
        let more = Stated::parse("> 1", crate::quantity::Locale::English).unwrap_or_else(|_| number(2));
        let mut ballots = self.votes(&beams, &more);
        let run = decoded::value(self.case, BEAMS, &more);
        if ballots.is_empty() && run.ballots.is_empty() && beams.dead.is_empty() {
            ballots.extend(self.decoders().into_iter().map(|call| {
                Ballot::new(
                    Stand::Against,
                    call.grade,
                    "num_beams=1".to_string(),
                    vec![noted(call, Stance::Contradicts, Message::new("one-beam-unless-passed"))],
                )
            }));
        }
        self.question("beam".into(), ballots, &beams, run)
    }

    fn sampling(&self) -> Ruling {
        let sample = self.sight(SAMPLE);
        let run = decoded::sampling(self.case, SAMPLE, TEMPERATURE);
        self.question(
            "sampling".into(),
            self.votes(&sample, &Stated::Bool(true)),
            &sample,
            run,
        )
    }

    fn value(&self, key: &str, names: &[&str], stated: Stated) -> Ruling {
        let sight = self.sight(names);
        let ballots = self.votes(&sight, &stated);
        let run = decoded::value(self.case, names, &stated);
        self.question(format!("{key} {stated}"), ballots, &sight, run)
    }

    /// A temperature beside `do_sample=False` has no effect.
    fn caveats(&self, ruling: &mut Ruling, greedy: bool) {
        if !greedy || ruling.verdict != Verdict::Supported {
            return;
        }
        for seen in &self.sight(TEMPERATURE).occasions {
            for live in &seen.live {
                let statement = self.graph.statement(live.resolved.origin());
                let zero = live
                    .resolved
                    .value()
                    .is_some_and(|value| value.to_string() == "0" || value.to_string() == "0.0");
                if zero {
                    continue;
                }
                let message = Message::new("temperature-without-sampling").with("place", statement.place.short());
                if !ruling.caveats.contains(&message) {
                    let citation: Citation = noted(statement, Stance::Context, message.clone());
                    ruling.citations.push(citation);
                    ruling.caveats.push(message);
                }
            }
        }
        for call in self.decoders() {
            if !ruling.citations.iter().any(|citation| citation.place == call.place) {
                ruling.citations.push(cite(call, Stance::Context));
            }
        }
    }
}

fn number(value: i64) -> Stated {
    Stated::Exact(Quantity::bare(Number::from_i64(value)))
}
