//! Papers of one piece: the annex of an order (R-ORD-1), a person's consents (R-ACC-6), the act of
//! a removed municipality's destroyed data (SEC-106).

use std::path::Path;

use app::{
    App,
    printouts::{
        gathering::{Annexed, Removed},
        making::Attempt,
    },
};
use documents::{
    AnnexForm, AnnexGroup, AnnexLine, ConsentForm, ConsentGiven, DestroyedSum, DestructionForm,
};
use domain::{
    calendar::text::in_words,
    reference::{Category, Decision},
};
use uuid::Uuid;

use super::{Error, Made};

/// The annex of an order: what was granted before what was refused, categories in their order,
/// names by the alphabet.
pub async fn annex(app: &App, order: Uuid, folder: &Path) -> Result<Made, Error> {
    let (order, all) = app.annex_to_print(order).await?;
    let name = format!("Приложение к распоряжению № {}.pdf", order.number);
    let form = AnnexForm {
        number: order.number,
        date: order.date,
        groups: groups(&all),
    };
    Made::paper(app, documents::annex(&form)?, name, folder).await
}

fn groups(all: &[Annexed]) -> Vec<AnnexGroup> {
    let mut groups = Vec::new();
    for decision in [Decision::Granted, Decision::Refused] {
        for category in Category::ALL {
            let of = all.iter().map(|row| (&row.decided, &row.municipality));
            let of = of.filter(|(row, _)| row.decision == decision && row.category == category);
            let mut lines: Vec<AnnexLine> = of
                .map(|(row, municipality)| AnnexLine {
                    name: row.dative.clone(),
                    position: row.position.clone(),
                    organisation: row.organisation.clone(),
                    municipality: municipality.clone(),
                })
                .collect();
            lines.sort_by(|a, b| a.name.cmp(&b.name));
            if !lines.is_empty() {
                let decision = words(decision, category);
                groups.push(AnnexGroup { decision, lines });
            }
        }
    }
    groups
}

/// «Установить первую квалификационную категорию:».
fn words(decision: Decision, category: Category) -> String {
    match decision {
        Decision::Granted => {
            let phrase = category.phrase();
            format!(
                "Установить {}:",
                phrase.strip_prefix("на ").unwrap_or(phrase)
            )
        }
        Decision::Refused => format!("Отказать в установлении {}:", category.genitive()),
    }
}

/// The consents of whoever asks.
pub async fn consent(app: &App, attempt: &Attempt, folder: &Path) -> Result<Made, Error> {
    let (person, given) = app.consent_to_print(attempt).await?;
    let texts = given.iter().map(|given| {
        let day = app.zone().date_of(given.given_at);
        ConsentGiven::of(&given.body, given.version, day)
    });
    let form = ConsentForm {
        person,
        texts: texts.collect(),
        made: app.today(),
    };
    let paper = documents::consent(&form)?;
    let name = "Согласие на обработку персональных данных.pdf".to_owned();
    Made::paper(app, paper, name, folder).await
}

/// What a table is called among what was destroyed; the others are summed up.
const TABLES: [(&str, &str); 8] = [
    ("membership", "Кабинеты"),
    ("card", "Карточки педагогических работников"),
    ("application", "Заявления о проведении аттестации"),
    ("withdrawal", "Отзывы заявлений"),
    ("assignment", "Назначения специалистов"),
    ("conclusion", "Итоговые заключения"),
    ("decision", "Решения"),
    ("letter", "Письма"),
];

const KEPT: [&str; 2] = [
    "Строки журнала регистрации заявлений сохранены без персональных данных: номера и даты изъятию \
     не подлежат.",
    "Журнал действий персональных данных не содержит и сохранён. Выгрузка муниципалитета хранится \
     отдельно по правилам её получателя.",
];

/// The act of destroyed data.
pub async fn destruction(app: &App, municipality: Uuid, folder: &Path) -> Result<Made, Error> {
    let (removed, operator) = app.destruction_to_print(municipality).await?;
    let at = app.zone().local(removed.removed_at);
    let day = at.date_naive();
    let form = DestructionForm {
        number: removed.municipality.to_string(),
        operator,
        whose: format!(
            "лица, персональные данные которых обрабатывались в связи с аттестацией в\u{a0}муниципалитете \
             «{}» (полный перечень\u{a0}— в выгрузке №\u{a0}{})",
            removed.name, removed.export
        ),
        reason: "работа муниципалитета в системе прекращена; цель обработки достигнута".to_owned(),
        removed: format!("{}, {}", in_words(day), at.format("%H:%M")),
        sums: sums(&removed),
        kept: KEPT.map(str::to_owned).into(),
        log: Vec::new(),
        date: day,
    };
    let name = format!(
        "Акт об уничтожении персональных данных № {}.pdf",
        form.number
    );
    Made::paper(app, documents::destruction(&form)?, name, folder).await
}

fn sums(removed: &Removed) -> Vec<DestroyedSum> {
    let counts = &removed.counts;
    let named = |table: &str| TABLES.iter().any(|(known, _)| *known == table);
    // The journal stays, without the people.
    let others = counts
        .tables
        .iter()
        .filter(|(table, _)| !named(table) && *table != "registration" && *table != "file");
    let mut sums = vec![
        ("Учётные записи людей муниципалитета", counts.accounts),
        ("Документы (файлы)", counts.documents),
    ];
    for (table, what) in TABLES {
        sums.push((what, counts.tables.get(table).copied().unwrap_or_default()));
    }
    sums.push(("Прочие записи", others.map(|(_, rows)| rows).sum()));
    let sum = |(what, count): (&str, u64)| DestroyedSum {
        what: what.to_owned(),
        count: i64::try_from(count).unwrap_or(i64::MAX),
    };
    sums.into_iter().map(sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_annex_says_what_is_granted_in_the_accusative_and_what_is_refused_in_the_genitive() {
        assert_eq!(
            words(Decision::Granted, Category::First),
            "Установить первую квалификационную категорию:"
        );
        assert_eq!(
            words(Decision::Granted, Category::Mentor),
            "Установить квалификационную категорию «педагог-наставник»:"
        );
        assert_eq!(
            words(Decision::Refused, Category::Highest),
            "Отказать в установлении высшей квалификационной категории:"
        );
    }
}
