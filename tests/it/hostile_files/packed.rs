//! Archives written by hand, so that they can lie as no honest program lets them.

/// A file of an archive as its two headers tell of it.
#[derive(Clone)]
pub struct Packed {
    name: Vec<u8>,
    bytes: Vec<u8>,
    method: u16,
    flags: u16,
    unpacked: u32,
    packed: u32,
    attributes: u32,
    begins: Option<u32>,
}

impl Packed {
    /// A file kept as it is.
    pub fn stored(name: impl AsRef<[u8]>, bytes: &[u8]) -> Self {
        let length = u32::try_from(bytes.len()).unwrap();
        Self {
            name: name.as_ref().to_vec(),
            bytes: bytes.to_vec(),
            method: 0,
            flags: 0,
            unpacked: length,
            packed: length,
            attributes: 0,
            begins: None,
        }
    }

    /// Told to be encrypted.
    pub fn encrypted(self) -> Self {
        Self { flags: 1, ..self }
    }

    /// Told to be a link.
    pub fn link(self) -> Self {
        Self {
            attributes: 0o120_777 << 16,
            ..self
        }
    }

    /// Told to be packed by deflate, and as large as this.
    pub fn told(self, unpacked: u32, packed: u32) -> Self {
        Self {
            method: 8,
            unpacked,
            packed,
            ..self
        }
    }

    /// Told to be packed by a method nobody here reads.
    pub fn by_method(self, method: u16) -> Self {
        Self { method, ..self }
    }

    /// Told to begin where another one does.
    pub fn at(self, begins: u32) -> Self {
        Self {
            begins: Some(begins),
            ..self
        }
    }
}

/// The archive.
pub fn archive(files: &[Packed]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let begins = u32::try_from(bytes.len()).unwrap();
        let name = u16::try_from(file.name.len()).unwrap();
        let told: Vec<u8> = [
            &20_u16.to_le_bytes()[..],
            &file.flags.to_le_bytes(),
            &file.method.to_le_bytes(),
            &[0, 0, 0x21, 0],
            &crc(&file.bytes).to_le_bytes(),
            &file.packed.to_le_bytes(),
            &file.unpacked.to_le_bytes(),
            &name.to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        bytes.extend([b"PK\x03\x04", told.as_slice(), &file.name, &file.bytes].concat());
        directory.extend(
            [
                b"PK\x01\x02\x14\x03",
                told.as_slice(),
                &[0; 6],
                &file.attributes.to_le_bytes(),
                &file.begins.unwrap_or(begins).to_le_bytes(),
                &file.name,
            ]
            .concat(),
        );
    }
    let count = u16::try_from(files.len()).unwrap();
    bytes.extend(closing(&bytes, &directory, count));
    bytes
}

fn closing(before: &[u8], directory: &[u8], count: u16) -> Vec<u8> {
    [
        directory,
        b"PK\x05\x06\0\0\0\0",
        &count.to_le_bytes(),
        &count.to_le_bytes(),
        &u32::try_from(directory.len()).unwrap().to_le_bytes(),
        &u32::try_from(before.len()).unwrap().to_le_bytes(),
        &[0, 0],
    ]
    .concat()
}

/// The end of an archive that tells of this many files and has none.
pub fn told_of(count: u16) -> Vec<u8> {
    let file = archive(&[Packed::stored("a.pdf", b"%PDF-1.7\n")]);
    let mut file = file;
    let end = file.len() - 22;
    file[end + 8..end + 10].copy_from_slice(&count.to_le_bytes());
    file[end + 10..end + 12].copy_from_slice(&count.to_le_bytes());
    file
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}
