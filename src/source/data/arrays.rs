//! Rows of NumPy's arrays (`.npy`): the length of the first axis, as the header has it.
//!
//! Why it can be wrong: which axis counts the samples is a habit, not a rule; the first is what `len(array)` gives. An
//! array of no axes (a dictionary that was saved) has no rows, and one whose data is shorter than its shape was cut off.
//!
//! Example: an array of shape (300, 16000) has 300 rows; one of 300 records with `clip` and `label` has these columns.

use std::io::{Read, Seek, SeekFrom};

use npyz::{DType, NpyHeader};

use super::columnar::{Counted, Refused, broken};
use crate::evidence::GapReason;

pub(super) fn npy(source: &mut (impl Read + Seek)) -> Result<Counted, Refused> {
    let size = source.seek(SeekFrom::End(0)).map_err(broken)?;
    source.rewind().map_err(broken)?;
    let header = NpyHeader::from_reader(&mut *source).map_err(broken)?;
    let begins = source.stream_position().map_err(broken)?;
    let shape = header.shape();
    let Some(&rows) = shape.first() else {
        return Err((GapReason::UnknownFormat, "an array of no axes has no rows".into()));
    };
    // Objects are pickled, and their size is not known.
    let dtype = header.dtype();
    if let Some(item) = dtype.num_bytes() {
        let item = Some(item as u64);
        let needs = shape.iter().fold(item, |needs, axis| needs?.checked_mul(*axis));
        let needs = needs.and_then(|needs| needs.checked_add(begins));
        if needs.is_none_or(|needs| needs > size) {
            return Err(broken("its data is shorter than its shape"));
        }
    }
    let columns = match dtype {
        DType::Record(fields) => fields.into_iter().map(|field| field.name).collect(),
        DType::Plain(_) | DType::Array(..) => Vec::new(),
    };
    Ok(Counted { rows, columns })
}
