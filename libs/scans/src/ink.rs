//! Whether somebody signed on a line.

use domain::paper::{
    layout::{Point, SIGNATURE_HEIGHT},
    verdict::Ink,
};
use image::GrayImage;

use crate::{
    plane::{grey, less},
    sheet::Placed,
};

/// Dots to a millimetre of the strip that is looked at.
const DOTS: f64 = 6.0;

/// How far the printed line may be from where it is looked for, in millimetres: a sheet curls.
const STRAY: f64 = 4.0;

/// The widest a pen draws, in millimetres. What is wider is a shadow.
const PEN: f64 = 1.6;

/// How much darker than the paper ink is, in shares, and by how many of the picture's grains.
const DARKER: f64 = 0.14;
const GRAINS: f64 = 3.0;

/// Square millimetres of ink: what dust and noise make at most, and what a signature has at least.
const DUST: f64 = 2.0;
const SIGNED: f64 = 3.0;

/// What stands on the line that begins at a point of the sheet and is so long.
pub(crate) fn on_line(picture: &GrayImage, placed: &Placed, begin: Point, length: f64) -> Ink {
    let strip = Strip::of(picture, placed, begin, length);
    let found = strip.line();
    let line = found.unwrap_or(strip.expected);
    let ink = strip.ink_above(line);
    match found {
        _ if ink >= SIGNED && (found.is_some() || ink >= 3.0 * SIGNED) => Ink::Present,
        Some(_) if ink <= DUST => Ink::Blank,
        _ => Ink::Unclear,
    }
}

/// The line and what is above it, straightened: ink is true.
struct Strip {
    width: usize,
    height: usize,
    ink: Vec<bool>,
    /// The row the line is looked for in.
    expected: usize,
}

impl Strip {
    fn of(picture: &GrayImage, placed: &Placed, [left, down]: Point, length: f64) -> Self {
        let width = dots(length);
        let expected = dots(SIGNATURE_HEIGHT + STRAY);
        let height = expected + dots(STRAY) + 1;
        let top = less([left, down], [0.0, SIGNATURE_HEIGHT + STRAY]);
        let mut seen = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let point = [top[0] + x as f64 / DOTS, top[1] + y as f64 / DOTS];
                // Four looks a dot take the noise out.
                let looks = [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)];
                let sum: f64 = looks
                    .iter()
                    .map(|(a, b)| [point[0] + a / DOTS, point[1] + b / DOTS])
                    .map(|point| grey(picture, placed.mapping.map(point)))
                    .sum();
                seen.push(sum / 4.0);
            }
        }
        let seen = smooth(&seen, width, height);
        let reach = dots(PEN) / 2;
        let paper = spread(&seen, width, height, reach, f64::max);
        let paper = spread(&paper, width, height, reach, f64::min);
        let darker: Vec<f64> = seen
            .iter()
            .zip(&paper)
            .map(|(seen, paper)| paper - seen)
            .collect();
        // Most of the strip is paper: half of its grains are darker by less than this.
        let grain = middle(darker.clone());
        let ink = darker
            .iter()
            .zip(&paper)
            .map(|(darker, paper)| *darker > (DARKER * paper).max(GRAINS * grain))
            .collect();
        Self {
            width,
            height,
            ink,
            expected,
        }
    }

    fn at(&self, x: usize, y: usize) -> bool {
        self.ink[y * self.width + x]
    }

    /// The row of the printed line's middle: that with the most ink, where it is ink nearly all
    /// along. It may rise or fall by two millimetres.
    fn line(&self) -> Option<usize> {
        let tilt = dots(2.0) as isize;
        let rows = self.expected.saturating_sub(dots(STRAY))..self.height;
        let last = self.width.max(2) as isize - 1;
        let along = |row: usize, tilt: isize| {
            (0..self.width)
                .filter(|x| {
                    let middle = row as isize + tilt * (*x as isize * 2 - last) / (2 * last);
                    (middle - 1..=middle + 1).any(|y| {
                        usize::try_from(y).is_ok_and(|y| y < self.height && self.at(*x, y))
                    })
                })
                .count()
        };
        let (count, row) = rows
            .flat_map(|row| (-tilt..=tilt).map(move |tilt| (row, tilt)))
            .map(|(row, tilt)| (along(row, tilt), row))
            .max_by_key(|(count, row)| (*count, usize::MAX - row.abs_diff(self.expected)))?;
        (count * 4 >= self.width * 3).then_some(row)
    }

    /// Square millimetres of ink between the line and the free height above it.
    fn ink_above(&self, line: usize) -> f64 {
        let rows =
            line.saturating_sub(dots(SIGNATURE_HEIGHT - 0.5))..line.saturating_sub(dots(0.9));
        let side = dots(0.5);
        let inked = rows
            .flat_map(|y| (side..self.width.saturating_sub(side)).map(move |x| (x, y)))
            .filter(|(x, y)| self.at(*x, *y))
            .count();
        inked as f64 / (DOTS * DOTS)
    }
}

fn dots(mm: f64) -> usize {
    (mm * DOTS).round() as usize
}

fn middle(mut values: Vec<f64>) -> f64 {
    let at = values.len() / 2;
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}

fn smooth(seen: &[f64], width: usize, height: usize) -> Vec<f64> {
    let mut sum = vec![0.0; seen.len()];
    for y in 0..height {
        for x in 0..width {
            let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
            let (above, below) = (y.saturating_sub(1), (y + 1).min(height - 1));
            let here = seen[y * width + x];
            let beside = seen[y * width + left] + seen[y * width + right];
            let over = seen[above * width + x] + seen[below * width + x];
            sum[y * width + x] = (2.0 * here + beside + over) / 6.0;
        }
    }
    sum
}

/// The greatest or the least within `reach` dots each way.
fn spread(
    seen: &[f64],
    width: usize,
    height: usize,
    reach: usize,
    pick: fn(f64, f64) -> f64,
) -> Vec<f64> {
    let mut rows = seen.to_vec();
    for y in 0..height {
        for x in 0..width {
            let near = x.saturating_sub(reach)..(x + reach + 1).min(width);
            let near = near.map(|x| seen[y * width + x]);
            rows[y * width + x] = near.fold(seen[y * width + x], pick);
        }
    }
    let mut all = rows.clone();
    for y in 0..height {
        for x in 0..width {
            let near = y.saturating_sub(reach)..(y + reach + 1).min(height);
            let near = near.map(|y| rows[y * width + x]);
            all[y * width + x] = near.fold(rows[y * width + x], pick);
        }
    }
    all
}
