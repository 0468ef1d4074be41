//! What a PDF says of itself on its way past: that it is encrypted, and that it brings along what
//! runs or opens (SEC-62). Names are compared as a reader of PDF does: `/J#61vaScript` too. What a
//! compressed stream hides is the antivirus's.

/// The longest name looked for, were each of its letters written as `#xx`.
const LONGEST: usize = 1 + 14 * 3;

/// Whether names were seen in a PDF that went past.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The end of what went past: a name may go on in the next piece.
    rest: Vec<u8>,
    encrypted: bool,
    active: bool,
}

impl Words {
    /// Looks at the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        // The end of the last piece with the beginning of this one, then this one by itself.
        let joint = self.rest.len();
        self.rest
            .extend_from_slice(&piece[..piece.len().min(LONGEST)]);
        let seam = std::mem::take(&mut self.rest);
        self.look(&seam, joint);
        self.look(piece, piece.len());
        let from = piece.len().saturating_sub(LONGEST);
        self.rest = if piece.len() >= LONGEST {
            piece[from..].to_vec()
        } else {
            seam[seam.len().saturating_sub(LONGEST)..].to_vec()
        };
    }

    /// Whether it is encrypted: nobody can look into it.
    #[must_use]
    pub const fn encrypted(&self) -> bool {
        self.encrypted
    }

    /// Whether it has scripts, starts programs or brings files along.
    #[must_use]
    pub const fn active(&self) -> bool {
        self.active
    }

    /// Looks at the names that begin before `until`.
    fn look(&mut self, bytes: &[u8], until: usize) {
        for (at, _) in bytes[..until]
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'/')
        {
            match name(&bytes[at + 1..]).as_slice() {
                b"Encrypt" => self.encrypted = true,
                b"JavaScript" | b"Launch" | b"EmbeddedFile" | b"EmbeddedFiles" | b"RichMedia" => {
                    self.active = true;
                }
                _ => {}
            }
        }
    }
}

/// The name that begins here, with `#xx` read; no more of it than is looked for.
fn name(bytes: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'#')
            .then(|| bytes.get(at + 1..at + 3).and_then(hex))
            .flatten();
        let (letter, took) = escaped.map_or((byte, 1), |letter| (letter, 3));
        if !letter.is_ascii_alphanumeric() || name.len() > 14 {
            break;
        }
        name.push(letter);
        at += took;
    }
    name
}

fn hex(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(pieces: &[&[u8]]) -> (bool, bool) {
        let mut words = Words::default();
        for piece in pieces {
            words.feed(piece);
        }
        (words.encrypted(), words.active())
    }

    #[test]
    fn names_are_seen_however_they_are_written_and_cut() {
        assert_eq!(seen(&[b"<< /Encrypt 5 0 R >>"]), (true, false));
        assert_eq!(
            seen(&[b"<< /EncryptMetadata false /Encrypted 1 >>"]),
            (false, false)
        );
        assert_eq!(seen(&[b"/S /J#61vaScript /JS (x)"]), (false, true));
        assert_eq!(seen(&[b"/OpenAction<</S/Launch>>"]), (false, true));
        assert_eq!(seen(&[b"%PDF-1.7 (JavaScript)"]), (false, false));
        let whole = b"%PDF-1.7 1 0 obj << /Type /EmbeddedFile /Encrypt 7 0 R >>";
        for at in 0..whole.len() {
            assert_eq!(
                seen(&[&whole[..at], &whole[at..]]),
                (true, true),
                "cut at {at}"
            );
        }
        let bytes: Vec<&[u8]> = whole.chunks(1).collect();
        assert_eq!(seen(&bytes), (true, true));
    }
}
