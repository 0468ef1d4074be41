//! Scans with something the matter.

use super::{
    super::{
        camera::{PHOTO, SCAN, Shot},
        papers::Paper,
    },
    BLURRED, COARSE, Case, DIM, HARD_SHADOW, MESSENGER, SHADOWED, Side, What, scan, scan_of,
    turned,
};

pub(super) fn all() -> Vec<Case> {
    let mut cases = unsigned();
    cases.extend(incomplete());
    cases.extend(strange());
    cases.extend(poor());
    cases
}

fn unsigned() -> Vec<Case> {
    use Paper::{Application, Conclusion, Long, LongConclusion, Schedule, Withdrawal};
    const TOLD: &[&str] = &["unsigned"];
    let unsigned =
        |name, paper, pages: &[usize]| scan(name, paper, pages).signed_by(&[]).told(TOLD);
    vec![
        unsigned("без подписи", Application, &[1]),
        unsigned("без подписи на второй странице", Long, &[1, 2]),
        unsigned("без подписи, наклон 3°", Application, &[1]).taken(turned(3.0)),
        unsigned("без подписи, вверх ногами", Application, &[1]).taken(turned(180.0)),
        unsigned("без подписи, 150 dpi, шум", Application, &[1]).taken(Shot {
            dots: 150.0,
            noise: 8.0,
            jpeg: Some(50),
            ..SCAN
        }),
        unsigned("без подписи, соринки", Application, &[1]).sheet(0, |side| side.dust = true),
        unsigned("без подписи, фотография", Application, &[1]).taken(PHOTO),
        unsigned("без подписи, фотография с тенью", Long, &[1, 2]).taken(SHADOWED),
        unsigned("без подписи, фотография с резкой тенью", Application, &[1]).taken(HARD_SHADOW),
        unsigned("без подписи, в полутьме", Application, &[1]).taken(DIM),
        unsigned("без подписи, изогнут", Application, &[1]).taken(Shot { curl: 2.5, ..PHOTO }),
        unsigned("без подписи, из мессенджера", Application, &[1]).taken(MESSENGER),
        unsigned("отзыв без подписи", Withdrawal, &[1]),
        unsigned("график без подписи", Schedule, &[1, 2]),
        unsigned("заключение без второго специалиста", Conclusion, &[1]).signed_by(&[0, 2]),
        unsigned("заключение без педагога, фотография", Conclusion, &[1])
            .signed_by(&[0, 1])
            .taken(SHADOWED),
        unsigned(
            "заключение без первого, две страницы",
            LongConclusion,
            &[1, 2],
        )
        .signed_by(&[1, 2]),
    ]
}

fn incomplete() -> Vec<Case> {
    use Paper::{Application, Long, LongConclusion, Schedule};
    vec![
        scan("нет второй страницы", Long, &[1]).told(&["missing"]),
        scan("нет первой страницы", Long, &[2]).told(&["missing"]),
        scan("нет второй страницы, фотография", Long, &[1])
            .taken(SHADOWED)
            .told(&["missing"]),
        scan("нет первой страницы заключения", LongConclusion, &[2]).told(&["missing"]),
        scan("переставлены", Long, &[2, 1]).told(&["out_of_order"]),
        scan("переставлены, фотография", Long, &[2, 1])
            .taken(PHOTO)
            .told(&["out_of_order"]),
        scan("переставлен график", Schedule, &[2, 1]).told(&["out_of_order"]),
        scan("переставлены и без подписи", Long, &[2, 1])
            .signed_by(&[])
            .told(&["out_of_order", "unsigned"]),
        scan("дважды одна страница", Application, &[1, 1]).told(&["repeated"]),
    ]
}

fn strange() -> Vec<Case> {
    use Paper::{Application, Conclusion, Long, Old, OldSchedule, Other, Schedule, Withdrawal};
    vec![
        scan_of("старая редакция", Long, Old, &[1, 2]).told(&["old_edition"]),
        scan_of("старая редакция, фотография", Long, Old, &[1, 2])
            .taken(SHADOWED)
            .told(&["old_edition"]),
        scan_of("страница старой редакции", Long, Old, &[1])
            .with(Side::signed(Long, 2))
            .told(&["old_edition"]),
        scan_of("старый график", Schedule, OldSchedule, &[1, 2]).told(&["old_edition"]),
        scan_of("чужое заявление", Application, Other, &[1]).told(&["wrong_document"]),
        scan_of("чужое заявление, фотография", Application, Other, &[1])
            .taken(HARD_SHADOW)
            .told(&["wrong_document"]),
        scan_of("отзыв вместо заявления", Application, Withdrawal, &[1]).told(&["wrong_document"]),
        scan_of(
            "заявление вместо заключения, наклон",
            Conclusion,
            Application,
            &[1],
        )
        .taken(turned(3.0))
        .told(&["wrong_document"]),
        scan("вторая страница чужая", Long, &[1])
            .with(Side::signed(Other, 1))
            .told(&["wrong_document", "missing"]),
        scan("документ без кода", Application, &[1])
            .sheet(0, |side| side.what = What::Stranger)
            .told(&["no_code"]),
        scan("документ без кода, фотография", Application, &[1])
            .taken(SHADOWED)
            .sheet(0, |side| side.what = What::Stranger)
            .told(&["no_code"]),
        scan("пустой лист", Application, &[1])
            .sheet(0, |side| side.what = What::Back)
            .told(&["no_code"]),
    ]
}

fn poor() -> Vec<Case> {
    use Paper::{Application, Conclusion, Long};
    vec![
        scan("96 dpi", Application, &[1])
            .taken(COARSE)
            .told(&["low_resolution"]),
        scan("96 dpi, две страницы", Long, &[1, 2])
            .taken(COARSE)
            .told(&["low_resolution"]),
        scan("96 dpi, наклон 3°", Application, &[1])
            .taken(Shot {
                turn: 3.0,
                ..COARSE
            })
            .told(&["low_resolution"]),
        scan("96 dpi, вверх ногами, JPEG 50", Application, &[1])
            .taken(Shot {
                turn: 180.0,
                jpeg: Some(50),
                ..COARSE
            })
            .told(&["low_resolution"]),
        scan("96 dpi, фотография", Application, &[1])
            .taken(Shot {
                dots: 96.0,
                ..PHOTO
            })
            .told(&["low_resolution"]),
        scan("96 dpi без подписи", Application, &[1])
            .signed_by(&[])
            .taken(COARSE)
            .told(&["low_resolution", "unsigned"]),
        scan("96 dpi, заключение", Conclusion, &[1])
            .taken(COARSE)
            .told(&["low_resolution"]),
        scan("60 dpi", Application, &[1])
            .taken(Shot {
                dots: 60.0,
                ..COARSE
            })
            .told(&["low_resolution"]),
        scan("смазан", Application, &[1])
            .taken(BLURRED)
            .told(&["blurred"]),
        scan("смазан скан", Application, &[1])
            .taken(Shot { blur: 0.5, ..SCAN })
            .told(&["blurred"]),
        scan("смазан сильно", Application, &[1])
            .taken(Shot { blur: 0.9, ..PHOTO })
            .told(&["blurred"]),
        scan("смазана вторая страница", Long, &[1, 2])
            .sheet(1, |side| side.shot = BLURRED)
            .told(&["blurred"]),
        scan("обрезан справа", Application, &[1])
            .taken(Shot {
                cut: [0.0, 22.0],
                ..SCAN
            })
            .told(&["cropped"]),
        scan("обрезан справа, фотография", Application, &[1])
            .taken(Shot {
                cut: [0.0, 35.0],
                ..PHOTO
            })
            .told(&["cropped"]),
        scan("обрезан снизу вместе с кодом", Application, &[1])
            .taken(Shot {
                cut: [40.0, 0.0],
                ..SCAN
            })
            .told(&["no_code"]),
    ]
}
