//! The output of a run, bounded: its beginning and its end.
//!
//! Why it can be wrong: what lies between is gone, so how much it was is counted, and readers of progress see every byte
//! as it comes.
//!
//! Example: of 1 GB with 64 KiB kept, the first and the last 32 KiB, and 1,073,676,288 bytes left out.

/// Beginning and end of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// Bytes of either part at most.
    half: usize,
    head: Vec<u8>,
    /// Up to twice the half, so that it is cut seldom.
    tail: Vec<u8>,
    total: u64,
}

impl Kept {
    pub(super) fn new(bytes: usize) -> Kept {
        Kept {
            half: bytes / 2,
            ..Kept::default()
        }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = (self.half - self.head.len()).min(bytes.len());
        let (first, rest) = bytes.split_at(room);
        self.head.extend_from_slice(first);
        let last = &rest[rest.len().saturating_sub(self.half)..];
        self.tail.extend_from_slice(last);
        if self.tail.len() > 2 * self.half {
            self.tail.drain(..self.tail.len() - self.half);
        }
    }

    /// Head, tail, and how many bytes between them were left out.
    pub(super) fn parts(mut self) -> (Vec<u8>, Vec<u8>, u64) {
        self.tail.drain(..self.tail.len().saturating_sub(self.half));
        let kept = (self.head.len() + self.tail.len()) as u64;
        (self.head, self.tail, self.total - kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_and_end_are_kept_whatever_the_pieces() {
        let text: Vec<u8> = (b'a'..=b'z').collect();
        for size in 1..=26 {
            let mut kept = Kept::new(8);
            for piece in text.chunks(size) {
                kept.add(piece);
            }
            assert_eq!(kept.parts(), (b"abcd".to_vec(), b"wxyz".to_vec(), 18), "{size}");
        }
    }

    #[test]
    fn what_fits_is_kept_whole() {
        let mut kept = Kept::new(8);
        kept.add(b"abc");
        kept.add(b"defg");
        assert_eq!(kept.parts(), (b"abcd".to_vec(), b"efg".to_vec(), 0));
        let mut none = Kept::new(0);
        none.add(b"abc");
        assert_eq!(none.parts(), (Vec::new(), Vec::new(), 3));
    }
}
