//! A corpus of made scans: our own papers printed, signed, scanned and photographed well and badly,
//! each with what is to be told of it. Made anew at each run, the same every time.

mod camera;
mod cases;
mod papers;

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    process::Command,
    sync::LazyLock,
    time::{Duration, Instant},
};

use domain::paper::{
    PageCode, layout,
    verdict::{Finding, Sheet, judge},
};
use image::{GrayImage, Luma};

use crate::{Picture, file, read, read_sheet};
use camera::{SCAN, Shot};
use cases::{Case, Side, What};
use papers::Paper;

/// The printed sheets of all papers, 200 dots to an inch.
struct Printed(HashMap<Paper, Vec<(GrayImage, PageCode)>>);

static PRINTED: LazyLock<Printed> = LazyLock::new(Printed::all);

impl Printed {
    fn all() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let print = |paper: Paper| {
            let pdf = folder.path().join("paper.pdf");
            let root = folder.path().join(format!("{paper:?}"));
            fs::write(&pdf, paper.pdf()).unwrap();
            let drawn = Command::new("pdftoppm")
                .args(["-gray", "-r", "200"])
                .arg(&pdf)
                .arg(&root)
                .status()
                .unwrap();
            assert!(drawn.success());
            let sheets = (1..)
                .map_while(|page| fs::read(format!("{}-{page}.pgm", root.display())).ok())
                .map(|bytes| file::portable(&bytes).unwrap())
                .map(|sheet| {
                    let code = read_sheet(&Picture::of(sheet.clone())).code;
                    (
                        sheet,
                        code.unwrap_or_else(|| panic!("no code on {paper:?}")),
                    )
                })
                .collect();
            (paper, sheets)
        };
        Self(Paper::ALL.into_iter().map(print).collect())
    }

    /// A sheet as it lies before the camera.
    fn sheet(&self, side: &Side, seed: u64) -> GrayImage {
        let (sheet, code) = &self.0[&side.paper][side.page - 1];
        let mut sheet = sheet.clone();
        match side.what {
            What::Printed => {}
            What::Back => return camera::back_of(&sheet),
            What::Stranger => {
                // The same without what we print in the corners.
                for (x, y, pixel) in sheet.enumerate_pixels_mut() {
                    let [x, y] = [x, y].map(|at| f64::from(at) / camera::DOTS);
                    if !(27.5..196.5).contains(&x) || !(14.0..283.0).contains(&y) {
                        *pixel = Luma([255]);
                    }
                }
            }
        }
        let (left, _) = layout::line(code.document);
        for line in &code.lines {
            let begin = [left, f64::from(line.down) / 10.0];
            if side.signed.contains(&line.signer) {
                camera::sign(&mut sheet, begin, side.pen, seed + u64::from(line.signer));
            } else if side.dust {
                let mut random = camera::Random::new(seed);
                for _ in 0..6 {
                    let spot = [
                        begin[0] + 55.0 * random.next(),
                        begin[1] - 9.0 * random.next(),
                    ];
                    camera::blot(&mut sheet, spot, 0.35, 90);
                }
            }
        }
        sheet
    }

    fn shot(&self, side: &Side, seed: u64) -> GrayImage {
        side.shot.take(&self.sheet(side, seed), seed)
    }
}

struct Done {
    name: String,
    told: BTreeSet<&'static str>,
    expected: BTreeSet<&'static str>,
    seen: Vec<String>,
    spent: Duration,
}

fn run(case: &Case, printed: &Printed, seed: u64) -> Done {
    let mut spent = Duration::ZERO;
    let mut sheets: Vec<Sheet> = Vec::new();
    for (at, side) in (0_u64..).zip(&case.sides) {
        let picture = Picture::of(printed.shot(side, seed * 100 + at * 10 + 1));
        let begun = Instant::now();
        sheets.push(read_sheet(&picture));
        spent += begun.elapsed();
    }
    let verdict = judge(&case.expected(), &sheets);
    let seen = sheets.iter().map(|sheet| {
        format!(
            "{}{} dpi, край {:.2} мм{}{}",
            sheet
                .code
                .as_ref()
                .map_or("без кода, ".to_owned(), |code| format!(
                    "стр. {}, ",
                    code.page
                )),
            sheet.dots,
            sheet.edge.unwrap_or_default(),
            if sheet.cropped {
                ", обрезан"
            } else {
                ""
            },
            sheet
                .signatures
                .iter()
                .map(|(_, ink)| format!(", {ink:?}"))
                .collect::<String>(),
        )
    });
    Done {
        name: case.name.to_owned(),
        told: verdict.findings.iter().map(Finding::code).collect(),
        expected: case.told.iter().copied().collect(),
        seen: seen.collect(),
        spent,
    }
}

#[test]
fn the_corpus_is_told_right() {
    let printed = &*PRINTED;
    let cases = cases::all();
    let halves: Vec<(u64, &Case)> = (1..).zip(&cases).collect();
    let done: Vec<Done> = std::thread::scope(|scope| {
        let workers: Vec<_> = halves
            .chunks(halves.len().div_ceil(2))
            .map(|some| {
                scope.spawn(move || {
                    some.iter()
                        .map(|(seed, case)| run(case, printed, *seed))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    let (mut right, mut good, mut green, mut sheets, mut spent) = (0, 0, 0, 0, Duration::ZERO);
    for (at, one) in (1..).zip(&done) {
        let is_right = one.told == one.expected;
        right += usize::from(is_right);
        good += usize::from(one.expected.is_empty());
        green += usize::from(one.expected.is_empty() && one.told.is_empty());
        sheets += u32::try_from(one.seen.len()).unwrap();
        spent += one.spent;
        println!(
            "{at:2} {} {:44} {:?} {} мс: {}",
            if is_right {
                "верно "
            } else {
                "ОШИБКА"
            },
            one.name,
            one.told,
            one.spent.as_millis(),
            one.seen.join("; ")
        );
    }
    println!(
        "сканов {}, верно {right}; хороших {good}, зелёных {green}; листов {sheets}, {} мс на лист",
        done.len(),
        (spent / sheets).as_millis()
    );
    assert!(done.len() >= 36);
    assert!(right * 100 >= done.len() * 95, "{right} of {}", done.len());
    assert!(green * 100 >= good * 95, "{green} of {good} good ones");
}

/// The printed page says where its lines are: there they are, dark on white.
#[test]
fn lines_are_where_the_code_says() {
    let mut lines = 0;
    for (paper, sheets) in &PRINTED.0 {
        for (page, (sheet, code)) in (1..).zip(sheets) {
            assert_eq!((code.document, code.page), (paper.document(), page));
            assert_eq!(usize::from(code.pages), sheets.len());
            let (left, length) = layout::line(code.document);
            for line in &code.lines {
                lines += 1;
                for along in [1.0, length / 2.0, length - 1.0] {
                    let row = |off: f64| {
                        let at = [left + along, f64::from(line.down) / 10.0 + off];
                        crate::plane::grey(sheet, at.map(|mm| mm * camera::DOTS))
                    };
                    let darkest = [-0.2, -0.1, 0.0, 0.1, 0.2]
                        .map(row)
                        .into_iter()
                        .fold(255.0, f64::min);
                    assert!(darkest < 100.0, "{paper:?} {page} {line:?} {darkest}");
                    assert!(row(-1.5) > 250.0, "{paper:?} {page} {line:?}");
                }
            }
        }
    }
    assert!(lines >= 13, "{lines}");
}

#[test]
fn files_are_read_as_they_come() {
    let folder = tempfile::tempdir().unwrap();
    let side = Side {
        shot: Shot {
            dots: 150.0,
            ..SCAN
        },
        ..Side::signed(Paper::Application, 1)
    };
    let picture = PRINTED.shot(&side, 7);
    let jpeg = camera::jpeg(&picture, 80);
    let mut png = Vec::new();
    picture
        .write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)
        .unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2026, 12, 3).unwrap();
    let scanned = documents::picture(jpeg.clone(), "Скан", day).unwrap();
    let expected = Paper::Application.expected();
    for (kind, bytes, told) in [
        ("jpeg", jpeg, vec![]),
        ("png", png, vec![]),
        ("pdf", scanned, vec![]),
        (
            "pdf as it was printed",
            Paper::Application.pdf(),
            vec!["unsigned"],
        ),
    ] {
        let file = folder.path().join("scan");
        fs::write(&file, bytes).unwrap();
        let verdict = judge(&expected, &read(&file, folder.path()).unwrap());
        let codes: Vec<_> = verdict.findings.iter().map(Finding::code).collect();
        assert_eq!(codes, told, "{kind}");
    }
}
