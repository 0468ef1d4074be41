//! When a card is complete enough to form an application from (R-APP-1): the snapshot the
//! application keeps of it, or everything it lacks for that.

use domain::{
    card::{HeldCategory, Snapshot},
    name::FullName,
    reference::{Category, Code},
};

use super::Card;

/// Something a card lacks for forming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The field's name on the card page.
    pub field: &'static str,
    /// The field's label.
    pub label: &'static str,
    /// Whether it is filled in in the profile, not on the card.
    pub in_profile: bool,
}

const fn missing(field: &'static str, label: &'static str) -> Missing {
    Missing {
        field,
        label,
        in_profile: false,
    }
}

/// The card as an application keeps it, or what it lacks for that (R-APP-1).
///
/// # Errors
/// Every field that is not filled in.
pub fn snapshot(card: &Card) -> Result<Snapshot, Vec<Missing>> {
    let mut lacks = Vec::new();
    let name = full_name(&[
        card.surname.clone(),
        card.name.clone(),
        card.patronymic.clone(),
    ]);
    let genitive = full_name(&card.genitive);
    let dative = full_name(&card.dative);
    let position = Code::parse(&card.position).ok();
    let age = card.age.and_then(|age| u8::try_from(age).ok());
    let service = card
        .service
        .map(|years| years.and_then(|years| u8::try_from(years).ok()));
    let held = Category::from_code(&card.held_category);
    let mut need = |there: bool, what: Missing| {
        if !there {
            lacks.push(what);
        }
    };
    let in_profile = |what: Missing| Missing {
        in_profile: card.first,
        ..what
    };
    need(name.is_some(), missing("surname", "Фамилия, имя"));
    need(
        card.organisation.is_some(),
        in_profile(missing(
            "organisation",
            "Место работы (образовательная организация)",
        )),
    );
    need(
        position.is_some(),
        in_profile(missing("position", "Должность")),
    );
    need(
        genitive.is_some(),
        missing("surname_gen", "ФИО в родительном падеже"),
    );
    need(
        dative.is_some(),
        missing("surname_dat", "ФИО в дательном падеже"),
    );
    need(age.is_some(), missing("age", "Возраст (полных лет)"));
    need(service[0].is_some(), missing("service_total", "Общий стаж"));
    need(
        service[1].is_some(),
        missing("service_pedagogical", "Педагогический стаж"),
    );
    need(
        service[2].is_some(),
        missing("service_post", "Стаж в должности"),
    );
    need(
        held.is_none() || card.held_date.is_some(),
        missing("held_date", "Дата распоряжения"),
    );
    need(
        held.is_none() || !card.held_number.is_empty(),
        missing("held_number", "Номер распоряжения"),
    );
    let (
        Some(name),
        Some(genitive),
        Some(dative),
        Some(age),
        Some(position),
        [Some(total), Some(pedagogical), Some(post)],
        true,
    ) = (
        name,
        genitive,
        dative,
        age,
        position,
        service,
        lacks.is_empty(),
    )
    else {
        return Err(lacks);
    };
    Ok(Snapshot {
        name,
        genitive,
        dative,
        age,
        position,
        position_name: card.position_name.clone(),
        subject: filled(&card.subject_name),
        municipality: card.municipality.clone(),
        organisation: card.organisation_name.clone(),
        organisation_type: card.organisation_type.clone(),
        education: filled(&card.education),
        service: [total, pedagogical, post],
        held: held
            .zip(card.held_date)
            .map(|(category, date)| HeldCategory {
                category,
                issuer: card.held_issuer.clone(),
                date,
                number: card.held_number.clone(),
                until: card.held_until,
            }),
    })
}

fn full_name([surname, name, patronymic]: &[String; 3]) -> Option<FullName> {
    FullName::parse(surname, name, patronymic).ok()
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn card() -> Card {
        let name = |forms: [&str; 3]| forms.map(str::to_owned);
        Card {
            tenant: 1,
            id: 1,
            public_id: Uuid::nil(),
            account: 1,
            membership: 1,
            first: true,
            version: 1,
            profile_version: 1,
            surname: "Иванова".into(),
            name: "Мария".into(),
            patronymic: "Сергеевна".into(),
            phone: String::new(),
            municipality: "Город Томск".into(),
            organisation: Some(1),
            organisation_public: Some(Uuid::nil()),
            organisation_name: "Школа № 1".into(),
            organisation_type: "общее".into(),
            organisation_type_code: "obshchee".into(),
            position: "uchitel".into(),
            position_name: "учитель".into(),
            subject: String::new(),
            subject_name: String::new(),
            genitive: name(["Ивановой", "Марии", "Сергеевны"]),
            dative: name(["Ивановой", "Марии", "Сергеевне"]),
            age: Some(40),
            education: String::new(),
            service: [Some(10), Some(9), Some(8)],
            held_category: String::new(),
            held_issuer: String::new(),
            held_date: None,
            held_number: String::new(),
            held_until: None,
        }
    }

    fn lacks(card: &Card) -> Vec<&'static str> {
        snapshot(card)
            .unwrap_err()
            .iter()
            .map(|missing| missing.field)
            .collect()
    }

    #[test]
    fn r_app_1_a_complete_card_is_copied() {
        let copied = snapshot(&card()).unwrap();
        assert_eq!(copied.service, [10, 9, 8]);
        assert_eq!(
            (copied.subject, copied.education, copied.held),
            (None, None, None)
        );
    }

    #[test]
    fn everything_missing_is_named_at_once() {
        let bare = Card {
            position: String::new(),
            dative: Default::default(),
            age: None,
            service: [Some(1), None, Some(0)],
            held_category: "first".into(),
            ..card()
        };
        assert_eq!(
            lacks(&bare),
            [
                "position",
                "surname_dat",
                "age",
                "service_pedagogical",
                "held_date",
                "held_number"
            ]
        );
        assert!(snapshot(&bare).unwrap_err()[0].in_profile);
    }
}
