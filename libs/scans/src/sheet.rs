//! Where a sheet lies on its picture: by its code and the squares of its corners.

use domain::paper::{
    Document,
    layout::{self, CODE_SIDE, Point, SQUARE_SIDE},
};

use crate::{
    code::Found,
    dark::{Blot, Dark},
    plane::{Mapping, distance},
};

/// How far from where the code alone puts it a square may be, in shares of its distance from the
/// code: a code is small, and what it says of the far corners is rough.
const REACH: f64 = 0.2;

/// How far off the corners of the code may come by the squares, in its modules.
const SLIP: f64 = 2.5;

/// A sheet on its picture.
pub(crate) struct Placed {
    /// From the sheet's millimetres to pixels.
    pub(crate) mapping: Mapping,
    /// The squares that were found, of three; with all the mapping is exact.
    pub(crate) squares: [bool; 3],
}

/// Finds the sheet whose code this is.
pub(crate) fn place(found: &Found, dark: &Dark) -> Option<Placed> {
    let document = found.code.document;
    let pairs = found.pairs();
    let rough = Mapping::affine(&pairs)?;
    let middle = code_middle(document);
    let scale = rough.scale(middle)?;
    let expected = (SQUARE_SIDE * scale).powi(2);
    let blots: Vec<Blot> = dark
        .blots(expected * 0.4..expected * 2.2)
        .into_iter()
        .filter(|blot| (0.8..1.2).contains(&blot.fill) && blot.stretch < 1.7)
        .collect();
    let at_code = (middle, exact_middle(&pairs)?);
    let candidates = layout::squares(document).map(|square| {
        let (place, reach) = (rough.map(square), REACH * scale * distance(square, middle));
        let near: Vec<Blot> = (blots.iter())
            .filter(|blot| distance(blot.middle, place) < reach)
            .copied()
            .collect();
        near
    });
    let whole = best(all_three(document, at_code, &candidates), &pairs, scale);
    let partly = || best(some(document, at_code, &pairs, &candidates), &pairs, scale);
    whole.or_else(partly).or(Some(Placed {
        mapping: rough,
        squares: [false; 3],
    }))
}

fn code_middle(document: Document) -> Point {
    layout::code(document).map(|edge| edge + CODE_SIDE / 2.0)
}

/// The code's middle on the picture; right whatever the camera's angle.
fn exact_middle(pairs: &[(Point, Point); 4]) -> Option<Point> {
    let [left, top] = pairs[0].0;
    let half = CODE_SIDE / 2.0;
    Mapping::of_four(*pairs).map(|mapping| mapping.map([left + half, top + half]))
}

/// Each way to take all three squares.
fn all_three(
    document: Document,
    at_code: (Point, Point),
    candidates: &[Vec<Blot>; 3],
) -> Vec<(Placed, f64)> {
    let [one, two, three] = layout::squares(document);
    let mut ways = Vec::new();
    for a in &candidates[0] {
        for b in &candidates[1] {
            for c in &candidates[2] {
                let pairs = [at_code, (one, a.middle), (two, b.middle), (three, c.middle)];
                if let Some(mapping) = Mapping::of_four(pairs) {
                    let sizes = [(one, a), (two, b), (three, c)];
                    let misfit = sizes.map(|(square, blot)| misfit(&mapping, square, blot));
                    let placed = Placed {
                        mapping,
                        squares: [true; 3],
                    };
                    ways.push((placed, misfit.into_iter().fold(0.0, f64::max)));
                }
            }
        }
    }
    ways
}

/// Each way to take two squares; of a sheet that lost one.
fn some(
    document: Document,
    at_code: (Point, Point),
    corners: &[(Point, Point); 4],
    candidates: &[Vec<Blot>; 3],
) -> Vec<(Placed, f64)> {
    let places = layout::squares(document);
    let mut ways = Vec::new();
    for (i, j) in [(0, 2), (0, 1), (1, 2)] {
        for a in &candidates[i] {
            for b in &candidates[j] {
                let mut pairs = vec![at_code, (places[i], a.middle), (places[j], b.middle)];
                pairs.extend(corners);
                if let Some(mapping) = Mapping::affine(&pairs) {
                    let misfit = misfit(&mapping, places[i], a).max(misfit(&mapping, places[j], b));
                    let squares = [0, 1, 2].map(|at| at == i || at == j);
                    ways.push((Placed { mapping, squares }, misfit));
                }
            }
        }
    }
    ways
}

/// How unlike its size on the sheet a blot is: 0 for alike.
fn misfit(mapping: &Mapping, square: Point, blot: &Blot) -> f64 {
    mapping.scale(square).map_or(f64::INFINITY, |scale| {
        (blot.area.sqrt() / (scale * SQUARE_SIDE)).ln().abs()
    })
}

/// The way that puts the corners of the code best where they are.
fn best(ways: Vec<(Placed, f64)>, corners: &[(Point, Point); 4], scale: f64) -> Option<Placed> {
    let module = scale * CODE_SIDE / f64::from(layout::CODE_MODULES);
    ways.into_iter()
        .filter(|(_, misfit)| *misfit < 0.35)
        .map(|(placed, misfit)| {
            let slips = corners.map(|(sheet, seen)| distance(placed.mapping.map(sheet), seen));
            let slip = slips.iter().sum::<f64>() / 4.0 / module;
            (placed, slip, slip + 4.0 * misfit)
        })
        .filter(|(_, slip, _)| *slip < SLIP)
        .min_by(|(_, _, a), (_, _, b)| a.total_cmp(b))
        .map(|(placed, _, _)| placed)
}
