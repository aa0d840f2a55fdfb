//! Flags that may be abbreviations of others on the same command line.
//!
//! Why it can be wrong: argparse takes `--max_seq_len` for `--max_seq_length` where no other option begins so, and which
//! options a library defines is not seen. The later flag then may replace the earlier one, and neither is known to count.
//!
//! Example: `run.py --max_seq_length 128 --max_seq_len 256`, with the options of a library, is 128 or 256.

use super::Binder;
use crate::evidence::{LaunchId, LinkKind, StatementId};

/// Signs of a flag's name that may be an abbreviation of another.
const ABBREVIATED: usize = 4;

impl Binder<'_> {
    /// `--max_seq_length 128 … --max_seq_len 256` of options that a library defines: the later one may be how its parser
    /// abbreviates the earlier, and then it counts.
    pub(super) fn abbreviations(&mut self, untaken: &[(&String, StatementId)], launch: LaunchId) {
        for (at, &(short, from)) in untaken.iter().enumerate() {
            for &(long, to) in &untaken[..at] {
                if long != short && short.len() >= ABBREVIATED && long.starts_with(short.as_str()) {
                    self.link(from, to, LinkKind::Possible, None, Some(launch));
                }
            }
        }
    }
}
