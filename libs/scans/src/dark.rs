//! What is dark on a picture, wherever the light comes from, and the solid blots among it.

use domain::paper::layout::Point;
use image::GrayImage;

/// How much darker than what is around it a pixel is to count, in hundredths.
const DARKER: u64 = 15;

/// How much darker at least, of 255: a picture's noise is not ink.
const LEAST: u64 = 10;

/// How many pixels each way a pixel of a whole sheet is compared with: two squares of a corner.
pub(crate) fn around(picture: &GrayImage) -> usize {
    (picture.width().max(picture.height()) as usize / 30).max(8)
}

/// Which pixels are dark.
pub(crate) struct Dark {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pixels: Vec<bool>,
}

/// A patch of dark pixels that hang together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blot {
    pub(crate) middle: Point,
    /// In pixels.
    pub(crate) area: f64,
    /// 1 for a filled square or circle, less for anything with holes or arms.
    pub(crate) fill: f64,
    /// Its greatest to its least extent.
    pub(crate) stretch: f64,
}

impl Dark {
    /// Compares every pixel with the mean of the square of `around` pixels each way about it.
    pub(crate) fn of(picture: &GrayImage, around: usize) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let grey = picture.as_raw();
        // Of each pixel the sum of all above and left of it; sums wrap, their differences are right.
        let row = width + 1;
        let mut sums = vec![0_u32; row * (height + 1)];
        for y in 0..height {
            let (above, here) = sums[y * row..(y + 2) * row].split_at_mut(row);
            let mut sum = 0_u32;
            for x in 0..width {
                sum += u32::from(grey[y * width + x]);
                here[x + 1] = above[x + 1].wrapping_add(sum);
            }
        }
        let mut pixels = vec![false; width * height];
        for y in 0..height {
            let (top, bottom) = (y.saturating_sub(around), (y + around + 1).min(height));
            let upper = &sums[top * row..(top + 1) * row];
            let lower = &sums[bottom * row..(bottom + 1) * row];
            let line = &grey[y * width..(y + 1) * width];
            let marks = &mut pixels[y * width..(y + 1) * width];
            for (x, (grey, mark)) in line.iter().zip(marks).enumerate() {
                let (left, right) = (x.saturating_sub(around), (x + around + 1).min(width));
                let count = ((bottom - top) * (right - left)) as u64;
                let sum = lower[right]
                    .wrapping_sub(lower[left])
                    .wrapping_sub(upper[right].wrapping_sub(upper[left]));
                let (here, sum) = (u64::from(*grey) * count, u64::from(sum));
                *mark = here * 100 < sum * (100 - DARKER) && here + LEAST * count < sum;
            }
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> bool {
        self.pixels[y * self.width + x]
    }

    /// The share of dark pixels within the middle nine tenths.
    pub(crate) fn share(&self) -> f64 {
        let (side, top) = (self.width / 20, self.height / 20);
        let (mut dark, mut all) = (0_u32, 0_u32);
        for y in top..self.height - top {
            for x in side..self.width - side {
                all += 1;
                dark += u32::from(self.at(x, y));
            }
        }
        f64::from(dark) / f64::from(all.max(1))
    }

    /// The blots between two areas, in pixels.
    pub(crate) fn blots(&self, areas: std::ops::Range<f64>) -> Vec<Blot> {
        let mut seen = vec![false; self.pixels.len()];
        let mut blots = Vec::new();
        let mut stack = Vec::new();
        for start in 0..self.pixels.len() {
            if !self.pixels[start] || seen[start] {
                continue;
            }
            let mut moments = Moments::default();
            seen[start] = true;
            stack.push(start);
            while let Some(at) = stack.pop() {
                let (x, y) = (at % self.width, at / self.width);
                moments.add(x as f64, y as f64);
                let mut visit = |next: usize| {
                    if self.pixels[next] && !seen[next] {
                        seen[next] = true;
                        stack.push(next);
                    }
                };
                if x > 0 {
                    visit(at - 1);
                }
                if x + 1 < self.width {
                    visit(at + 1);
                }
                if y > 0 {
                    visit(at - self.width);
                }
                if y + 1 < self.height {
                    visit(at + self.width);
                }
            }
            if areas.contains(&moments.area) {
                blots.push(moments.blot());
            }
        }
        blots
    }
}

#[derive(Default)]
struct Moments {
    area: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Moments {
    fn add(&mut self, x: f64, y: f64) {
        self.area += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.xy += x * y;
        self.yy += y * y;
    }

    fn blot(&self) -> Blot {
        let (x, y) = (self.x / self.area, self.y / self.area);
        let xx = self.xx / self.area - x * x;
        let xy = self.xy / self.area - x * y;
        let yy = self.yy / self.area - y * y;
        let (half, spread) = ((xx + yy) / 2.0, ((xx - yy) / 2.0).hypot(xy));
        let (most, least) = (half + spread, (half - spread).max(1e-3));
        Blot {
            middle: [x, y],
            area: self.area,
            fill: self.area / (12.0 * (most * least).sqrt()),
            stretch: (most / least).sqrt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_square_is_a_blot_in_light_and_in_shadow_and_a_shadow_is_none() {
        // Light falls off to a third from left to right.
        let mut picture = GrayImage::from_fn(400, 200, |x, _| {
            Luma([u8::try_from(240 - x * 2 / 5).unwrap()])
        });
        for (left, side) in [(40, 20), (320, 20)] {
            for x in left..left + side {
                for y in 90..90 + side {
                    picture.get_pixel_mut(x, y).0[0] /= 4;
                }
            }
        }
        let dark = Dark::of(&picture, 40);
        let blots = dark.blots(100.0..1000.0);
        let middles: Vec<Point> = blots.iter().map(|blot| blot.middle).collect();
        assert_eq!(middles, [[49.5, 99.5], [329.5, 99.5]]);
        for blot in blots {
            assert!((blot.fill - 1.0).abs() < 0.1, "{blot:?}");
            assert!(blot.stretch < 1.1, "{blot:?}");
        }
        assert!(dark.share() < 0.02);
    }
}
