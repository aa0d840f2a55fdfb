//! Container files with what they declare and run.

use super::image::brought_by;
use super::*;

fn facts(path: &str, text: &str) -> FileFacts {
    let file = File {
        path: path.to_string(),
        bytes: text.as_bytes().to_vec(),
        text: Some(SourceText::new(path, text)),
    };
    let reader = if is_dockerfile(&path.to_lowercase()) {
        DOCKERFILE
    } else {
        DEFINITION
    };
    (reader.read)(&file, &[])
}

fn said(facts: &FileFacts) -> Vec<String> {
    let packages = facts
        .statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Dependency { package, marker, .. } => Some(format!(
                "{} {package}{}{}",
                statement.place.line.unwrap(),
                statement.value.literal().map(ToString::to_string).unwrap_or_default(),
                marker.as_ref().map_or(String::new(), |marker| format!(" ;{marker}")),
            )),
            _ => None,
        });
    let commands = facts.commands.iter().map(|command| {
        let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
        format!("{} $ {}", command.place.line.unwrap_or(0), words.join(" "))
    });
    packages.chain(commands).collect()
}

#[test]
fn images_declare_what_their_tags_say() {
    for (image, want) in [
        (
            "pytorch/pytorch:2.1.0-cuda11.8-cudnn8-runtime",
            "torch==2.1.0 cuda==11.8.* cudnn==8.*",
        ),
        (
            "docker.io/pytorch/pytorch:1.13.1-cuda11.6-cudnn8-devel",
            "torch==1.13.1 cuda==11.6.* cudnn==8.*",
        ),
        (
            "pytorch/pytorch:nightly-devel-cuda10.0-cudnn7",
            "torch cuda==10.0.* cudnn==7.*",
        ),
        ("nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04", "cuda==11.8.0 cudnn==8.*"),
        ("nvcr.io/nvidia/cuda:12.1-base", "cuda==12.1.*"),
        ("nvcr.io/nvidia/pytorch:23.10-py3", "torch"),
        ("python:3.10-slim", "python==3.10.*"),
        ("python:3.10.4@sha256:abc", "python==3.10.4"),
        ("tensorflow/tensorflow:2.12.0-gpu", "tensorflow==2.12.0"),
        ("me/trainer:v2-cu118", "cuda==11.8.*"),
        ("ubuntu:22.04", ""),
        ("localhost:5000/x", ""),
    ] {
        let said: Vec<String> = brought_by(image)
            .into_iter()
            .map(|(package, version)| format!("{package}{version}"))
            .collect();
        assert_eq!(said.join(" "), want, "{image}");
    }
}

#[test]
fn instructions_are_read_with_their_defaults_and_stages() {
    let cases: &[(&str, &[&str])] = &[
        (
            "ARG CUDA=11.8.0\nFROM nvidia/cuda:${CUDA}-devel\nENV TORCH=2.1.0\nRUN pip install \\\n# why\n  torch==${TORCH} && \\\n  pip install peft\n",
            &["6 torch==2.1.0", "7 peft", "2 cuda==11.8.0"],
        ),
        (
            "FROM pytorch/pytorch:1.0.0 AS old\nFROM python:3.9 AS base\nFROM base\nCMD [\"python\", \"train.py\", \"--lr\", \"1e-4\"]\n",
            &[
                "1 torch==1.0.0 ;build stage old",
                "2 python==3.9.*",
                "4 $ python train.py --lr 1e-4",
            ],
        ),
        (
            "FROM python:3.9\nENTRYPOINT [\"python\", \"train.py\"]\nCMD [\"--lr\", \"1e-3\"]\n",
            &["1 python==3.9.*", "2 $ python train.py --lr 1e-3"],
        ),
        (
            "FROM python:3.9\nRUN <<EOF\npip install a==1\nEOF\nRUN pip install b\n",
            &["3 a==1", "5 b", "1 python==3.9.*"],
        ),
    ];
    for (text, want) in cases {
        let facts = facts("Dockerfile", text);
        let found: Vec<String> = said(&facts)
            .into_iter()
            .filter(|line| !line.contains("$ pip"))
            .collect();
        assert_eq!(found, *want, "{text}");
    }
}

#[test]
fn definitions_have_an_image_and_scripts() {
    let text = "Bootstrap: docker\nFrom: pytorch/pytorch:2.0.1-cuda11.7-cudnn8-devel\n\n%labels\n  pip install no\n%post\n    pip install peft==0.4.0\n%runscript\n    python train.py --lr 1e-4\n";
    let found: Vec<String> = said(&facts("a.def", text))
        .into_iter()
        .filter(|line| !line.contains("$ pip"))
        .collect();
    assert_eq!(
        found,
        [
            "7 peft==0.4.0",
            "2 torch==2.0.1",
            "2 cuda==11.7.*",
            "2 cudnn==8.*",
            "9 $ python train.py --lr 1e-4"
        ]
    );
    assert!(said(&facts("x.def", "EXPORTS\n  f\n")).is_empty());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "(FROM|RUN|CMD|ENV|ARG|#|%post|From:|Bootstrap:|<<E|[\\PC\n \t\\\\=:$\\{\\}\\[\\]\"',a-cé]){0,60}") {
        let _ = facts("Dockerfile", &text);
        let _ = facts("a.def", &text);
    }
}
