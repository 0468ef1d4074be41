//! A case on a page: the parts that every audience's page of an application is put together
//! from. Which parts stand on which page, and with which buttons, is the page's own business.

use app::case::{CaseView, Holding};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    calendar::{DaysLeft, Zone},
    card::Snapshot,
    life::{PeriodMark, Place, Status},
    name::FullName,
    reference::{Category, Presence, Procedure},
    role::Role,
    words,
};
use maud::{Markup, html};
use ui::{Fact, Tone, ru};

use crate::conclusion::signatures;

/// The state in a tag.
#[must_use]
pub fn status_tag(status: Status) -> Markup {
    let tone = match status {
        Status::Draft | Status::Formed | Status::Withdrawn => Tone::Grey,
        Status::UnderReview => Tone::Yellow,
        Status::Registered => Tone::Blue,
        Status::Rejected => Tone::Red,
        Status::Decided => Tone::Green,
    };
    ui::tag(tone, words::status_name(status))
}

/// The days left with their sum; overdue stands out (R-APP-7).
#[must_use]
pub fn term(term: DaysLeft) -> Markup {
    html! {
        @if term.is_overdue() { (ui::tag(Tone::Red, &term.words())) }
        @else { strong { (term.words()) } }
        " (" (term.sum()) ")"
    }
}

/// A moment on the region's clock, as tables show it.
#[must_use]
pub fn moment(zone: Zone, at: DateTime<Utc>) -> String {
    ru::date_time(&zone.local(at))
}

/// What the application asks for and where it stands.
#[must_use]
pub fn application(case: &CaseView, zone: Zone) -> Markup {
    let row = &case.application;
    let presence = row.presence.map(|present| {
        if present {
            Presence::Present
        } else {
            Presence::Absent
        }
    });
    let mut facts = vec![Fact {
        value: status_tag(row.status),
        ..Fact::text("Состояние", "")
    }];
    if let Some(left) = case.term {
        facts.push(Fact {
            value: term(left),
            ..Fact::text("Срок рассмотрения", "")
        });
    }
    if let (Some(number), Some(date)) = (row.registered_number, row.registered_on) {
        facts.push(Fact::text(
            "Зарегистрировано",
            &format!("№ {number} от {}", ru::date_long(date)),
        ));
    }
    if let Some(held) = &case.decision {
        facts.push(Fact {
            value: html! { (decision(held)) },
            ..Fact::text("Решение", "")
        });
    }
    for replaced in &case.superseded {
        facts.push(Fact {
            value: html! {
                (decision(&replaced.former)) " "
                (ui::tag(Tone::Grey, &superseded_by(&replaced.number, replaced.date)))
            },
            ..Fact::text("Прежнее решение", "")
        });
    }
    if row.status == Status::Rejected {
        facts.push(Fact::text(
            "Отклонено",
            row.rejection.trim_start_matches([':', ' ']),
        ));
    }
    facts.push(Fact::text(
        "Заявленная категория",
        row.category.map_or("", Category::full_name),
    ));
    facts.push(Fact::text("Порядок прохождения", row.procedure.name()));
    if row.procedure == Procedure::Simplified {
        facts.push(Fact::text(
            "Основание для прохождения аттестации по упрощенной форме",
            case.ground.as_deref().unwrap_or_default(),
        ));
    }
    facts.push(Fact::text(
        "Форма аттестации",
        row.form.map_or("", |form| form.name()),
    ));
    facts.push(Fact::text(
        "Заседание комиссии",
        presence.map_or("", Presence::name),
    ));
    if let Some(at) = row.submitted_at {
        facts.push(Fact::text("Подано", &moment(zone, at)));
    }
    if let Some(at) = row.vouched_at {
        facts.push(Fact::text(
            "Проверено муниципальным координатором",
            &moment(zone, at),
        ));
    }
    ui::summary(&facts)
}

/// The decision with its order, whose file can be opened (R-ORD-1).
#[must_use]
pub fn decision(held: &Holding) -> Markup {
    html! {
        (words::decision(held.decision, &held.number, held.date)) " "
        a class="govuk-link" href={ "/orders/" (held.order) } { "Скачать распоряжение" }
    }
}

/// «заменено распоряжением № 173К от 2 декабря 2026 г.» (R-APP-10).
#[must_use]
pub fn superseded_by(number: &str, date: NaiveDate) -> String {
    format!(
        "заменено распоряжением № {number} от {}",
        ru::date_long(date)
    )
}

/// The card as it was formed, every field of it.
#[must_use]
pub fn card(case: &CaseView) -> Markup {
    let Some(card) = &case.application.snapshot else {
        return html! { p { "Карточка ещё не заполнена." } };
    };
    let full = |name: &FullName| name.full();
    ui::summary(&[
        Fact::text("ФИО", &full(&card.name)),
        Fact::text("ФИО в родительном падеже", &full(&card.genitive)),
        Fact::text("ФИО в дательном падеже", &full(&card.dative)),
        Fact::text("Возраст (полных лет)", &card.age.to_string()),
        Fact::text("Муниципалитет", &card.municipality),
        Fact::text("Тип образовательной организации", &card.organisation_type),
        Fact::text("Место работы", &card.organisation),
        Fact::text("Должность", &card.position_name),
        Fact::text("Предмет", card.subject.as_deref().unwrap_or_default()),
        Fact::text("Образование", card.education.as_deref().unwrap_or_default()),
        Fact::text("Общий стаж", &years(card.service[0])),
        Fact::text("Педагогический стаж", &years(card.service[1])),
        Fact::text("Стаж в должности", &years(card.service[2])),
        Fact::text("Имеющаяся квалификационная категория", &held(card)),
    ])
}

fn years(years: u8) -> String {
    let n = u64::from(years);
    format!("{n} {}", ru::plural(n, "год", "года", "лет"))
}

/// The category held with its order and term: «первая, распоряжение от … № …, до …».
#[must_use]
pub fn held(card: &Snapshot) -> String {
    let Some(held) = &card.held else {
        return "нет".to_owned();
    };
    let order = format!(
        "{}: {} от {} № {}",
        held.category.name(),
        held.issuer,
        ru::date_short(held.date),
        held.number
    );
    match held.until {
        Some(until) => format!("{order}, действует до {}", ru::date_short(until)),
        None => format!("{order}, бессрочно"),
    }
}

/// How to reach the teacher, where the case gives it.
#[must_use]
pub fn contacts(case: &CaseView) -> Markup {
    html! {
        @if let Some(contacts) = &case.contacts {
            (ui::summary(&[
                Fact::text("Номер телефона", &phone(&contacts.phone)),
                Fact::text("Адрес электронной почты", &contacts.email),
            ]))
        }
    }
}

/// What the checks before submission found: a person decides, not they (R-APP-4).
#[must_use]
pub fn flags(case: &CaseView) -> Markup {
    html! {
        @if !case.flags.is_empty() {
            h2 { "Обратите внимание" }
            ul { @for words in &case.flags { li { (words) } } }
        }
    }
}

/// Period, experts and conclusion.
#[must_use]
pub fn progress(case: &CaseView) -> Markup {
    let row = &case.application;
    let period = match row.row.mark {
        PeriodMark::None => "не определён".to_owned(),
        PeriodMark::Preliminary => format!("{} (предварительный)", row.row.period_name),
        PeriodMark::Approved => format!("{} (ПЕРИОД ЗАКРЫТ)", row.row.period_name),
    };
    let mut facts = vec![Fact::text("Аттестационный период", &period)];
    let places = ["Специалист 1", "Специалист 2"];
    for (key, slot) in places.into_iter().zip(1..) {
        let expert = case.experts.iter().find(|expert| expert.slot == slot);
        facts.push(match expert {
            Some(expert) => Fact {
                value: html! {
                    (expert.full_name)
                    @if !expert.position.is_empty() { ", " (expert.position) }
                    @if !expert.organisation.is_empty() { ", " (expert.organisation) }
                },
                ..Fact::text(key, "")
            },
            None => Fact::text(key, "не назначен"),
        });
    }
    facts.push(Fact::text(
        "Итоговое заключение",
        words::place_name(row.place),
    ));
    if !case.conclusion_reason.is_empty() {
        facts.push(Fact::text("Причина", &case.conclusion_reason));
    }
    if row.place != Place::None {
        facts.push(Fact {
            value: signatures(&case.signatures),
            ..Fact::text("Подписи", "")
        });
    }
    ui::summary(&facts)
}

/// What happened, the newest first.
#[must_use]
pub fn history(case: &CaseView, zone: Zone) -> Markup {
    let shown: Vec<(String, &str, String)> = case
        .history
        .iter()
        .rev()
        .map(|event| {
            let when = ru::date_time_long(&zone.local(event.at));
            let role = Role::from_code(&event.role).map_or("", Role::name);
            let who: Vec<&str> = [event.actor_name.as_str(), role]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect();
            (when, event.words.as_str(), who.join(", "))
        })
        .collect();
    let events: Vec<ui::Event<'_>> = shown
        .iter()
        .map(|(when, what, who)| ui::Event {
            when,
            what,
            who,
            note: None,
        })
        .collect();
    ui::timeline(&events)
}

/// A day as tables show it; a dash where there is none.
#[must_use]
pub fn day(day: Option<NaiveDate>) -> String {
    day.map_or_else(|| "—".to_owned(), ru::date_short)
}

/// A phone as people write it, «+7 (913) 821-00-00»; one kept in another form as it is.
#[must_use]
pub fn phone(kept: &str) -> String {
    domain::value::Phone::spell(kept)
}
