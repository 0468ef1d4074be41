//! The scans and what is to be told of each.

mod faults;

use domain::paper::verdict::Expected;

use super::{
    camera::{Light, PHOTO, Pen, SCAN, Shot},
    papers::Paper,
};

/// What of a paper lies before the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Printed,
    /// Its empty back.
    Back,
    /// Something much like it that we did not print.
    Stranger,
}

/// One sheet of a scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    pub(super) paper: Paper,
    pub(super) page: usize,
    pub(super) what: What,
    pub(super) signed: &'static [u8],
    pub(super) pen: Pen,
    pub(super) dust: bool,
    pub(super) shot: Shot,
}

impl Side {
    pub(super) const fn signed(paper: Paper, page: usize) -> Self {
        Self {
            paper,
            page,
            what: What::Printed,
            signed: &[0, 1, 2],
            pen: Pen::Usual,
            dust: false,
            shot: SCAN,
        }
    }
}

pub(super) struct Case {
    pub(super) name: &'static str,
    paper: Paper,
    due: Option<&'static [u8]>,
    pub(super) sides: Vec<Side>,
    pub(super) told: &'static [&'static str],
}

impl Case {
    pub(super) fn expected(&self) -> Expected {
        let expected = self.paper.expected();
        Expected {
            due: self.due.map_or(expected.due, Vec::from),
            ..expected
        }
    }

    /// All sheets, taken so.
    fn taken(mut self, shot: Shot) -> Self {
        for side in &mut self.sides {
            side.shot = shot;
        }
        self
    }

    fn sheet(mut self, at: usize, change: impl FnOnce(&mut Side)) -> Self {
        change(&mut self.sides[at]);
        self
    }

    fn with(mut self, side: Side) -> Self {
        self.sides.push(side);
        self
    }

    fn pen(mut self, pen: Pen) -> Self {
        for side in &mut self.sides {
            side.pen = pen;
        }
        self
    }

    fn signed_by(mut self, signed: &'static [u8]) -> Self {
        for side in &mut self.sides {
            side.signed = signed;
        }
        self
    }

    fn told(mut self, told: &'static [&'static str]) -> Self {
        self.told = told;
        self
    }
}

/// A scan of these pages of a paper, sent for `paper`.
fn scan_of(name: &'static str, paper: Paper, of: Paper, pages: &[usize]) -> Case {
    Case {
        name,
        paper,
        due: None,
        sides: pages.iter().map(|page| Side::signed(of, *page)).collect(),
        told: &[],
    }
}

fn scan(name: &'static str, paper: Paper, pages: &[usize]) -> Case {
    scan_of(name, paper, paper, pages)
}

fn turned(turn: f64) -> Shot {
    Shot { turn, ..SCAN }
}

const SHADOWED: Shot = Shot {
    light: Light::Shadow(15.0),
    ..PHOTO
};
const HARD_SHADOW: Shot = Shot {
    light: Light::Shadow(3.0),
    turn: -2.0,
    ..PHOTO
};
const MESSENGER: Shot = Shot {
    dots: 135.0,
    jpeg: Some(45),
    tilt: 0.02,
    desk: 5.0,
    ..PHOTO
};
const DIM: Shot = Shot {
    paper: 140.0,
    black: 35.0,
    noise: 9.0,
    ..SHADOWED
};
const COARSE: Shot = Shot {
    dots: 96.0,
    blur: 0.1,
    ..SCAN
};
const BLURRED: Shot = Shot {
    blur: 0.45,
    ..PHOTO
};

pub(super) fn all() -> Vec<Case> {
    let mut cases = good();
    cases.extend(faults::all());
    cases
}

fn good() -> Vec<Case> {
    use Paper::{Application, Conclusion, Long, LongConclusion, Schedule, Withdrawal};
    let back = |paper, page| Side {
        what: What::Back,
        ..Side::signed(paper, page)
    };
    vec![
        scan("скан", Application, &[1]),
        scan("две страницы", Long, &[1, 2]),
        scan("300 dpi", Application, &[1]).taken(Shot {
            dots: 300.0,
            ..SCAN
        }),
        scan("200 dpi, JPEG", Long, &[1, 2]).taken(Shot {
            dots: 200.0,
            jpeg: Some(75),
            ..SCAN
        }),
        scan("наклон 3°", Application, &[1]).taken(turned(3.0)),
        scan("наклон −3°", Long, &[1, 2]).taken(turned(-3.0)),
        scan("вверх ногами", Application, &[1]).taken(turned(180.0)),
        scan("на боку", Application, &[1]).taken(turned(90.0)),
        scan("на другом боку с наклоном", Long, &[1, 2]).taken(turned(272.0)),
        scan("с обеих сторон, оборот пуст", Application, &[1]).with(back(Application, 1)),
        scan("с обеих сторон, вторая вверх ногами", Long, &[1, 2])
            .sheet(1, |side| side.shot = turned(181.0)),
        scan("две страницы с пустыми оборотами", Long, &[1])
            .with(back(Long, 1))
            .with(Side::signed(Long, 2))
            .with(back(Long, 2)),
        scan("фотография", Application, &[1]).taken(Shot {
            dots: 200.0,
            jpeg: Some(70),
            ..PHOTO
        }),
        scan("чуть нерезкая фотография", Application, &[1]).taken(Shot { blur: 0.2, ..PHOTO }),
        scan("фотография двух страниц", Long, &[1, 2]).taken(PHOTO),
        scan("фотография с тенью", Application, &[1]).taken(SHADOWED),
        scan("фотография с резкой тенью", Long, &[1, 2]).taken(HARD_SHADOW),
        scan("фотография под углом", Application, &[1]).taken(Shot {
            tilt: 0.06,
            turn: -5.0,
            desk: 20.0,
            ..SHADOWED
        }),
        scan("фотография на боку", Application, &[1]).taken(Shot {
            turn: 91.0,
            ..PHOTO
        }),
        scan("фотография вверх ногами с тенью", Application, &[1]).taken(Shot {
            turn: 178.0,
            ..SHADOWED
        }),
        scan("фотография изогнутого листа", Application, &[1]).taken(Shot { curl: 2.5, ..PHOTO }),
        scan("фотография в полутьме", Application, &[1]).taken(DIM),
        scan("фотография из мессенджера", Long, &[1, 2]).taken(MESSENGER),
        scan("крупная фотография", Application, &[1]).taken(Shot {
            dots: 320.0,
            ..SHADOWED
        }),
        scan("светлые чернила", Application, &[1]).pen(Pen::Light),
        scan("светлые чернила, фотография с тенью", Application, &[1])
            .pen(Pen::Light)
            .taken(SHADOWED),
        scan("короткая подпись", Application, &[1]).pen(Pen::Small),
        scan("короткая подпись, фотография", Application, &[1])
            .pen(Pen::Small)
            .taken(PHOTO),
        scan("один росчерк", Application, &[1]).pen(Pen::Stroke),
        scan("один росчерк, фотография с тенью", Application, &[1])
            .pen(Pen::Stroke)
            .taken(SHADOWED),
        scan("подпись поверх линии", Application, &[1]).pen(Pen::Across),
        scan("подпись поверх линии, наклон", Application, &[1])
            .pen(Pen::Across)
            .taken(turned(-2.5)),
        scan("чёрно-белый скан", Application, &[1]).taken(Shot {
            paper: 255.0,
            black: 0.0,
            noise: 0.0,
            jpeg: None,
            ..SCAN
        }),
        scan("бледная копия", Application, &[1]).taken(Shot {
            paper: 215.0,
            black: 105.0,
            ..SCAN
        }),
        scan("отзыв", Withdrawal, &[1]),
        scan("отзыв, фотография с тенью", Withdrawal, &[1]).taken(SHADOWED),
        scan("заключение", Conclusion, &[1]),
        scan("заключение, фотография с тенью", Conclusion, &[1]).taken(SHADOWED),
        scan("заключение в две страницы", LongConclusion, &[1, 2]),
        Case {
            due: Some(&[0, 1]),
            ..scan("заключение до подписи педагога", Conclusion, &[1])
        }
        .signed_by(&[0, 1]),
        scan("график", Schedule, &[1, 2]),
        scan("график, наклон", Schedule, &[1, 2]).taken(turned(2.0)),
        scan("график на боку, фотография", Schedule, &[1, 2]).taken(Shot {
            turn: 90.5,
            ..PHOTO
        }),
        scan("с приложенным документом", Application, &[1]).with(Side {
            what: What::Stranger,
            ..Side::signed(Paper::Other, 1)
        }),
    ]
}
