//! Package names: normalised as PEP 503 says, and the few that people call otherwise.
//!
//! Why it can be wrong: two projects whose names differ only in `-` and `_` are one on the index, and `pytorch` is not
//! `torch` on it but is in every paper. Only names that mean nothing else are in the table.
//!
//! Example: `PyTorch` is `torch`, `Scikit_Learn` is `scikit-learn`.

/// What papers call a package, and its name on the index (normalised).
const SPELLED: &[(&str, &str)] = &[
    ("beautiful-soup", "beautifulsoup4"),
    ("cuda-runtime", "cuda"),
    ("cuda-toolkit", "cuda"),
    ("cuda-version", "cuda"),
    ("cudatoolkit", "cuda"),
    ("cv2", "opencv-python"),
    ("flash-attention", "flash-attn"),
    ("flashattention", "flash-attn"),
    ("hugging-face-accelerate", "accelerate"),
    ("hugging-face-datasets", "datasets"),
    ("hugging-face-peft", "peft"),
    ("hugging-face-transformers", "transformers"),
    ("huggingface-accelerate", "accelerate"),
    ("huggingface-datasets", "datasets"),
    ("huggingface-peft", "peft"),
    ("huggingface-transformers", "transformers"),
    ("hydra", "hydra-core"),
    ("lightning-ai", "lightning"),
    ("nvidia-cuda-runtime-cu11", "cuda"),
    ("nvidia-cuda-runtime-cu12", "cuda"),
    ("nvidia-cudnn-cu11", "cudnn"),
    ("nvidia-cudnn-cu12", "cudnn"),
    ("nvidia-driver", "driver"),
    ("onnxruntime-gpu", "onnxruntime"),
    ("opencv", "opencv-python"),
    ("opencv-contrib-python", "opencv-python"),
    ("opencv-contrib-python-headless", "opencv-python"),
    ("opencv-python-headless", "opencv-python"),
    ("pil", "pillow"),
    ("psycopg2-binary", "psycopg2"),
    ("pyg", "torch-geometric"),
    ("pytorch", "torch"),
    ("pytorch-cuda", "cuda"),
    ("pytorch-geometric", "torch-geometric"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("tensor-flow", "tensorflow"),
    ("tensorflow-cpu", "tensorflow"),
    ("tensorflow-gpu", "tensorflow"),
    ("weights-and-biases", "wandb"),
    ("yaml", "pyyaml"),
];

/// PEP 503: lower case, runs of `-`, `_` and `.` as one `-`.
#[must_use]
pub fn normalised(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name
        .trim()
        .to_lowercase()
        .split(['-', '_', '.', ' '])
        .filter(|part| !part.is_empty())
    {
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(part);
    }
    out
}

/// The normalised name under which manifests have it.
#[must_use]
pub fn canonical(name: &str) -> String {
    let name = normalised(name);
    SPELLED
        .iter()
        .find(|(spelled, _)| *spelled == name)
        .map_or(name, |(_, canonical)| (*canonical).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_normalised() {
        assert!(SPELLED.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(
            SPELLED
                .iter()
                .all(|(spelled, name)| normalised(spelled) == *spelled && normalised(name) == *name)
        );
    }

    #[test]
    fn names_are_what_the_index_has() {
        for (written, canonical_name) in [
            ("PyTorch", "torch"),
            ("torch", "torch"),
            ("Scikit_Learn", "scikit-learn"),
            ("ruamel.yaml", "ruamel-yaml"),
            ("flash__attn", "flash-attn"),
            ("Flash_Attention", "flash-attn"),
        ] {
            assert_eq!(canonical(written), canonical_name, "{written}");
        }
    }
}
