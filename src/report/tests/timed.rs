//! A report on timed runs, made by hand: one whose record speaks, and those whose records do not.

use super::world;
use crate::claim::Claim;
use crate::evidence::{
    Asked, CommandLine, Condition, Digests, Ending, Engine, Evidence, Expr, Form, Grade, Hashed, Machine, Part,
    Printed, ReadCard, Role, Stale, Statement, Subject, Telemetry, TimedRun, Tool, Total, Wanting,
};
use crate::place::Place;
use crate::quantity::{Locale, Stated};
use crate::report::{Companion, FORMATS, Judged, Language, Options, Report, Status, format};
use crate::verdict::{Message, Ruling, Verdict};

/// 40 batches of 50 clips: 20 s of start-up, a slow first batch, and then 28 s each, a little more every other time.
fn eval() -> TimedRun {
    let mut at = 20.0;
    let (mut samples, mut seconds) = (vec![0], vec![at]);
    for batch in 1..=40_u64 {
        at += match batch {
            1 => 42.0,
            even if even.is_multiple_of(2) => 28.5,
            _ => 27.5,
        };
        samples.push(batch * 50);
        seconds.push(at);
    }
    TimedRun {
        tool: Tool::default(),
        version: "0.1.0".into(),
        name: "eval".into(),
        engine: Engine::Command,
        command: Some(CommandLine {
            arguments: ["python", "scripts/evaluate.py", "--max-samples", "2000"]
                .map(str::to_string)
                .to_vec(),
            directory: ".".into(),
            environment: Vec::new(),
        }),
        asked: Asked {
            population: Some(21_340),
            ..Asked::default()
        },
        started: "2026-11-20T09:00:00Z".into(),
        ending: Ending::CutOff,
        exit: None,
        settings: vec![Printed {
            name: "batch_size".into(),
            value: "50".into(),
            line: "batch_size=50".into(),
        }],
        parts: vec![Part {
            machine: Machine {
                host: "node17".into(),
                kernel: "6.1.0".into(),
                processor: "AMD EPYC 7763".into(),
                cores: 16,
                memory_bytes: 64 << 30,
                job: Some("4711".into()),
                stand_in: false,
                no_card: None,
            },
            devices: vec![ReadCard {
                model: "NVIDIA GeForce RTX 3090".into(),
                total_bytes: Some(24 << 30),
                driver: Some("550.54.15".into()),
                ..ReadCard::default()
            }],
            start_up_seconds: 20.0,
            samples,
            seconds,
            conditions: vec![
                condition("other-processes", "0.9 % (at most 2.1 %)", false),
                condition("clock", "1695 MHz at least", false),
            ],
            telemetry: Telemetry {
                looks: 570,
                own_seconds: 0.31,
                peak_rss_bytes: 4 << 30,
                peak_vram_bytes: Some(18 << 30),
                gpu_percent: Some(87.3),
                cards_used: vec![0],
            },
        }],
        total: Some(Total {
            population: 21_340,
            timed: 2000,
            low_seconds: 11_700.0,
            estimate_seconds: 11_970.0,
            high_seconds: 12_240.0,
            level: 0.95,
            method: "block bootstrap".into(),
        }),
        wanting: None,
        repeats: None,
        disturbed: Vec::new(),
        unwatched: Vec::new(),
        output: String::new(),
    }
}

fn condition(name: &str, during: &str, disturbs: bool) -> Condition {
    Condition {
        name: name.into(),
        before: "0.4 %".into(),
        during: during.into(),
        after: String::new(),
        disturbs,
    }
}

/// The same under another name, changed.
fn changed(name: &str, change: impl FnOnce(&mut TimedRun)) -> TimedRun {
    let mut run = eval();
    run.name = name.to_string();
    change(&mut run);
    run
}

fn runs() -> Vec<(TimedRun, Option<Stale>)> {
    let stale = |file: &str| Some(Stale::Changed { file: file.to_string() });
    vec![
        (eval(), None),
        (changed("stale", |_| {}), stale("scripts/evaluate.py")),
        (
            changed("gone", |_| {}),
            Some(Stale::Gone {
                file: "data/te|st.csv".to_string(),
            }),
        ),
        (
            changed("disturbed", |run| {
                run.parts[0].conditions[0] = condition("other-processes", "31 % <b>|</b>", true);
                run.disturbed = vec!["other-processes: 31 %".into(), "steal: 4 %".into()];
            }),
            None,
        ),
        (changed("stand-in", |run| run.parts[0].machine.stand_in = true), None),
        (
            changed("none", |run| {
                let part = &mut run.parts[0];
                (part.samples, part.seconds) = (Vec::new(), Vec::new());
                part.devices = Vec::new();
                part.conditions = Vec::new();
                part.machine.no_card = Some("libnvidia-ml.so.1 is not there".into());
                part.telemetry = Telemetry::default();
                run.ending = Ending::Killed;
                run.total = None;
                run.wanting = Some(Wanting {
                    why: "no progress was seen".into(),
                    more_samples: Some(4200),
                });
            }),
            None,
        ),
    ]
}

/// A report whose claims rest on these runs, one each.
fn with_runs<T>(language: Language, runs: Vec<(TimedRun, Option<Stale>)>, look: impl FnOnce(&Report<'_>) -> T) -> T {
    world::with_report(language, |report| {
        let template = report
            .claims
            .iter()
            .find(|judged| judged.claim.id == "runtime")
            .unwrap();
        let claims: Vec<Claim> = runs
            .iter()
            .map(|(run, _)| Claim {
                id: run.name.clone(),
                title: None,
                value: Some(Stated::parse("3-4 hours", Locale::English).unwrap()),
                run: Some(run.name.clone()),
                ..template.claim.clone()
            })
            .collect();
        let statement = |(timed, stale): (TimedRun, Option<Stale>)| Statement {
            place: Place {
                time: Some(timed.started.clone()),
                ..Place::whole(format!("claims/runs/{}.json", timed.name))
            },
            subject: Subject::Timed {
                unseen: Vec::new(),
                claims: template.claim_file.to_string(),
                run: timed.name.clone(),
                timed: Box::new(timed),
                subjects: vec![
                    subject("scripts/evaluate.py", Role::Code),
                    subject("src/audio.py", Role::Code),
                    subject("data/te|st.csv", Role::Data),
                ],
                stale,
            },
            form: Form::Data,
            value: Expr::Opaque(String::new()),
            grade: Grade::Measured,
            owner: Vec::new(),
            unit: None,
            guards: Vec::new(),
            comment: None,
            dead: None,
        };
        let evidence = Evidence {
            statements: runs.into_iter().map(statement).collect(),
            ..report.evidence.clone()
        };
        let ruling = Ruling {
            verdict: Verdict::NotRun,
            grade: None,
            because: Message::new("no-run-on-record").with("claim", "runtime"),
            expected: "3-4 h".to_string(),
            found: None,
            citations: Vec::new(),
            chain: Vec::new(),
            caveats: Vec::new(),
            recommendations: Vec::new(),
        };
        let report = Report {
            claims: claims
                .iter()
                .map(|claim| Judged {
                    claim,
                    claim_file: template.claim_file,
                    ruling: ruling.clone(),
                    status: Status::Counted,
                    quote_place: None,
                })
                .collect(),
            evidence: &evidence,
            title: report.title.clone(),
            claim_files: report.claim_files.clone(),
            root: report.root.clone(),
            exit: 4,
            ..*report
        };
        look(&report)
    })
}

fn subject(name: &str, annotations: Role) -> Hashed {
    Hashed {
        name: name.to_string(),
        digest: Digests {
            sha256: world::digest('c'),
        },
        annotations,
    }
}

fn beside(stem: &str) -> Options {
    Options {
        stem: Some(stem.to_string()),
        ..Options::default()
    }
}

fn markdown(language: Language, options: &Options) -> String {
    with_runs(language, runs(), |report| {
        (format("markdown").unwrap().render)(report, options)
    })
}

/// The part of a markdown report that is about one run.
fn section(markdown: &str, name: &str) -> String {
    let (_, rest) = markdown.split_once(&format!("`{name}`\n\n")).unwrap();
    rest.split("\n---\n").next().unwrap().to_string()
}

fn plots(language: Language) -> Vec<Companion> {
    with_runs(language, runs(), |report| {
        (format("markdown").unwrap().companions)(report, &beside("setup"))
    })
}

#[test]
fn what_speaks_against_a_run_stands_before_its_figures() {
    let (english, spanish) = (
        markdown(Language::English, &beside("setup")),
        markdown(Language::Spanish, &beside("setup")),
    );
    let rows: &[(&str, &[&str], &[&str])] = &[
        ("eval", &[], &[]),
        (
            "stale",
            &["was made with another `scripts/evaluate.py`: it changed since"],
            &["se hizo con otro `scripts/evaluate.py`"],
        ),
        (
            "gone",
            &["was made with `data/te|st.csv`, which is not there"],
            &["`data/te|st.csv`"],
        ),
        (
            "disturbed",
            &["was disturbed (other-processes: 31 %)", "was disturbed (steal: 4 %)"],
            &["other-processes: 31 %", "steal: 4 %"],
        ),
        (
            "stand-in",
            &["is a stand-in for tests: there is no such card"],
            &["pruebas"],
        ),
    ];
    for (name, said, said_in_spanish) in rows {
        for (text, said) in [(&english, said), (&spanish, said_in_spanish)] {
            let section = section(text, name);
            let before = section.split("\n![").next().unwrap();
            let notes: Vec<&str> = section.lines().filter(|line| line.starts_with("- ⚠️ ")).collect();
            assert_eq!(notes.len(), said.len(), "{name}: {section}");
            for words in *said {
                assert!(before.contains(words), "{name}: {words}\n\n{section}");
            }
        }
    }
    for (name, words) in [
        (
            "stand-in",
            "- **Card:** NVIDIA GeForce RTX 3090, 24.0 GiB, driver 550.54.15 – A STAND-IN FOR TESTS: there is no such card\n",
        ),
        ("none", "- **Card:** none was read: libnvidia-ml.so.1 is not there\n"),
        ("none", "- **Ended:** something else ended the program\n"),
        (
            "none",
            "- **The whole takes:** no progress was seen (about 4,200 more samples would do)\n",
        ),
        ("none", "No batch was timed, so there is no plot.\n"),
        ("none", "What else went on at the machine was not read.\n"),
        (
            "disturbed",
            "| processor time of other processes | 0.4 % | 31 % &lt;b>\\|&lt;/b> | – | **yes** |\n",
        ),
    ] {
        let section = section(&english, name);
        assert!(section.contains(words), "{name}: {words}\n\n{section}");
    }
}

#[test]
fn a_run_looks_like_this() {
    let text = markdown(Language::English, &beside("setup"));
    insta::assert_snapshot!("timed_run_en", section(&text, "eval"));
    let text = markdown(Language::Spanish, &beside("setup"));
    insta::assert_snapshot!("timed_run_es", section(&text, "eval"));
    let options = Options {
        width: 80,
        ..Options::default()
    };
    let text = with_runs(Language::English, runs(), |report| {
        (format("terminal").unwrap().render)(report, &options)
    });
    let from = text.find("\nrun eval").unwrap();
    insta::assert_snapshot!("timed_runs_terminal_80", &text[from + 1..]);
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

/// Several processes, each with its machine; and every word in every language.
#[test]
fn parts_are_told_apart_and_no_word_is_missing() {
    let mut runs = runs();
    runs.push((
        changed("array", |run| {
            let mut other = run.parts[0].clone();
            other.machine.host = "node18".into();
            run.parts.push(other);
        }),
        None,
    ));
    let missing = |text: &str| {
        text.match_indices("run.")
            .any(|(at, _)| !text[..at].ends_with(|sign: char| sign.is_alphanumeric() || sign == '-'))
    };
    for language in [Language::English, Language::Spanish] {
        with_runs(language, runs.clone(), |report| {
            for one in FORMATS.iter().filter(|one| one.name != "json") {
                let text = (one.render)(report, &beside("setup"));
                assert!(!missing(&text), "{}", text);
            }
            for plot in (format("markdown").unwrap().companions)(report, &beside("setup")) {
                assert!(!missing(&plot.text), "{}", plot.text);
            }
            let text = (format("markdown").unwrap().render)(report, &beside("setup"));
            let section = section(&text, "array");
            let (part, conditions) = match language {
                Language::English => ("- **Machine, part 2:** node18", "**Conditions, part 2:**\n"),
                Language::Spanish => ("- **Máquina, parte 2:** node18", "**Condiciones, parte 2:**\n"),
            };
            assert!(section.contains(part) && section.contains(conditions), "{section}");
        });
    }
}

#[test]
fn all_formats_show_as_many_runs() {
    with_runs(Language::English, runs(), |report| {
        let rendered = |name: &str| (format(name).unwrap().render)(report, &Options::default());
        let json: serde_json::Value = serde_json::from_str(&rendered("json")).unwrap();
        let told: Vec<&str> = json["runs"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|run| run["name"].as_str())
            .collect();
        assert_eq!(told, ["eval", "stale", "gone", "disturbed", "stand-in", "none"]);
        assert_eq!(rendered("markdown").matches("\n### Run `").count(), told.len());
        assert_eq!(rendered("terminal").matches("\nrun ").count(), told.len());
        assert_eq!(json["runs"][0]["total"]["text"], "3 h 15 min to 3 h 24 min");
        assert_eq!(json["runs"][1]["stale"]["file"], "scripts/evaluate.py");
        assert_eq!(json["runs"][4]["parts"][0]["stand_in"], true);
        let schema =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema/report.schema.json")).unwrap();
        let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    });
}

#[test]
fn an_image_is_linked_where_it_is_written_and_nowhere_else() {
    let written: Vec<String> = plots(Language::English).into_iter().map(|plot| plot.name).collect();
    assert_eq!(written.len(), 5, "of the run without marks there is no plot");
    let text = markdown(Language::English, &beside("setup"));
    assert_eq!(text.matches("\n![").count(), written.len());
    for name in &written {
        assert!(text.contains(&format!("]({name})\n")), "{name}");
    }
    assert!(!markdown(Language::English, &Options::default()).contains("\n!["));
    with_runs(Language::English, runs(), |report| {
        for format in FORMATS {
            let printed = (format.companions)(report, &Options::default());
            assert!(
                printed.is_empty(),
                "{} gives files that nothing is beside of",
                format.name
            );
        }
    });
}

/// Its record may have an interval all the same.
#[test]
fn a_run_that_failed_has_no_time_anywhere() {
    let failed = changed("failed", |run| (run.ending, run.exit) = (Ending::Failed, Some(1)));
    with_runs(Language::English, vec![(failed, None)], |report| {
        for one in FORMATS.iter().filter(|one| one.name != "json") {
            let text = (one.render)(report, &beside("x"));
            assert!(!text.contains("3 h 15 min"), "{text}");
        }
        let plots = (format("markdown").unwrap().companions)(report, &beside("x"));
        assert!(!plots[0].text.contains("3 h 15 min") && !plots[0].text.contains("foretold"));
        assert!(
            plots[0]
                .text
                .contains("the program ended with an error (exit status 1)")
        );
    });
}

/// Two claim files may each declare a run of the same name.
#[test]
fn two_runs_of_one_name_have_two_plots() {
    let twice = [eval(), changed("Eval", |_| {})].map(|run| (run, None)).to_vec();
    with_runs(Language::English, twice, |report| {
        let names: Vec<String> = (format("markdown").unwrap().companions)(report, &beside("x"))
            .into_iter()
            .map(|plot| plot.name)
            .collect();
        assert_eq!(names, ["x.eval.svg", "x.Eval-2.svg"]);
    });
}

/// What a plot is made of, without the places of its points.
fn structure(svg: &str) -> String {
    let document = roxmltree::Document::parse(svg).unwrap();
    let mut lines: Vec<(String, usize)> = Vec::new();
    for node in document.root_element().children().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        let color = [node.attribute("fill"), node.attribute("stroke")]
            .into_iter()
            .flatten()
            .find(|color| *color != "none")
            .unwrap_or_default();
        let line = match node.text().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => format!("{name} {text}"),
            None => format!("{name} {color}"),
        };
        match lines.last_mut() {
            Some((last, count)) if *last == line => *count += 1,
            _ => lines.push((line, 1)),
        }
    }
    let shown = lines.into_iter().map(|(line, count)| match count {
        1 => line,
        count => format!("{line} ×{count}"),
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_plot_is_made_of_this() {
    let plots = plots(Language::English);
    insta::assert_snapshot!("plot", structure(&plots[0].text));
    for plot in &plots {
        // Marked as ours, so that no claim ever finds its evidence in it.
        let mut lines = plot.text.lines();
        assert!(
            lines.next().unwrap().contains("width=\"860\" height=\"660\""),
            "{}",
            plot.text
        );
        assert_eq!(lines.next(), Some("<!-- generated-by: verify-claims -->"));
    }
    for (at, words) in [
        (1, "STALE: scripts/evaluate.py is another one now"),
        (3, "DISTURBED: other-processes: 31 %; steal: 4 %"),
        (4, "THE CARD IS A STAND-IN FOR TESTS"),
    ] {
        assert!(plots[at].text.contains(words), "{words}");
    }
}

/// No number that a reader cannot read, no text beyond the edges, the same bytes each time.
#[test]
fn plots_hold_with_any_marks() {
    type Marks = Vec<(u64, f64)>;
    let costs = |count: u64, cost: &dyn Fn(u64) -> f64| -> Marks {
        let mut at = 5.0;
        (1..=count)
            .map(|batch| {
                at += cost(batch);
                (batch * 50, at)
            })
            .collect()
    };
    let cases: Vec<(&str, Marks)> = vec![
        ("one", costs(1, &|_| 3.0)),
        ("steady", costs(40, &|_| 28.0)),
        ("drifting", costs(400, &|batch| 20.0 + batch as f64 / 20.0)),
        ("tail", costs(50_000, &|batch| if batch % 97 == 0 { 90.0 } else { 0.5 })),
        ("tiny", costs(100, &|_| 1e-6)),
        ("long", costs(3, &|_| 1e6)),
        ("backwards", vec![(50, 5.0), (50, 6.0), (40, 7.0)]),
    ];
    for (name, marks) in cases {
        for language in [Language::English, Language::Spanish] {
            let run = changed("eval", |run| {
                run.name = "a<b>&\u{1b}[2J".repeat(30);
                run.parts[0].samples = marks.iter().map(|mark| mark.0).collect();
                run.parts[0].seconds = marks.iter().map(|mark| mark.1).collect();
                run.parts[0].start_up_seconds = 5.0;
            });
            let drawn = || {
                with_runs(language, vec![(run.clone(), None)], |report| {
                    (format("markdown").unwrap().companions)(report, &beside("x"))
                })
            };
            let plots = drawn();
            let Some(plot) = plots.first() else {
                assert_eq!(name, "backwards");
                continue;
            };
            assert_eq!(plots, drawn(), "{name}");
            assert!(plot.text.len() < 120_000, "{name}: {} bytes", plot.text.len());
            let document = roxmltree::Document::parse(&plot.text).unwrap();
            let texts: Vec<roxmltree::Node<'_, '_>> = document
                .descendants()
                .filter(|node| node.has_tag_name("text"))
                .collect();
            assert!(texts.len() > 10, "{name}");
            for text in texts {
                let said = text.text().unwrap_or_default().trim();
                let number = said.chars().all(|sign| sign.is_ascii_digit() || ".,e-".contains(sign));
                assert!(!number || said.len() <= 11 && !said.contains('e'), "{name}: {said}");
                assert!(!said.contains("NaN") && !said.contains("inf"), "{name}: {said}");
                let size: f64 = text.attribute("font-size").unwrap().parse().unwrap();
                let x: f64 = text.attribute("x").unwrap().parse().unwrap();
                let wide = size * 0.5 * said.chars().count() as f64;
                let (from, to) = match text.attribute("text-anchor").unwrap() {
                    "start" => (x, x + wide),
                    "middle" => (x - wide / 2.0, x + wide / 2.0),
                    _ => (x - wide, x),
                };
                assert!(from >= 0.0 && to <= 4.0 * 860.0, "{name}: `{said}` from {from} to {to}");
            }
        }
    }
}
