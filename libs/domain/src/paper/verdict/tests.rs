//! A table of scans with what is told of them.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    super::schedule_edition, Document, Expected, Finding, Ink, PageCode, Reading, Sheet, ShortId,
    Unopened, Verdict, judge,
};

fn id() -> ShortId {
    ShortId::of(Uuid::from_u128(0x0193_0000_0000_7000_8000_0011_FFF0_0001))
}

fn code(page: u16, pages: u16) -> PageCode {
    PageCode {
        document: Document::Conclusion,
        id: id(),
        edition: 2,
        page,
        pages,
        lines: Vec::new(),
    }
}

fn sheet(page: u16, pages: u16) -> Sheet {
    Sheet {
        code: Some(code(page, pages)),
        empty: false,
        signatures: if page == pages {
            vec![(0, Ink::Present), (1, Ink::Present), (2, Ink::Present)]
        } else {
            Vec::new()
        },
        dots: 200,
        edge: Some(0.3),
        cropped: false,
    }
}

fn changed(mut sheet: Sheet, change: impl FnOnce(&mut PageCode)) -> Sheet {
    if let Some(code) = &mut sheet.code {
        change(code);
    }
    sheet
}

fn uncoded() -> Sheet {
    Sheet {
        code: None,
        signatures: Vec::new(),
        ..sheet(1, 1)
    }
}

fn back() -> Sheet {
    Sheet {
        empty: true,
        edge: None,
        ..uncoded()
    }
}

fn expected() -> Expected {
    Expected {
        document: Document::Conclusion,
        id: id(),
        edition: 2,
        formed_on: NaiveDate::from_ymd_opt(2026, 12, 3),
        due: vec![0, 1],
    }
}

fn told(sheets: &[Sheet]) -> Verdict {
    judge(&expected(), sheets)
}

#[test]
fn good_scans_are_green() {
    let twice = Sheet {
        signatures: vec![(0, Ink::Blank)],
        ..sheet(1, 1)
    };
    for sheets in [
        vec![sheet(1, 1)],
        vec![sheet(1, 2), sheet(2, 2)],
        // Both sides scanned, only one printed on.
        vec![sheet(1, 2), back(), sheet(2, 2), back()],
        // A document sent along behind.
        vec![sheet(1, 2), sheet(2, 2), uncoded(), uncoded()],
        // The teacher signs later.
        vec![Sheet {
            signatures: vec![(0, Ink::Present), (1, Ink::Present), (2, Ink::Blank)],
            ..sheet(1, 1)
        }],
    ] {
        let verdict = told(&sheets);
        assert!(verdict.is_green(), "{verdict:?}");
        assert_eq!(verdict.flag(), None);
    }
    // What a smeared picture hides is not told beside.
    let smeared = Sheet {
        edge: Some(1.4),
        signatures: vec![(0, Ink::Unclear)],
        ..sheet(1, 1)
    };
    let codes: Vec<_> = told(&[smeared])
        .findings
        .iter()
        .map(Finding::code)
        .collect();
    assert_eq!(codes, ["blurred"]);
    // One of two is signed: repeated, but not unsigned.
    let codes: Vec<_> = told(&[twice, sheet(1, 1)])
        .findings
        .iter()
        .map(Finding::code)
        .collect();
    assert_eq!(codes, ["repeated"]);
}

#[test]
fn each_fault_of_a_scan_is_told_in_words_one_can_act_on() {
    let ink = |place: u8, ink| Sheet {
        signatures: vec![
            (0, if place == 0 { ink } else { Ink::Present }),
            (1, if place == 1 { ink } else { Ink::Present }),
        ],
        ..sheet(2, 2)
    };
    let old = |page| changed(sheet(page, 2), |code| code.edition = 1);
    let strange = changed(sheet(1, 2), |code| code.document = Document::Withdrawal);
    let other = changed(sheet(1, 2), |code| code.id = ShortId::of_schedule(1, 1));
    let blurred = |sheet: Sheet| Sheet {
        edge: Some(1.4),
        ..sheet
    };
    let coarse = |sheet: Sheet, dots| Sheet { dots, ..sheet };
    let cropped = |sheet: Sheet| Sheet {
        cropped: true,
        ..sheet
    };
    for (sheets, words) in [
        (
            vec![sheet(1, 2), ink(0, Ink::Blank)],
            vec!["На странице 2 нет подписи (специалист 1)."],
        ),
        (
            vec![sheet(1, 2), ink(1, Ink::Unclear)],
            vec![
                "На странице 2 не удалось разглядеть подпись (специалист 2). Проверьте, что она есть и видна.",
            ],
        ),
        (
            vec![sheet(2, 2)],
            vec!["Нет страницы 1. Отсканируйте все страницы в один файл."],
        ),
        (
            vec![sheet(3, 3)],
            vec!["Нет страниц 1 и 2. Отсканируйте все страницы в один файл."],
        ),
        (
            vec![sheet(2, 2), sheet(1, 2)],
            vec!["Страницы идут не по порядку: 2, 1. Поставьте их по порядку."],
        ),
        (
            vec![sheet(1, 2), sheet(1, 2), sheet(2, 2)],
            vec!["Страница 1 отсканирована больше одного раза."],
        ),
        (
            vec![old(1), old(2)],
            vec![
                "Это старая редакция: итоговое заключение сформировано заново 3 декабря 2026 г. Распечатайте новую, подпишите и отсканируйте её.",
            ],
        ),
        (
            vec![sheet(1, 2), old(2)],
            vec![
                "Страница 2 — из старой редакции: итоговое заключение сформировано заново 3 декабря 2026 г. Распечатайте новую, подпишите и отсканируйте её.",
            ],
        ),
        (
            vec![changed(sheet(1, 1), |code| code.edition = 3)],
            vec![
                "Редакция на скане новее той, что сейчас действует (итоговое заключение). Обновите страницу и проверьте файл.",
            ],
        ),
        (
            vec![strange.clone()],
            vec![
                "На листе 1 скана — отзыв заявления 27ZZ-0001, а нужно: итоговое заключение. Проверьте, тот ли файл Вы выбрали.",
            ],
        ),
        (
            vec![other.clone(), other],
            vec![
                "На листах 1 и 2 скана — итоговое заключение 0001-0001, а нужно: другое итоговое заключение. Проверьте, тот ли файл Вы выбрали.",
            ],
        ),
        (
            vec![sheet(1, 2), strange],
            vec![
                "На листе 2 скана — отзыв заявления 27ZZ-0001, а нужно: итоговое заключение. Проверьте, тот ли файл Вы выбрали.",
                "Нет страницы 2. Отсканируйте все страницы в один файл.",
            ],
        ),
        (
            vec![sheet(1, 2), uncoded()],
            vec![
                "На листе 2 скана не найден код страницы (квадрат в нижнем левом углу). Проверьте, что это распечатанный из системы документ и что лист виден целиком.",
            ],
        ),
        (
            vec![uncoded()],
            vec![
                "На листе 1 скана не найден код страницы (квадрат в нижнем левом углу). Проверьте, что это распечатанный из системы документ и что лист виден целиком.",
            ],
        ),
        (
            vec![],
            vec![
                "В скане не найден код страницы (квадрат в нижнем левом углу). Проверьте, что это распечатанный из системы документ и что лист виден целиком.",
            ],
        ),
        (
            vec![sheet(1, 2), blurred(uncoded())],
            vec![
                "На листе 2 скана изображение нерезкое. Отсканируйте заново или сфотографируйте при хорошем свете, держа телефон ровно.",
            ],
        ),
        (
            vec![blurred(sheet(1, 1))],
            vec![
                "На листе 1 скана изображение нерезкое. Отсканируйте заново или сфотографируйте при хорошем свете, держа телефон ровно.",
            ],
        ),
        (
            vec![coarse(sheet(1, 2), 96), coarse(sheet(2, 2), 72)],
            vec![
                "На листах 1 и 2 скана изображение слишком мелкое (около 72 точек на дюйм). Отсканируйте с разрешением 200–300 точек на дюйм.",
            ],
        ),
        (
            vec![cropped(sheet(1, 1))],
            vec![
                "На листе 1 скана край страницы обрезан. Положите лист целиком и отсканируйте заново.",
            ],
        ),
    ] {
        let verdict = told(&sheets);
        assert_eq!(verdict.words(), words);
        let flag = verdict.flag().unwrap();
        assert_eq!(flag.code, "scan");
        assert!(flag.words.contains(words[0]), "{}", flag.words);
    }
}

#[test]
fn a_paper_one_person_signs_needs_no_word_of_whose_signature() {
    let expected = Expected {
        document: Document::Application,
        due: vec![0],
        ..expected()
    };
    let unsigned = Sheet {
        signatures: vec![(0, Ink::Blank)],
        ..changed(sheet(2, 2), |code| code.document = Document::Application)
    };
    let first = changed(sheet(1, 2), |code| code.document = Document::Application);
    assert_eq!(
        judge(&expected, &[first, unsigned]).words(),
        ["На странице 2 нет подписи."]
    );
}

#[test]
fn a_schedule_printed_after_its_last_change_is_as_good() {
    let day = |day| schedule_edition(NaiveDate::from_ymd_opt(2026, 12, day).unwrap());
    let expected = Expected {
        document: Document::Schedule,
        edition: day(3),
        ..expected()
    };
    let printed = |edition| {
        let sheet = changed(sheet(1, 1), |code| {
            code.document = Document::Schedule;
            code.edition = edition;
        });
        judge(&expected, &[sheet]).words()
    };
    assert_eq!(printed(day(3)), Vec::<String>::new());
    assert_eq!(printed(day(4)), Vec::<String>::new());
    assert_eq!(
        printed(day(2)),
        [
            "Это старая редакция: график изменён 3 декабря 2026 г. Распечатайте новую, подпишите и отсканируйте её."
        ]
    );
}

#[test]
fn a_file_that_does_not_open_is_a_warning_too() {
    for why in [
        Unopened::Broken,
        Unopened::Locked,
        Unopened::TooLarge,
        Unopened::OtherKind,
    ] {
        let verdict = Verdict::unopened(&expected(), why);
        assert!(!verdict.is_green());
        assert_eq!(verdict.words().len(), 1);
    }
}

#[test]
fn what_is_kept_of_a_scan_comes_back_and_is_named_by_its_codes() {
    let findings = vec![
        Finding::Unopened(Unopened::TooLarge),
        Finding::WrongDocument {
            sheets: vec![1, 2],
            found: Document::Withdrawal,
            id: id(),
        },
        Finding::OldEdition { pages: vec![1] },
        Finding::UnknownEdition,
        Finding::Missing { pages: vec![2] },
        Finding::Repeated { pages: vec![2] },
        Finding::OutOfOrder { pages: vec![2, 1] },
        Finding::NoCode { sheets: vec![3] },
        Finding::Unsigned { page: 1, signer: 0 },
        Finding::SignatureUnclear { page: 1, signer: 1 },
        Finding::Blurred { sheets: vec![1] },
        Finding::LowResolution {
            sheets: vec![1],
            dots: 72,
        },
        Finding::Cropped { sheets: vec![1] },
    ];
    for finding in &findings {
        let kept = serde_json::to_value(finding).unwrap();
        let name = kept
            .as_str()
            .or_else(|| kept.as_object()?.keys().next().map(String::as_str));
        assert_eq!(name, Some(finding.code()));
    }
    let done = Reading::Done(Verdict {
        document: Document::Application,
        formed_on: NaiveDate::from_ymd_opt(2026, 9, 1),
        findings,
    });
    for reading in [Reading::Open, Reading::Failed, done] {
        let kept = serde_json::to_value(&reading).unwrap();
        assert_eq!(serde_json::from_value::<Reading>(kept).unwrap(), reading);
    }
    assert!(serde_json::from_str::<ShortId>("\"ЖЖЖ\"").is_err());
    for document in Document::ALL {
        assert_eq!(Document::from_code(document.code()), Some(document));
    }
}
