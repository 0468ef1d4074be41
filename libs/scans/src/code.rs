//! Finding the code of a page on its picture.

use domain::paper::{
    PageCode,
    layout::{self, CODE_MODULES, CODE_SIDE, Point},
};
use image::{GrayImage, imageops};
use rqrr::{BitGrid, Grid, PreparedImage};

use crate::dark::{Dark, around};

/// A code with the corners of its matrix on the picture: upper left, upper right, lower right,
/// lower left of the code.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) code: PageCode,
    pub(crate) corners: [Point; 4],
}

/// The longer side in pixels from which on a module is wide enough, some 150 dots to an inch.
const FINE: u32 = 1750;

/// The code of the page. Most are read as they are, a noisy one smoothed; a coarse one from the
/// corners of its picture enlarged, a fine but smeared one from the whole made smaller.
pub(crate) fn find(picture: &GrayImage, dark: &Dark) -> Option<Found> {
    let (width, height) = picture.dimensions();
    by_dark(dark)
        .or_else(|| by_grey(picture))
        .or_else(|| by_dark(&Dark::of(&smooth(picture), around(picture))))
        .or_else(|| {
            if width.max(height) < FINE {
                return corners(picture);
            }
            let small = imageops::thumbnail(picture, (width / 2).max(1), (height / 2).max(1));
            let found = by_grey(&small)?;
            Some(found.moved(|[x, y]| [2.0 * x + 0.5, 2.0 * y + 0.5]))
        })
}

/// The mean of nine pixels for each: without its grains.
fn smooth(picture: &GrayImage) -> GrayImage {
    imageops::filter3x3(picture, &[1.0 / 9.0; 9])
}

/// A code stands in a corner of its sheet, and a sheet fills its picture: each corner is enlarged
/// by as much as makes a module some pixels wide.
fn corners(picture: &GrayImage) -> Option<Found> {
    const TIMES: u32 = 2;
    let (width, height) = picture.dimensions();
    let (wide, high) = (width * 2 / 5, height * 2 / 5);
    let places = [
        (0, height - high),
        (width - wide, 0),
        (0, 0),
        (width - wide, height - high),
    ];
    places.into_iter().find_map(|(left, top)| {
        let corner = imageops::crop_imm(picture, left, top, wide, high).to_image();
        let large = imageops::resize(
            &corner,
            wide * TIMES,
            high * TIMES,
            imageops::FilterType::CatmullRom,
        );
        let found = by_dark(&Dark::of(&large, 2 * around(&large))).or_else(|| by_grey(&large))?;
        let times = f64::from(TIMES);
        let shift = (times - 1.0) / 2.0;
        Some(found.moved(|[x, y]| {
            [
                (x - shift) / times + f64::from(left),
                (y - shift) / times + f64::from(top),
            ]
        }))
    })
}

/// By what we take for dark.
fn by_dark(dark: &Dark) -> Option<Found> {
    let (width, height) = (dark.width, dark.height);
    let mut prepared = PreparedImage::prepare_from_bitmap(width, height, |x, y| dark.at(x, y));
    first(&prepared.detect_grids())
}

/// By what the reader itself takes for dark.
fn by_grey(picture: &GrayImage) -> Option<Found> {
    let (grey, width) = (picture.as_raw(), picture.width() as usize);
    let mut prepared =
        PreparedImage::prepare_from_greyscale(width, picture.height() as usize, |x, y| {
            grey[y * width + x]
        });
    first(&prepared.detect_grids())
}

/// The first code of ours.
fn first<G: BitGrid>(grids: &[Grid<G>]) -> Option<Found> {
    grids.iter().find_map(|grid| {
        let (_, text) = grid.decode().ok()?;
        let code = PageCode::parse(&text).ok()?;
        let corners = grid.bounds.map(|at| [f64::from(at.x), f64::from(at.y)]);
        Some(Found { code, corners })
    })
}

impl Found {
    fn moved(self, to: impl Fn(Point) -> Point) -> Self {
        Self {
            corners: self.corners.map(to),
            ..self
        }
    }

    /// The corners on the sheet and on the picture.
    pub(crate) fn pairs(&self) -> [(Point, Point); 4] {
        // The reader puts the far corners a module too far.
        let side = CODE_SIDE * f64::from(CODE_MODULES + 1) / f64::from(CODE_MODULES);
        let [left, top] = layout::code(self.code.document);
        let (right, bottom) = (left + side, top + side);
        let sheet = [[left, top], [right, top], [right, bottom], [left, bottom]];
        [0, 1, 2, 3].map(|at| (sheet[at], self.corners[at]))
    }
}
