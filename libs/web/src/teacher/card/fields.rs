//! The fields of the card, and the card as text once it can no longer be changed.

use app::{
    FieldFault,
    cards::{Card, CardDesk, LOCKED},
};
use domain::{calendar::dotted, reference::Category, remark::Place};
use maud::{Markup, html};
use ui::{ButtonStyle, Choice, Fact, Field, Form, Link, NamedButton, Select, Width};

use super::{super::choice, Raw};
use crate::{case::phone, page::fault_of, rejection, teacher::cards::post_fields, visit::Visit};

/// The card's form.
pub fn form(visit: &Visit, desk: &CardDesk, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let field = |name, label, value| Field {
        name,
        label,
        value,
        error: fault_of(faults, name),
        ..Field::default()
    };
    let form = Form {
        action: "/teacher/card",
        csrf: &visit.csrf,
        ..Form::default()
    };
    let profile = html! {
        (ui::text(field("surname", "Фамилия", &raw.surname)))
        (ui::text(field("name", "Имя", &raw.name)))
        (ui::text(Field {
            hint: Some("Оставьте пустым, если отчества нет"),
            ..field("patronymic", "Отчество", &raw.patronymic)
        }))
        (ui::tel(field("phone", "Номер телефона (сотовый)", &raw.phone)))
        (ui::summary(&facts(&desk.card, &desk.email, true)))
        @if !desk.card.first { (post_fields(desk, &raw.position, &raw.organisation, faults)) }
    };
    let genitive = html! {
        (ui::text(field("surname_gen", "Фамилия (в родительном падеже)", &raw.surname_gen)))
        (ui::text(field("name_gen", "Имя (в родительном падеже)", &raw.name_gen)))
        (ui::text(field("patronymic_gen", "Отчество (в родительном падеже)", &raw.patronymic_gen)))
    };
    let dative = html! {
        (ui::text(field("surname_dat", "Фамилия (в дательном падеже)", &raw.surname_dat)))
        (ui::text(field("name_dat", "Имя (в дательном падеже)", &raw.name_dat)))
        (ui::text(field("patronymic_dat", "Отчество (в дательном падеже)", &raw.patronymic_dat)))
    };
    let propose = NamedButton {
        label: "Предложить склонение",
        style: ButtonStyle::Secondary,
        name: Some("propose"),
        value: Some("yes"),
        ..NamedButton::default()
    };
    let subjects: Vec<Choice<'_>> = desk
        .subjects
        .iter()
        .map(|subject| choice(&subject.code, &subject.name))
        .collect();
    let work = html! {
        (ui::number(field("age", "Возраст (полных лет)", &raw.age)))
        (ui::select(Select {
            field: Field {
                hint: Some("Для учителей и преподавателей"),
                ..field("subject", "Предмет", &raw.subject)
            },
            empty: Some("Не выбрано"),
            options: &subjects,
            groups: &[],
        }))
        (ui::textarea(Field {
            hint: Some("Можно не заполнять: в заявлении останется строка, чтобы вписать ручкой"),
            rows: Some(3),
            ..field("education", "Образование", &raw.education)
        }))
        (ui::number(field("service_total", "Общий стаж", &raw.service_total)))
        (ui::number(field("service_pedagogical", "Педагогический стаж", &raw.service_pedagogical)))
        (ui::number(field("service_post", "Стаж в должности", &raw.service_post)))
    };
    let held = html! {
        (ui::select(Select {
            field: Field {
                hint: Some("Имеющаяся или имевшаяся, в случае истечения срока действия"),
                ..field("held_category", "Имеющаяся квалификационная категория", &raw.held_category)
            },
            empty: Some("нет"),
            options: &[Category::First, Category::Highest].map(|c| choice(c.code(), c.name())),
            groups: &[],
        }))
        (ui::date(field("held_date", "Дата распоряжения", &raw.held_date)))
        (ui::text(Field {
            hint: Some("Например, 173К"),
            width: Width::Short,
            ..field("held_number", "Номер распоряжения", &raw.held_number)
        }))
        (ui::date(Field {
            hint: Some("дд.мм.гггг; у категорий, установленных с 01.09.2023, срока нет"),
            ..field("held_until", "Действует до", &raw.held_until)
        }))
    };
    ui::form(
        form,
        html! {
            (ui::hidden("card", &desk.card.public_id.to_string()))
            (ui::hidden("version", &raw.version))
            (ui::hidden("profile_version", &raw.profile_version))
            (rejection::told(&desk.remarks, |place| matches!(place, Place::Part(part) if part.on_card())))
            (ui::fieldset("Личные данные", profile))
            (ui::fieldset("ФИО для заявления (в родительном падеже, от кого)", genitive))
            (ui::fieldset("ФИО для распоряжения (в дательном падеже, кому)", dative))
            (ui::inset(html! {
                "Обращайте внимание на правильность написания женских имён, оканчивающихся на «ия», в дательном падеже."
            }))
            (ui::fieldset("Образование и стаж", work))
            (ui::fieldset("Квалификационная категория", held))
            // Saving comes first: it is the button «Enter» presses.
            (ui::button_group(html! {
                (ui::button("Сохранить"))
                (ui::named_button(propose))
            }))
        },
    )
}

/// What a person can type, to be compared with what is stored.
pub fn values(raw: &Raw) -> [(&'static str, &str); 22] {
    [
        ("surname", &raw.surname),
        ("name", &raw.name),
        ("patronymic", &raw.patronymic),
        ("phone", &raw.phone),
        ("organisation", &raw.organisation),
        ("position", &raw.position),
        ("surname_gen", &raw.surname_gen),
        ("name_gen", &raw.name_gen),
        ("patronymic_gen", &raw.patronymic_gen),
        ("surname_dat", &raw.surname_dat),
        ("name_dat", &raw.name_dat),
        ("patronymic_dat", &raw.patronymic_dat),
        ("age", &raw.age),
        ("subject", &raw.subject),
        ("education", &raw.education),
        ("service_total", &raw.service_total),
        ("service_pedagogical", &raw.service_pedagogical),
        ("service_post", &raw.service_post),
        ("held_category", &raw.held_category),
        ("held_date", &raw.held_date),
        ("held_number", &raw.held_number),
        ("held_until", &raw.held_until),
    ]
    .map(|(name, value)| (name, value.as_str()))
}

/// A value of the card as people read it: names where the card has codes.
pub fn shown(desk: &CardDesk, field: &str, value: &str) -> String {
    let named = match field {
        "subject" => desk.subjects.iter().find(|subject| subject.code == value),
        "position" => desk
            .positions
            .iter()
            .find(|position| position.code == value),
        _ => None,
    };
    let workplace = desk
        .workplaces
        .iter()
        .find(|workplace| workplace.public_id.to_string() == value);
    let category = Category::from_code(value);
    match (field, named, workplace, category) {
        (_, Some(item), ..) => item.name.clone(),
        ("organisation", _, Some(workplace), _) => workplace.name.clone(),
        ("held_category", .., Some(category)) => category.name().to_owned(),
        _ => value.to_owned(),
    }
}

/// The card as text, with the reason why it cannot be changed.
pub fn read_only(card: &Card, email: &str) -> Markup {
    let years = |years: Option<i32>| years.map(|n| n.to_string()).unwrap_or_default();
    let held = Category::from_code(&card.held_category);
    let mut all = vec![
        Fact::text("Фамилия", &card.surname),
        Fact::text("Имя", &card.name),
        Fact::text("Отчество", &card.patronymic),
        Fact::text("Номер телефона (сотовый)", &phone(&card.phone)),
    ];
    all.extend(facts(card, email, false));
    all.extend([
        Fact::text("ФИО (в родительном падеже)", &card.genitive.join(" ")),
        Fact::text("ФИО (в дательном падеже)", &card.dative.join(" ")),
        Fact::text("Возраст (полных лет)", &years(card.age)),
        Fact::text("Предмет", &card.subject_name),
        Fact::text("Образование", &card.education),
        Fact::text("Общий стаж", &years(card.service[0])),
        Fact::text("Педагогический стаж", &years(card.service[1])),
        Fact::text("Стаж в должности", &years(card.service[2])),
        Fact::text(
            "Имеющаяся квалификационная категория",
            held.map_or("нет", Category::name),
        ),
        Fact::text(
            "Дата распоряжения",
            &card.held_date.map(dotted).unwrap_or_default(),
        ),
        Fact::text("Номер распоряжения", &card.held_number),
        Fact::text(
            "Действует до",
            &card.held_until.map(dotted).unwrap_or_default(),
        ),
    ]);
    html! {
        (ui::inset(html! { (LOCKED) }))
        (ui::summary(&all))
    }
}

/// What the profile says and the card only shows. The first card's post is the profile's.
fn facts<'a>(card: &'a Card, email: &'a str, editable: bool) -> Vec<Fact<'a>> {
    let change = |fact: Fact<'a>| Fact {
        action: editable.then_some(Link {
            href: "/profile",
            text: "Изменить",
        }),
        ..fact
    };
    let mut facts = vec![
        change(Fact::text("Адрес электронной почты", email)),
        change(Fact::text(
            "Муниципалитет, в котором находится образовательная организация",
            &card.municipality,
        )),
    ];
    if card.first || !editable {
        facts.extend([
            change(Fact::text(
                "Тип образовательной организации",
                &card.organisation_type,
            )),
            change(Fact::text(
                "Место работы (образовательная организация)",
                &card.organisation_name,
            )),
            change(Fact::text("Должность", &card.position_name)),
        ]);
    }
    facts
}
