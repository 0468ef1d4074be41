//! Findings as sentences: what is the matter and what to do about it.

use chrono::NaiveDate;

use super::{Document, Finding, Unopened};
use crate::calendar::text::in_words;

impl Finding {
    /// The code that tells findings of a kind apart.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unopened(_) => "unopened",
            Self::WrongDocument { .. } => "wrong_document",
            Self::OldEdition { .. } => "old_edition",
            Self::UnknownEdition => "unknown_edition",
            Self::Missing { .. } => "missing",
            Self::Repeated { .. } => "repeated",
            Self::OutOfOrder { .. } => "out_of_order",
            Self::NoCode { .. } => "no_code",
            Self::Unsigned { .. } => "unsigned",
            Self::SignatureUnclear { .. } => "signature_unclear",
            Self::Blurred { .. } => "blurred",
            Self::LowResolution { .. } => "low_resolution",
            Self::Cropped { .. } => "cropped",
        }
    }

    /// The sentence for who sent a scan of `document`, whose newest edition is of `formed_on`.
    pub(super) fn words(&self, document: Document, formed_on: Option<NaiveDate>) -> String {
        match self {
            Self::Unopened(why) => unopened(*why).to_owned(),
            Self::WrongDocument { sheets, found, id } => format!(
                "{} — {} {id}, а нужно: {}. Проверьте, тот ли файл Вы выбрали.",
                on_sheets(sheets),
                found.name(),
                wanted(document, *found),
            ),
            Self::OldEdition { pages } => {
                let what = if pages.is_empty() {
                    "Это старая редакция".to_owned()
                } else {
                    format!("{} — из старой редакции", pages_are(pages))
                };
                let when =
                    formed_on.map_or_else(|| ".".to_owned(), |on| format!(" {}", in_words(on)));
                format!(
                    "{what}: {}{when} Распечатайте новую, подпишите и отсканируйте её.",
                    formed_anew(document)
                )
            }
            Self::UnknownEdition => format!(
                "Редакция на скане новее той, что сейчас действует ({}). Обновите страницу и проверьте файл.",
                document.name()
            ),
            Self::Missing { pages } => match pages.as_slice() {
                [page] => format!("Нет страницы {page}. Отсканируйте все страницы в один файл."),
                pages => format!(
                    "Нет страниц {}. Отсканируйте все страницы в один файл.",
                    listed(pages)
                ),
            },
            Self::Repeated { pages } => match pages.as_slice() {
                [page] => format!("Страница {page} отсканирована больше одного раза."),
                pages => format!(
                    "Страницы {} отсканированы больше одного раза.",
                    listed(pages)
                ),
            },
            Self::OutOfOrder { pages } => {
                let come: Vec<String> = pages.iter().map(u16::to_string).collect();
                format!(
                    "Страницы идут не по порядку: {}. Поставьте их по порядку.",
                    come.join(", ")
                )
            }
            Self::NoCode { sheets } => format!(
                "{} не найден код страницы (квадрат в нижнем левом углу). Проверьте, что это \
                 распечатанный из системы документ и что лист виден целиком.",
                on_sheets(sheets)
            ),
            Self::Unsigned { page, signer } => {
                format!(
                    "На странице {page} нет подписи{}.",
                    whose(document, *signer)
                )
            }
            Self::SignatureUnclear { page, signer } => format!(
                "На странице {page} не удалось разглядеть подпись{}. Проверьте, что она есть и видна.",
                whose(document, *signer)
            ),
            Self::Blurred { sheets } => format!(
                "{} изображение нерезкое. Отсканируйте заново или сфотографируйте при хорошем \
                 свете, держа телефон ровно.",
                on_sheets(sheets)
            ),
            Self::LowResolution { sheets, dots } => format!(
                "{} изображение слишком мелкое (около {dots} точек на дюйм). Отсканируйте с \
                 разрешением 200–300 точек на дюйм.",
                on_sheets(sheets)
            ),
            Self::Cropped { sheets } => format!(
                "{} край страницы обрезан. Положите лист целиком и отсканируйте заново.",
                on_sheets(sheets)
            ),
        }
    }
}

const fn unopened(why: Unopened) -> &'static str {
    match why {
        Unopened::Broken => {
            "Файл не удалось прочитать: он повреждён. Проверьте, что он открывается, и загрузите заново."
        }
        Unopened::Locked => {
            "Файл защищён паролем, проверить его не удалось. Сохраните его без пароля."
        }
        Unopened::TooLarge => {
            "Изображение слишком большое, проверить его не удалось. Отсканируйте с разрешением 200–300 точек на дюйм."
        }
        Unopened::OtherKind => {
            "Это не скан: нужен файл PDF, JPEG или PNG с подписанным документом."
        }
    }
}

/// «На листе 2 скана», «На листах 2 и 3 скана».
fn on_sheets(sheets: &[usize]) -> String {
    match sheets {
        [] => "В скане".to_owned(),
        [sheet] => format!("На листе {sheet} скана"),
        sheets => format!("На листах {} скана", listed(sheets)),
    }
}

fn pages_are(pages: &[u16]) -> String {
    match pages {
        [page] => format!("Страница {page}"),
        pages => format!("Страницы {}", listed(pages)),
    }
}

/// «1», «1 и 2», «1, 2 и 3».
fn listed<T: ToString>(numbers: &[T]) -> String {
    let numbers: Vec<String> = numbers.iter().map(T::to_string).collect();
    match numbers.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} и {last}", others.join(", ")),
        None => String::new(),
    }
}

/// What is to be there instead of `found`.
const fn wanted(document: Document, found: Document) -> &'static str {
    match (document, found) {
        (Document::Application, Document::Application) => "другое заявление",
        (Document::Application, _) => "заявление о проведении аттестации",
        (Document::Withdrawal, Document::Withdrawal) => "другой отзыв заявления",
        (Document::Withdrawal, _) => "отзыв заявления",
        (Document::Conclusion, Document::Conclusion) => "другое итоговое заключение",
        (Document::Conclusion, _) => "итоговое заключение",
        (Document::Schedule, Document::Schedule) => "график другого периода",
        (Document::Schedule, _) => "график",
    }
}

const fn formed_anew(document: Document) -> &'static str {
    match document {
        Document::Application => "заявление сформировано заново",
        Document::Withdrawal => "отзыв заявления сформирован заново",
        Document::Conclusion => "итоговое заключение сформировано заново",
        Document::Schedule => "график изменён",
    }
}

/// Whose, where several people sign.
fn whose(document: Document, signer: u8) -> String {
    match document.signers() {
        [_] => String::new(),
        signers => signers
            .get(usize::from(signer))
            .map_or_else(String::new, |who| format!(" ({who})")),
    }
}
