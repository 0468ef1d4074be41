//! Codes there and back.

use proptest::prelude::*;
use uuid::Uuid;

use super::{Document, MOST_LINES, PageCode, ShortId, SignatureLine};

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

#[test]
fn a_short_id_is_of_the_random_part_and_has_no_letters_one_confuses() {
    assert_eq!(id().to_string(), "27ZZ-0001");
    let other = Uuid::from_u128(0x0193_0000_0000_7000_8000_0011_FFF0_0002);
    assert_ne!(id(), ShortId::of(other));
    assert_ne!(ShortId::of_schedule(3, 7), ShortId::of_schedule(7, 3));
}

#[test]
fn a_code_is_short_and_one_that_was_tampered_with_is_refused() {
    let mut code = code(1, 12);
    assert_eq!(code.text().unwrap().len(), 20);
    for signer in 0..3 {
        code.lines.push(SignatureLine { signer, down: 2970 });
    }
    let text = code.text().unwrap();
    assert_eq!(text.len(), 29);
    assert_eq!(PageCode::parse(&text).unwrap(), code);
    for (at, _) in text.char_indices() {
        let mut slip = text.clone();
        slip.replace_range(at..=at, "5");
        assert!(slip == text || PageCode::parse(&slip).is_err(), "{slip}");
    }
    for nonsense in [
        "",
        "AT1",
        "https://example.ru",
        "AT2C27ZZ0001002010C0",
        "яяя",
    ] {
        assert!(PageCode::parse(nonsense).is_err(), "{nonsense}");
    }
}

#[test]
fn what_no_paper_has_has_no_code() {
    let line = SignatureLine {
        signer: 0,
        down: 4096,
    };
    for impossible in [
        PageCode {
            edition: 32_768,
            ..code(1, 1)
        },
        PageCode {
            page: 0,
            ..code(1, 1)
        },
        PageCode {
            page: 3,
            ..code(1, 2)
        },
        PageCode {
            pages: 1024,
            ..code(1, 1)
        },
        PageCode {
            lines: vec![line],
            ..code(1, 1)
        },
        PageCode {
            lines: vec![SignatureLine { down: 1, ..line }; MOST_LINES + 1],
            ..code(1, 1)
        },
    ] {
        assert_eq!(impossible.text(), None, "{impossible:?}");
    }
}

proptest! {
    #[test]
    fn every_code_comes_back(
        kind in 0_usize..4, random: u128, edition in 0_u32..32_768, pages in 1_u16..1024,
        at: prop::sample::Index, lines in prop::collection::vec((0_u8..8, 0_u16..4096), 0..=MOST_LINES),
    ) {
        let page = u16::try_from(at.index(usize::from(pages))).unwrap() + 1;
        let lines = lines.into_iter().map(|(signer, down)| SignatureLine { signer, down }).collect();
        let id = ShortId::of(Uuid::from_u128(random));
        let code = PageCode { document: Document::ALL[kind], id, edition, page, pages, lines };
        prop_assert_eq!(PageCode::parse(&code.text().unwrap()), Ok(code));
    }

    #[test]
    fn no_text_stops_the_reading(text in "\\PC*") {
        prop_assert!(PageCode::parse(&text).is_err());
    }
}
