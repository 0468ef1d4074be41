//! From millimetres of a sheet to pixels of a picture and back into grey: the mappings a flat sheet
//! can have in a picture, and reading a picture between its pixels.

use domain::paper::layout::Point;
use image::GrayImage;

/// A mapping of the plane that keeps lines straight: a sheet as a camera sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mapping([f64; 9]);

impl Mapping {
    /// The mapping that takes each of four points to its partner; none if three lie on a line.
    pub(crate) fn of_four(pairs: [(Point, Point); 4]) -> Option<Self> {
        let mut rows = [[0.0; 9]; 8];
        for (at, ([x, y], [u, v])) in pairs.into_iter().enumerate() {
            rows[2 * at] = [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u];
            rows[2 * at + 1] = [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v];
        }
        let [a, b, c, d, e, f, g, h] = solved(rows)?;
        Some(Self([a, b, c, d, e, f, g, h, 1.0]))
    }

    /// The affine mapping that takes the points closest to their partners.
    pub(crate) fn affine(pairs: &[(Point, Point)]) -> Option<Self> {
        let mut sums = [[[0.0; 4]; 3]; 2];
        for ([x, y], to) in pairs {
            let from = [*x, *y, 1.0];
            for (sums, to) in sums.iter_mut().zip(to) {
                for (row, a) in sums.iter_mut().zip(from) {
                    for (cell, b) in row.iter_mut().zip([*x, *y, 1.0, *to]) {
                        *cell += a * b;
                    }
                }
            }
        }
        let [[a, b, c], [d, e, f]] = [solved(sums[0])?, solved(sums[1])?];
        Some(Self([a, b, c, d, e, f, 0.0, 0.0, 1.0]))
    }

    pub(crate) fn map(&self, [x, y]: Point) -> Point {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let depth = g * x + h * y + i;
        [(a * x + b * y + c) / depth, (d * x + e * y + f) / depth]
    }

    /// Pixels to a millimetre about a point, and whether the sheet is seen from its front there.
    pub(crate) fn scale(&self, [x, y]: Point) -> Option<f64> {
        const STEP: f64 = 0.5;
        let [left, right] = [[x - STEP, y], [x + STEP, y]].map(|point| self.map(point));
        let [up, down] = [[x, y - STEP], [x, y + STEP]].map(|point| self.map(point));
        let (across, along) = (less(right, left), less(down, up));
        let area = across[0] * along[1] - across[1] * along[0];
        (area > 0.0).then(|| area.sqrt())
    }
}

/// The difference of two points.
pub(crate) fn less([a, b]: Point, [c, d]: Point) -> Point {
    [a - c, b - d]
}

/// How far two points are from each other.
pub(crate) fn distance(one: Point, other: Point) -> f64 {
    let [x, y] = less(one, other);
    x.hypot(y)
}

/// Solves N linear equations in N unknowns, each with its right side last.
fn solved<const N: usize, const M: usize>(mut rows: [[f64; M]; N]) -> Option<[f64; N]> {
    for pivot in 0..N {
        let best =
            (pivot..N).max_by(|a, b| rows[*a][pivot].abs().total_cmp(&rows[*b][pivot].abs()))?;
        rows.swap(pivot, best);
        let head = rows[pivot];
        if head[pivot].abs() < 1e-12 {
            return None;
        }
        for (at, row) in rows.iter_mut().enumerate() {
            if at != pivot {
                let factor = row[pivot] / head[pivot];
                for (cell, above) in row.iter_mut().zip(head) {
                    *cell -= factor * above;
                }
            }
        }
    }
    let mut found = [0.0; N];
    for (at, value) in found.iter_mut().enumerate() {
        *value = rows[at][N] / rows[at][at];
    }
    Some(found)
}

/// The grey of a picture between its pixels; pixels have their middles at whole numbers. Beyond
/// the edge it goes on as at the edge.
pub(crate) fn grey(picture: &GrayImage, [x, y]: Point) -> f64 {
    let (width, height) = picture.dimensions();
    let (x, right, x_part) = neighbours(x, width);
    let (y, below, y_part) = neighbours(y, height);
    let at = |x, y| f64::from(picture.get_pixel(x, y).0[0]);
    let upper = at(x, y) * (1.0 - x_part) + at(right, y) * x_part;
    let lower = at(x, below) * (1.0 - x_part) + at(right, below) * x_part;
    upper * (1.0 - y_part) + lower * y_part
}

fn neighbours(place: f64, size: u32) -> (u32, u32, f64) {
    let last = size.saturating_sub(1);
    // What is no number becomes 0, too.
    let place = if place > 0.0 {
        place.min(f64::from(last))
    } else {
        0.0
    };
    let whole = place as u32;
    (whole, (whole + 1).min(last), place - f64::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_points_come_where_they_belong_and_three_on_a_line_do_not() {
        let from = [[0.0, 0.0], [210.0, 0.0], [210.0, 297.0], [0.0, 297.0]];
        let to = [[12.0, 7.0], [800.0, 40.0], [760.0, 1200.0], [-30.0, 1100.0]];
        let pairs = [0, 1, 2, 3].map(|at| (from[at], to[at]));
        let mapping = Mapping::of_four(pairs).unwrap();
        for (from, to) in pairs {
            assert!(distance(mapping.map(from), to) < 1e-6);
        }
        assert!(
            mapping
                .scale([105.0, 148.0])
                .is_some_and(|scale| (3.0..5.0).contains(&scale))
        );
        let line = [
            (from[0], to[0]),
            ([1.0, 1.0], to[1]),
            ([2.0, 2.0], to[2]),
            (from[3], to[3]),
        ];
        assert!(Mapping::of_four(line).is_none());
    }

    #[test]
    fn the_closest_affine_mapping_is_exact_where_there_is_one() {
        let pairs = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]]
            .map(|[x, y]: Point| ([x, y], [3.0 - 2.0 * y, 5.0 + 2.0 * x]));
        let mapping = Mapping::affine(&pairs).unwrap();
        assert!(distance(mapping.map([4.0, 7.0]), [-11.0, 13.0]) < 1e-9);
        // Upside down in a mirror: not a sheet seen from its front.
        let mirrored = pairs.map(|(from, [u, v])| (from, [v, u]));
        assert!(
            Mapping::affine(&mirrored)
                .unwrap()
                .scale([5.0, 5.0])
                .is_none()
        );
    }

    #[test]
    fn grey_is_read_between_pixels() {
        let picture = GrayImage::from_raw(2, 1, vec![0, 100]).unwrap();
        assert!((grey(&picture, [0.25, 0.0]) - 25.0).abs() < 1e-9);
        assert!((grey(&picture, [9.0, -9.0]) - 100.0).abs() < 1e-9);
        assert!(grey(&picture, [f64::NAN, 0.0]).abs() < 1e-9);
    }
}
