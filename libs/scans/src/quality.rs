//! How sharp and how fine a picture of a sheet is, and whether something of it is cut off.

use domain::paper::{
    Document,
    layout::{self, Point, SQUARE_SIDE},
};
use image::GrayImage;

use crate::{plane::grey, sheet::Placed};

/// Millimetres to an inch.
const INCH: f64 = 25.4;

/// The longer side of a sheet, in millimetres.
const LONG_SIDE: f64 = 297.0;

/// How near the edges something printed may be; what lies further out may be cut off.
const PRINTED: f64 = 8.0;

/// Looks to a millimetre across a printed edge.
const LOOKS: f64 = 40.0;

/// From the width between a quarter and three quarters to that between a tenth and nine tenths.
const QUARTERS: f64 = 1.9;

/// Dots to an inch of a sheet on its picture.
pub(crate) fn dots(document: Document, placed: &Placed) -> f64 {
    let [width, height] = layout::size(document);
    let middle = [width / 2.0, height / 2.0];
    placed.mapping.scale(middle).unwrap_or(0.0) * INCH
}

/// The same of a picture a sheet would fill.
pub(crate) fn dots_of_whole(picture: &GrayImage) -> f64 {
    f64::from(picture.width().max(picture.height())) / LONG_SIDE * INCH
}

/// Whether the printed part of a sheet reaches beyond its picture.
pub(crate) fn cropped(document: Document, placed: &Placed, picture: &GrayImage) -> bool {
    let [width, height] = layout::size(document);
    let (right, bottom) = (width - PRINTED, height - PRINTED);
    let (wide, high) = (f64::from(picture.width()), f64::from(picture.height()));
    [
        [PRINTED, PRINTED],
        [right, PRINTED],
        [right, bottom],
        [PRINTED, bottom],
    ]
    .into_iter()
    .map(|corner| placed.mapping.map(corner))
    .any(|[x, y]| x < -1.0 || y < -1.0 || x > wide || y > high)
}

/// How wide the edges of the squares are smeared, in millimetres: between a tenth and nine tenths
/// of the way from black to white. The middle one of all edges; none where no square was found.
pub(crate) fn edge(document: Document, placed: &Placed, picture: &GrayImage) -> Option<f64> {
    let squares = layout::squares(document).into_iter().zip(placed.squares);
    let mut widths: Vec<f64> = squares
        .filter(|(_, found)| *found)
        .flat_map(|(middle, _)| {
            [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]
                .map(|way| edge_of(picture, placed, middle, way))
        })
        .flatten()
        .collect();
    widths.sort_by(f64::total_cmp);
    widths.get(widths.len() / 2).copied()
}

/// One side of a square, looked at from its middle outwards.
fn edge_of(picture: &GrayImage, placed: &Placed, middle: Point, [x, y]: Point) -> Option<f64> {
    let steps = 0..=to_looks(SQUARE_SIDE);
    let profile: Vec<f64> = steps
        .map(|step| {
            let out = f64::from(step) / LOOKS;
            let along = [-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0].map(|aside| {
                let point = [
                    middle[0] + out * x - aside * y,
                    middle[1] + out * y + aside * x,
                ];
                grey(picture, placed.mapping.map(point))
            });
            along.iter().sum::<f64>() / 9.0
        })
        .collect();
    // Its ends are surely black and white; between a quarter and three quarters grains matter least.
    let end = profile.len() / 5;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
    let (black, white) = (mean(&profile[..end]), mean(&profile[profile.len() - end..]));
    if white - black < 30.0 {
        return None;
    }
    let above = |share: f64| {
        let level = black + share * (white - black);
        profile.iter().position(|grey| *grey > level)
    };
    let (begin, end) = (above(0.25)?, above(0.75)?);
    Some((end - begin) as f64 / LOOKS * QUARTERS)
}

fn to_looks(mm: f64) -> i32 {
    (mm * LOOKS) as i32
}

/// How much wider than it seems an edge is in print as small as text: its strokes are too thin to
/// show the whole of it.
const HIDDEN: f64 = 1.6;

/// The same guessed from whatever is printed, for a picture a sheet fills: how far apart light and
/// dark of a small block are, beside how steep it gets there. None where nothing is printed.
pub(crate) fn edge_of_whole(picture: &GrayImage) -> Option<f64> {
    let millimetre = dots_of_whole(picture) / INCH;
    let side = (4.0 * millimetre).max(8.0) as u32;
    let mut widths = Vec::new();
    for top in (1..picture.height().saturating_sub(side + 1)).step_by(side as usize) {
        for left in (1..picture.width().saturating_sub(side + 1)).step_by(side as usize) {
            let (mut light, mut dark, mut steepest) = (0, u8::MAX, 0.0_f64);
            for y in top..top + side {
                for x in left..left + side {
                    let at = |x, y| f64::from(picture.get_pixel(x, y).0[0]);
                    let here = picture.get_pixel(x, y).0[0];
                    (light, dark) = (light.max(here), dark.min(here));
                    let across = (at(x + 1, y) - at(x - 1, y)) / 2.0;
                    let along = (at(x, y + 1) - at(x, y - 1)) / 2.0;
                    steepest = steepest.max(across.hypot(along));
                }
            }
            if light.saturating_sub(dark) > 70 {
                widths.push(f64::from(light - dark) / steepest / millimetre);
            }
        }
    }
    widths.sort_by(f64::total_cmp);
    (widths.len() >= 20).then(|| widths[widths.len() / 4] * HIDDEN)
}
