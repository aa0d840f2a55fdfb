//! Small documents in the shape of what `nvidia-smi` prints, and the real captures where `VERIFY_CAPTURES` names them.
//!
//! Why it can be wrong: documents of our own show that a form is read as it was described to us, and no more.
//!
//! Example: `VERIFY_CAPTURES=~/captures cargo test --lib smi` reads the XML files of that folder, too.

use super::*;

/// Line, index, name with its slice, total in MiB of every card, then the gaps.
fn said(path: &str, text: &str) -> Vec<String> {
    let file = File {
        path: path.to_string(),
        bytes: text.as_bytes().to_vec(),
        text: Some(SourceText::new(path, text)),
    };
    assert!((SMI.reads)(&path.to_lowercase()));
    let facts = read(&file, &[Ask::Cards]);
    let cards = facts.statements.iter().map(|statement| {
        let Subject::Reading(reading) = &statement.subject else {
            panic!("{statement:?}");
        };
        let line = statement.place.line.unwrap();
        let (card, total) = (&reading.card, reading.card.total_mib());
        let total = total.map_or("?".to_string(), |mib| mib.to_string());
        format!("{line}: {} {} {total}", card.index, card.shown())
    });
    let gaps = facts.gaps.iter().map(|gap| format!("gap {}", gap.detail));
    cards.chain(gaps).collect()
}

const XML: &str = "<?xml version=\"1.0\" ?>
<!DOCTYPE nvidia_smi_log SYSTEM \"nvsmi_device_v12.dtd\">
<nvidia_smi_log>
\t<timestamp>Mon Jan  5 10:00:00 2026</timestamp>
\t<driver_version>535.104.05</driver_version>
\t<gpu id=\"00000000:01:00.0\">
\t\t<product_name>Tesla T4</product_name>
\t\t<mig_mode><current_mig>N/A</current_mig></mig_mode>
\t\t<fb_memory_usage>
\t\t\t<total>15360 MiB</total>
\t\t\t<used>2 MiB</used>
\t\t</fb_memory_usage>
\t\t<bar1_memory_usage><total>256 MiB</total></bar1_memory_usage>
\t</gpu>
\t<gpu id=\"00000000:02:00.0\">
\t\t<product_name>NVIDIA A100-SXM4-40GB</product_name>
\t\t<mig_mode><current_mig>Enabled</current_mig></mig_mode>
\t\t<mig_devices>
\t\t\t<mig_device><index>0</index>
\t\t\t\t<fb_memory_usage><total>19968 MiB</total></fb_memory_usage>
\t\t\t</mig_device>
\t\t\t<mig_device><index>1</index>
\t\t\t\t<fb_memory_usage><total>4864 MiB</total></fb_memory_usage>
\t\t\t</mig_device>
\t\t</mig_devices>
\t\t<fb_memory_usage><total>40960 MiB</total></fb_memory_usage>
\t</gpu>
</nvidia_smi_log>
";

#[test]
fn xml_alone_and_within_a_log() {
    let cards = [
        "7: 0 Tesla T4 15360",
        "20: 1 NVIDIA A100-SXM4-40GB (slice) 19968",
        "23: 1 NVIDIA A100-SXM4-40GB (slice) 4864",
    ];
    assert_eq!(said("gpus.xml", XML), cards);
    let log = format!("loading\n{XML}done\n");
    let later = [
        "8: 0 Tesla T4 15360",
        "21: 1 NVIDIA A100-SXM4-40GB (slice) 19968",
        "24: 1 NVIDIA A100-SXM4-40GB (slice) 4864",
    ];
    assert_eq!(said("slurm-7.out", &log), later);
    let cut = &XML[..XML.len() - 20];
    assert_eq!(
        said("gpus.xml", cut),
        ["gap line 3: an XML document of nvidia-smi that does not end"]
    );
    let wrong = XML.replace("</gpu>", "</card>");
    assert!(said("gpus.xml", &wrong)[0].starts_with("gap line 3: an XML document of nvidia-smi that does not parse"));
    let lost = XML.replace("Tesla T4", "ERR!");
    assert!(said("gpus.xml", &lost).contains(&"gap line 7: card 0: its name is `ERR!`".to_string()));
    assert!(said("pom.xml", "<project>24 MiB</project>").is_empty());
}

const QUERY: &str = "
==============NVSMI LOG==============

Timestamp                                 : Mon Jan  5 10:00:00 2026
Driver Version                            : 535.104.05
CUDA Version                              : 12.2

Attached GPUs                             : 2
GPU 00000000:01:00.0
    Product Name                          : NVIDIA GeForce RTX 3090
    MIG Mode
        Current                           : N/A
    FB Memory Usage
        Total                             : 24576 MiB
        Used                              : 1 MiB
    BAR1 Memory Usage
        Total                             : 256 MiB
    Clocks
        Graphics                          : 210 MHz
    Max Clocks
        Graphics                          : 2100 MHz

GPU 00000000:02:00.0
    Product Name                          : NVIDIA A100-SXM4-40GB
    MIG Mode
        Current                           : Enabled
    MIG Device
        Index                             : 0
        FB Memory Usage
            Total                         : 19968 MiB
    FB Memory Usage
        Total                             : 40960 MiB

epoch 1
";

#[test]
fn keys_and_values() {
    let cards = [
        "10: 0 NVIDIA GeForce RTX 3090 24576",
        "30: 1 NVIDIA A100-SXM4-40GB (slice) 19968",
    ];
    assert_eq!(said("job.log", QUERY), cards);
    // As `srun --label` prints it.
    let labelled: String = QUERY.lines().map(|line| format!("0: {line}\n")).collect();
    assert_eq!(said("job.log", &labelled), cards);
}

const OLD: &str = "Mon Jan  5 10:00:00 2026
+-----------------------------------------------------------------------------+
| NVIDIA-SMI 525.147.05   Driver Version: 525.147.05   CUDA Version: 12.0     |
|-------------------------------+----------------------+----------------------+
| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp  Perf  Pwr:Usage/Cap|         Memory-Usage | GPU-Util  Compute M. |
|                               |                      |               MIG M. |
|===============================+======================+======================|
|   0  NVIDIA GeForce ...  On   | 00000000:00:10.0 Off |                  N/A |
|  0%   37C    P8    20W / 350W |      1MiB / 24576MiB |      0%      Default |
|                               |                      |                  N/A |
+-------------------------------+----------------------+----------------------+
|   1  Tesla T4            Off  | 00000000:00:11.0 Off |                    0 |
| N/A   37C    P8     9W /  70W |      2MiB / 15360MiB |      0%      Default |
|                               |                      |                  N/A |
+-------------------------------+----------------------+----------------------+
";

const NEW: &str = "+---------------------------------------------------------------------------------------+
| NVIDIA-SMI 535.104.05             Driver Version: 535.104.05   CUDA Version: 12.2     |
|-----------------------------------------+----------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |         Memory-Usage | GPU-Util  Compute M. |
|                                         |                      |               MIG M. |
|=========================================+======================+======================|
|   0  NVIDIA GeForce RTX 3090        On  | 00000000:01:00.0 Off |                  N/A |
|  0%   35C    P8              20W / 350W |      1MiB / 24576MiB |      0%      Default |
|                                         |                      |                  N/A |
+-----------------------------------------+----------------------+----------------------+
|   1  NVIDIA A100-SXM4-40GB          On  | 00000000:02:00.0 Off |                   On |
| N/A   35C    P0              43W / 400W |                  N/A |     N/A      Default |
|                                         |                      |              Enabled |
+-----------------------------------------+----------------------+----------------------+

+---------------------------------------------------------------------------------------+
| MIG devices:                                                                          |
+------------------+--------------------------------+-----------+-----------------------+
| GPU  GI  CI  MIG |                   Memory-Usage |        Vol|      Shared           |
|      ID  ID  Dev |                     BAR1-Usage | SM     Unc| CE ENC DEC OFA JPG    |
|                  |                                |        ECC|                       |
|==================+================================+===========+=======================|
|  1    1   0   0  |              12MiB / 19968MiB  | 42      0 |  3   0    2    0    0 |
|                  |               0MiB / 32767MiB  |           |                       |
+------------------+--------------------------------+-----------+-----------------------+
|  1    5   0   1  |               3MiB /  4864MiB  | 14      0 |  1   0    1    0    0 |
+------------------+--------------------------------+-----------+-----------------------+
";

#[test]
fn the_table_in_both_widths() {
    assert_eq!(
        said("a.out", OLD),
        ["9: 0 NVIDIA GeForce... 24576", "13: 1 Tesla T4 15360"]
    );
    let cards = [
        "8: 0 NVIDIA GeForce RTX 3090 24576",
        "24: 1 NVIDIA A100-SXM4-40GB (slice) 19968",
        "27: 1 NVIDIA A100-SXM4-40GB (slice) 4864",
    ];
    assert_eq!(said("a.txt", NEW), cards);
    // Two tasks at once, line by line.
    let mixed: String = NEW
        .lines()
        .zip(NEW.lines())
        .take(11)
        .map(|(one, two)| format!("0: {one}\n1: {two}\n").replacen("24576MiB", "11264MiB", 1))
        .collect();
    let cards = [
        "15: 0 NVIDIA GeForce RTX 3090 11264",
        "16: 0 NVIDIA GeForce RTX 3090 24576",
    ];
    assert_eq!(said("a.out", &mixed), cards);
}

#[test]
fn lists_and_rows() {
    type Row<'r> = (&'r str, &'r [&'r str]);
    let rows: &[Row<'_>] = &[
        (
            "GPU 0: NVIDIA GeForce RTX 3090 (UUID: GPU-1234)\nGPU 1: Tesla T4 (UUID: GPU-5)\n",
            &["1: 0 NVIDIA GeForce RTX 3090 ?", "2: 1 Tesla T4 ?"],
        ),
        (
            "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)\n  MIG 3g.20gb     Device  0: (UUID: MIG-2)\n  MIG 1g.5gb      Device  1: (UUID: MIG-3)\n",
            &[
                "2: 0 NVIDIA A100-SXM4-40GB (3g.20gb) ?",
                "3: 0 NVIDIA A100-SXM4-40GB (1g.5gb) ?",
            ],
        ),
        (
            "name, memory.total [MiB]\nNVIDIA GeForce RTX 3090, 24576 MiB\nNVIDIA GeForce RTX 3090, 24576 MiB\nepoch 1, loss 2\n",
            &[
                "2: 0 NVIDIA GeForce RTX 3090 24576",
                "3: 1 NVIDIA GeForce RTX 3090 24576",
            ],
        ),
        (
            "index, name, memory.used [MiB], memory.total [MiB]\n3, NVIDIA RTX A5000, 17, 24564\n",
            &["2: 3 NVIDIA RTX A5000 24564"],
        ),
        (
            "NVIDIA GeForce RTX 3090, 24576 MiB\n",
            &["1: 0 NVIDIA GeForce RTX 3090 24576"],
        ),
        (
            "2026-01-05 10:00:00 NVIDIA GeForce RTX 3090, 24576 MiB, 535.104.05\n",
            &["1: 0 NVIDIA GeForce RTX 3090 24576"],
        ),
        // What is used, or free, is no total.
        ("NVIDIA GeForce RTX 3090, 1 MiB\n", &["1: 0 NVIDIA GeForce RTX 3090 ?"]),
        ("NVIDIA A100-SXM4-80GB, 40536 MiB\n", &["1: 0 NVIDIA A100-SXM4-80GB ?"]),
        (
            "NVIDIA GeForce RTX 3090, 24576 MiB, 23000 MiB\n",
            &["1: 0 NVIDIA GeForce RTX 3090 ?"],
        ),
        // Sentences and other tables.
        ("NVIDIA GeForce RTX 3090, which has 24576 MiB\n", &[]),
        (
            "name, value\nNVIDIA GeForce RTX 3090, 24576 MiB of memory is enough\n",
            &[],
        ),
        ("GPU 0: NVIDIA GeForce RTX 3090 24 MiB\n", &[]),
        ("Using GPU: NVIDIA GeForce RTX 3090 (24576 MiB)\n", &[]),
    ];
    for (text, wanted) in rows {
        assert_eq!(said("job.out", text), *wanted, "{text}");
    }
}

#[test]
fn what_is_pasted_into_documentation_is_documented() {
    let said = |above: &str| {
        let text = format!("# Setup\n\n{above}\n\n```\n{NEW}```\n");
        let file = File {
            path: "README.md".to_string(),
            bytes: text.as_bytes().to_vec(),
            text: Some(SourceText::new("README.md", text.as_str())),
        };
        read(&file, &[Ask::Cards]).statements.len()
    };
    assert_eq!(
        said("The benchmarks were run on a single node. Below is `nvidia-smi`:"),
        3
    );
    assert_eq!(said("Los experimentos se ejecutaron en este nodo:"), 3);
    assert_eq!(said("**Expected output**:"), 0);
    assert_eq!(
        said("Experiments were run on a cluster. You should see something like this:"),
        0
    );
    assert_eq!(said(""), 0);
    let text = format!("We trained on:\n\n```\n{NEW}```\n");
    let file = File {
        path: "README.md".to_string(),
        bytes: text.as_bytes().to_vec(),
        text: Some(SourceText::new("README.md", text.as_str())),
    };
    let facts = read(&file, &[Ask::Cards]);
    assert_eq!(facts.statements.len(), 3);
    assert!(
        facts
            .statements
            .iter()
            .all(|statement| statement.grade == Grade::Documented)
    );
    assert!(read(&file, &[Ask::Scheduler]).statements.is_empty());
}

#[test]
fn a_log_of_slurm_is_of_its_job() {
    let file = File {
        path: "logs/slurm-4711_3.out".to_string(),
        bytes: OLD.as_bytes().to_vec(),
        text: Some(SourceText::new("logs/slurm-4711_3.out", OLD)),
    };
    let facts = read(&file, &[Ask::Cards]);
    let place = &facts.statements[0].place;
    assert_eq!(place.job.as_deref(), Some("4711_3"));
    assert_eq!(place.time.as_deref(), Some("Mon Jan  5 10:00:00 2026"));
}

/// What real machines printed, read by hand in the files.
#[test]
fn real_captures() {
    let Some(folder) = std::env::var_os("VERIFY_CAPTURES") else {
        #[expect(
            clippy::print_stderr,
            reason = "a test that was skipped must not look like one that passed"
        )]
        {
            eprintln!("skipped: VERIFY_CAPTURES names no folder of captures");
        }
        return;
    };
    let rows = [
        ("rtx-3090-v12.xml", vec!["0 NVIDIA GeForce RTX 3090 24576"]),
        ("tesla-t4.xml", vec!["0 Tesla T4 15360"]),
        (
            "rtx-4000-sff-ada-v13.xml",
            vec!["0 NVIDIA RTX 4000 SFF Ada Generation 20475"],
        ),
    ];
    for (name, wanted) in rows {
        let text = std::fs::read_to_string(std::path::Path::new(&folder).join(name)).unwrap();
        let found: Vec<String> = said(name, &text)
            .iter()
            .map(|card| card.split_once(": ").unwrap().1.to_string())
            .collect();
        assert_eq!(found, wanted, "{name}");
    }
    let text = std::fs::read_to_string(std::path::Path::new(&folder).join("a100-sxm4-v12.xml")).unwrap();
    let slices = said("a100-sxm4-v12.xml", &text);
    assert_eq!(slices.len(), 4, "{slices:?}");
    let slice = "0 NVIDIA A100-SXM4-80GB (slice) 19968";
    assert!(slices.iter().all(|card| card.ends_with(slice)), "{slices:?}");
}
