//! A PDF: its sheets, and one of them drawn.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Error,
    bounded::{bounded, fault},
};

/// Pixels across below which a picture on a sheet is a mark or a stamp, not the scan.
const SMALLEST: usize = 200;

/// A PDF on this disk.
#[derive(Clone, Debug)]
pub struct Pdf {
    file: PathBuf,
    folder: PathBuf,
}

/// A sheet of a PDF before it is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    /// The longer side in inches.
    pub inches: f64,
    /// The most dots to an inch of a picture on it; none where it is drawn, not scanned.
    pub dots: Option<f64>,
}

/// What a sheet is drawn with.
#[derive(Clone, Copy, Debug)]
pub enum Ink {
    /// Grey, as a PGM.
    Grey,
    /// Colour, as a JPEG of this quality of 100.
    Colour(u8),
}

impl Pdf {
    pub(crate) fn new(file: &Path, folder: &Path) -> Self {
        Self {
            file: file.to_owned(),
            folder: folder.to_owned(),
        }
    }

    /// The pictures of a TIFF, which is how office scanners send many.
    pub(crate) fn of_tiff(file: &Path, folder: &Path) -> Result<Self, Error> {
        let made = Self::new(&folder.join("tiff.pdf"), folder);
        // `-z` packs what was not packed: a page of colour is 100 MB.
        let output = bounded("tiff2pdf")
            .args(["-z", "-o"])
            .args([&made.file, file])
            .output()?;
        // It ends well with nothing made, too.
        let whole = fs::metadata(&made.file).is_ok_and(|made| made.len() > 0);
        if output.status.success() && whole {
            Ok(made)
        } else {
            Err(Error::File(fault(&output)?))
        }
    }

    /// How many sheets it has.
    ///
    /// # Errors
    /// [`Error::File`] when the file is at fault, [`Error::Machine`] when this machine is.
    pub fn count(&self) -> Result<u32, Error> {
        let told = bounded("pdfinfo").arg(&self.file).output()?;
        let words = String::from_utf8_lossy(&told.stdout);
        let count = words.lines().find_map(|line| line.strip_prefix("Pages:"));
        match count.and_then(|count| count.trim().parse().ok()) {
            Some(count) if count > 0 => Ok(count),
            _ => Err(Error::File(fault(&told)?)),
        }
    }

    /// The first `most` sheets.
    ///
    /// # Errors
    /// As [`Pdf::count`].
    pub fn sheets(&self, most: usize) -> Result<Vec<Sheet>, Error> {
        let most = most.to_string();
        let told = bounded("pdfinfo")
            .args(["-f", "1", "-l", &most])
            .arg(&self.file)
            .output()?;
        let words = String::from_utf8_lossy(&told.stdout);
        let mut sheets: Vec<Sheet> = words.lines().filter_map(sheet).collect();
        if sheets.is_empty() {
            return Err(Error::File(fault(&told)?));
        }
        let told = bounded("pdfimages")
            .args(["-list", "-l", &most])
            .arg(&self.file)
            .output()?;
        for line in String::from_utf8_lossy(&told.stdout).lines().skip(2) {
            // page num type width height color comp bpc enc interp object ID x-ppi y-ppi size ratio
            let fields: Vec<&str> = line.split_whitespace().collect();
            let number = |at: usize| fields.get(at)?.parse::<usize>().ok();
            if let (Some(page), Some(width), Some(dots)) = (number(0), number(3), number(12))
                && width >= SMALLEST
                && let Some(sheet) = page.checked_sub(1).and_then(|at| sheets.get_mut(at))
            {
                sheet.dots = Some(sheet.dots.unwrap_or(0.0).max(dots as f64));
            }
        }
        Ok(sheets)
    }

    /// Sheet `number`, from 1, drawn `side` pixels long at the longer side, whatever size it is said
    /// to have.
    ///
    /// # Errors
    /// As [`Pdf::count`].
    pub fn draw(&self, number: u32, side: u32, ink: Ink) -> Result<Vec<u8>, Error> {
        let root = self.folder.join("page");
        let [number, side] = [number, side].map(|it| it.to_string());
        let mut command = bounded("pdftoppm");
        let path = match ink {
            Ink::Grey => {
                command.arg("-gray");
                root.with_extension("pgm")
            }
            Ink::Colour(quality) => {
                command.args(["-jpeg", "-jpegopt", &format!("quality={quality}")]);
                root.with_extension("jpg")
            }
        };
        let output = command
            .args(["-singlefile", "-f", &number, "-l", &number])
            .args(["-scale-to", &side])
            .args([&self.file, &root])
            .output()?;
        match fs::read(&path) {
            Ok(picture) if output.status.success() && !picture.is_empty() => {
                fs::remove_file(&path)?;
                Ok(picture)
            }
            _ => Err(Error::File(fault(&output)?)),
        }
    }
}

/// `Page    1 size: 595.28 x 841.89 pts (A4)`.
fn sheet(line: &str) -> Option<Sheet> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let ["Page", _, "size:", width, "x", height, "pts", ..] = fields[..] else {
        return None;
    };
    let points: [f64; 2] = [width.parse().ok()?, height.parse().ok()?];
    Some(Sheet {
        inches: points[0].max(points[1]) / 72.0,
        dots: None,
    })
}
