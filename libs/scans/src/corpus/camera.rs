//! What becomes of a printed sheet on its way back: it is signed, laid askew on a glass or
//! photographed on a desk, shadowed, smeared, made smaller.

use domain::paper::layout::Point;
use image::{GrayImage, Luma, codecs::jpeg::JpegEncoder};

use crate::plane::{Mapping, grey};

/// Dots to a millimetre of a sheet that is signed: 200 to an inch.
pub(super) const DOTS: f64 = 200.0 / 25.4;

/// Numbers that look random and are the same every time.
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Between 0 and 1.
    pub(super) fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About 0, by about 1.
    fn normal(&mut self) -> f64 {
        (self.next() + self.next() + self.next()) * 2.0 - 3.0
    }
}

/// How somebody signs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pen {
    /// A usual signature.
    Usual,
    /// A few strokes at the beginning of the line.
    Small,
    /// In thin light ink.
    Light,
    /// One thin stroke.
    Stroke,
    /// Across the line, with a long tail below.
    Across,
}

/// Signs on the line that begins at a point of a sheet.
pub(super) fn sign(sheet: &mut GrayImage, [left, down]: Point, pen: Pen, seed: u64) {
    let mut random = Random::new(seed);
    let (begin, length, height, width, ink) = match pen {
        Pen::Usual => (12.0, 34.0, 3.2, 0.5, 60),
        Pen::Small => (6.0, 13.0, 2.4, 0.45, 60),
        Pen::Stroke => (20.0, 16.0, 1.6, 0.35, 90),
        Pen::Light => (15.0, 28.0, 3.0, 0.4, 135),
        Pen::Across => (8.0, 40.0, 5.0, 0.5, 45),
    };
    let base = match pen {
        Pen::Across => down - 0.5,
        _ => down - 4.5,
    };
    let (fast, slow) = match pen {
        Pen::Stroke => (0.6, 0.5),
        _ => (5.0 + 3.0 * random.next(), 1.0 + random.next()),
    };
    for step in 0..4000 {
        let t = f64::from(step) / 4000.0;
        let swing = (fast * 6.0 * t).sin() * (1.0 - 0.5 * t) + 0.3 * (slow * 9.0 * t).cos();
        let x = left + begin + length * t + 1.5 * (fast * 7.0 * t).cos();
        blot(sheet, [x, base - height * swing], width, ink);
    }
}

/// A blot of ink.
pub(super) fn blot(sheet: &mut GrayImage, [x, y]: Point, width: f64, ink: u8) {
    let reach = (width * DOTS / 2.0).ceil() as i64;
    let (x, y) = (x * DOTS, y * DOTS);
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let (px, py) = (x.round() as i64 + dx, y.round() as i64 + dy);
            let inside = (px as f64 - x).hypot(py as f64 - y) <= width * DOTS / 2.0;
            if let (true, Ok(px), Ok(py)) = (inside, u32::try_from(px), u32::try_from(py))
                && let Some(pixel) = sheet.get_pixel_mut_checked(px, py)
            {
                pixel.0[0] = pixel.0[0].min(ink);
            }
        }
    }
}

/// How light falls.
#[derive(Clone, Copy, Debug)]
pub(super) enum Light {
    Even,
    /// Down to this share in the far corner.
    Falling(f64),
    /// A hand or a phone above a half of the sheet, its shadow's border this soft, in millimetres.
    Shadow(f64),
}

/// How a sheet comes to be a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shot {
    /// Dots to an inch.
    pub(super) dots: f64,
    /// Clockwise, in degrees.
    pub(super) turn: f64,
    /// How far the corners come off by the camera's angle, in shares of the sheet; 0 for a scanner.
    pub(super) tilt: f64,
    /// A desk shows around the sheet, in millimetres.
    pub(super) desk: f64,
    /// What is cut off below, in millimetres, and at the right.
    pub(super) cut: [f64; 2],
    pub(super) light: Light,
    /// How far a point is smeared (its deviation), in millimetres.
    pub(super) blur: f64,
    /// How much grains differ, of 255.
    pub(super) noise: f64,
    /// The grey of paper and of black print.
    pub(super) paper: f64,
    pub(super) black: f64,
    /// Squeezed as JPEG of this quality.
    pub(super) jpeg: Option<u8>,
    /// The sheet is curled: this many millimetres at most.
    pub(super) curl: f64,
}

/// A scanner at 150 dots an inch.
pub(super) const SCAN: Shot = Shot {
    dots: 150.0,
    turn: 0.0,
    tilt: 0.0,
    desk: 0.0,
    cut: [0.0, 0.0],
    light: Light::Even,
    blur: 0.06,
    noise: 3.0,
    paper: 245.0,
    black: 25.0,
    jpeg: None,
    curl: 0.0,
};

/// A phone held over a desk.
pub(super) const PHOTO: Shot = Shot {
    dots: 145.0,
    turn: 1.5,
    tilt: 0.03,
    desk: 12.0,
    light: Light::Falling(0.7),
    blur: 0.1,
    noise: 6.0,
    paper: 205.0,
    black: 45.0,
    jpeg: None,
    ..SCAN
};

impl Shot {
    pub(super) fn take(&self, sheet: &GrayImage, seed: u64) -> GrayImage {
        let mut random = Random::new(seed);
        let millimetre = self.dots / 25.4;
        let size = [sheet.width(), sheet.height()].map(|side| f64::from(side) / DOTS);
        let quarter = (self.turn / 90.0).round();
        let lying = quarter.rem_euclid(2.0) > 0.5;
        let [wide, high] = if lying { [size[1], size[0]] } else { size };
        let frame = [wide + 2.0 * self.desk, high + 2.0 * self.desk];
        // The sheet's corners on the picture.
        let (sin, cos) = self.turn.to_radians().sin_cos();
        let corners = [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]];
        let pairs = corners.map(|[a, b]: Point| {
            let away = [0, 1].map(|_| (random.next() - 0.5) * 2.0 * self.tilt);
            let [x, y] = [(a + away[0]) * size[0], (b + away[1]) * size[1]];
            let seen = [
                (x * cos - y * sin + frame[0] / 2.0) * millimetre,
                (x * sin + y * cos + frame[1] / 2.0) * millimetre,
            ];
            (seen, [(a + 0.5) * size[0], (b + 0.5) * size[1]])
        });
        let back = Mapping::of_four(pairs).unwrap();
        let [width, height] = frame.map(|side| (side * millimetre) as u32);
        let mut seen: Vec<f64> = Vec::with_capacity((width * height) as usize);
        for y in 0..height {
            for x in 0..width {
                let [u, v] = back.map([f64::from(x), f64::from(y)]);
                let inside = (0.0..size[0]).contains(&u) && (0.0..size[1]).contains(&v);
                seen.push(if inside {
                    let bend = u / size[0] * (1.0 - u / size[0]) * 4.0;
                    let v = v + self.curl * bend;
                    let printed = grey(sheet, [u * DOTS, v * DOTS]) / 255.0;
                    (self.black + printed * (self.paper - self.black)) * self.shine([u, v], size)
                } else if self.desk > 0.0 {
                    60.0 + f64::from(x % 120) / 4.0
                } else {
                    // The lid of the scanner.
                    self.paper
                });
            }
        }
        let sigma = self.blur * millimetre;
        let mut seen = smeared(seen, width as usize, height as usize, sigma);
        if self.noise > 0.0 {
            for grey in &mut seen {
                *grey += self.noise * random.normal();
            }
        }
        let bytes = seen.into_iter().map(|grey| grey.clamp(0.0, 255.0) as u8);
        let mut picture = GrayImage::from_raw(width, height, bytes.collect()).unwrap();
        if self.cut != [0.0, 0.0] {
            let [below, right] = self.cut.map(|cut| (cut * millimetre) as u32);
            let (width, height) = (width - right, height - below);
            picture = image::imageops::crop_imm(&picture, 0, 0, width, height).to_image();
        }
        match self.jpeg {
            Some(quality) => image::load_from_memory(&jpeg(&picture, quality))
                .unwrap()
                .into_luma8(),
            None => picture,
        }
    }

    fn shine(&self, [x, y]: Point, [width, height]: Point) -> f64 {
        match self.light {
            Light::Even => 1.0,
            Light::Falling(to) => 1.0 - (1.0 - to) * (x / width + y / height) / 2.0,
            Light::Shadow(soft) => {
                let off = 0.6 * x + 0.8 * y - 0.35 * (width + height);
                0.55 + 0.45 / (1.0 + (off / soft).exp())
            }
        }
    }
}

pub(super) fn jpeg(picture: &GrayImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .unwrap();
    bytes
}

/// Smears as a bell of this deviation: little by a narrow kernel again and again, more by three
/// boxes.
fn smeared(mut seen: Vec<f64>, width: usize, height: usize, sigma: f64) -> Vec<f64> {
    let kernels: Vec<Vec<f64>> = if sigma < 2.0 {
        let times = (sigma * sigma / 0.5).ceil();
        let part = sigma * sigma / times.max(1.0) / 2.0;
        vec![vec![part, 1.0 - 2.0 * part, part]; times as usize]
    } else {
        let side = (4.0 * sigma * sigma + 1.0).sqrt() as usize | 1;
        vec![vec![1.0 / side as f64; side]; 3]
    };
    for kernel in kernels {
        let reach = kernel.len() / 2;
        for along in [true, false] {
            let (lines, length) = if along {
                (height, width)
            } else {
                (width, height)
            };
            for line in 0..lines {
                let index = |at: usize| {
                    if along {
                        line * width + at
                    } else {
                        at * width + line
                    }
                };
                let row: Vec<f64> = (0..length + 2 * reach)
                    .map(|at| seen[index(at.saturating_sub(reach).min(length - 1))])
                    .collect();
                for at in 0..length {
                    let near = row[at..].iter().zip(&kernel);
                    seen[index(at)] = near.map(|(grey, part)| grey * part).sum();
                }
            }
        }
    }
    seen
}

/// An empty sheet: the back of one printed on one side, its print showing through faintly.
pub(super) fn back_of(sheet: &GrayImage) -> GrayImage {
    let mirrored = image::imageops::flip_horizontal(sheet);
    GrayImage::from_fn(mirrored.width(), mirrored.height(), |x, y| {
        Luma([255 - (255 - mirrored.get_pixel(x, y).0[0]) / 25])
    })
}
