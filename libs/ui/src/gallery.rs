//! Every component in every state, for the eye and for the tests.

use maud::{Markup, html};

use crate::{
    ActionButton, Bar, ButtonStyle, Card, Chart, Checkbox, Choice, Choices, Column, Counter,
    Direction, Event, Fact, Field, FieldError, FileField, FileRow, Flavour, Form, Group, Grouped,
    Link, NamedButton, NavItem, OpenDocument, Pagination, Seen, Select, Shell, ShownPage, Sort,
    Step, Tab, Table, Tone, User, Viewed, Viewer, Weight, Width,
};

/// The page of all components; shown in development only.
pub fn gallery() -> Markup {
    let nav = [
        ("/municipal", "Главная", false),
        ("/profile", "Личный кабинет", false),
        ("/municipal/invitations", "Приглашение", false),
        ("/municipal/applications", "Работа с заявлениями", true),
        ("/municipal/experts", "Специалисты", false),
        ("/municipal/organisations", "Организации", false),
        ("/municipal/people", "Пользователи", false),
    ]
    .map(|(href, text, current)| NavItem {
        href,
        text,
        current,
    });
    let shell = Shell {
        heading: "Компоненты интерфейса",
        title_override: Some("Компоненты"),
        caption: Some("Каргасокский район"),
        back: Some(Link {
            href: "/municipal",
            text: "Вернуться назад",
        }),
        nav: &nav,
        user: Some(User {
            login: "koordinator",
            switch: true,
            csrf: "token",
        }),
        warning: None,
        notice: Some("Заявление зарегистрировано. Письмо педагогу отправлено."),
        error_summary: &[
            FieldError {
                field: "surname",
                message: "Введите фамилию",
            },
            FieldError {
                field: "",
                message: "Срок подачи заявлений истёк",
            },
        ],
        refresh_seconds: None,
        flavour: Flavour::Wide,
    };
    crate::page(
        shell,
        html! {
            (numbers()) (lists()) (states()) (words())
            div class="app-reading" { (fields()) (choosing()) (buttons()) }
        },
    )
}

fn numbers() -> Markup {
    let counter = |value, text, weight| Counter {
        value,
        link: Link { href: "#", text },
        weight,
    };
    html! {
        (crate::counters(&[
            counter("12", "Новые заявления", Weight::Plain),
            counter("3", "Срок истекает", Weight::Alert),
            counter("1000+", "Без экспертов", Weight::Plain),
            counter("0", "Отзывы", Weight::Quiet),
        ]))
        (crate::cards(&[
            Card {
                title: "Статус заявления",
                body: html! { p { (crate::tag(Tone::Blue, "На рассмотрении")) } p { "Осталось 5 дней: до 1 января 2027 г. включительно." } },
                link: Some(Link { href: "#", text: "Перейти" }),
            },
            Card { title: "Аттестационный период", body: html! { p { "Не назначен." } }, link: None },
        ]))
        (crate::chart(Chart {
            id: "chart",
            title: "Заявления по муниципалитетам",
            of: "Муниципалитет",
            unit: "Заявлений",
            bars: &[
                Bar { label: "Томск", value: 412, href: Some("#") },
                Bar { label: "Каргасокский район", value: 57, href: None },
                Bar { label: "Кедровый", value: 0, href: Some("#") },
            ],
            empty: "",
        }))
        (crate::chart(Chart { empty: "Считать пока нечего.", ..Chart::default() }))
    }
}

fn lists() -> Markup {
    let tab = |text, count, current| Tab {
        href: "#",
        text,
        count,
        current,
    };
    let link = |name: &str| html! { a class="govuk-link" href="#" { (name) } };
    let columns = [
        Column::marks("Отметка", "marked"),
        Column::text("ФИО").sorted(Sort {
            href: "#",
            now: Some(Direction::Ascending),
        }),
        Column::text("Место работы"),
        Column::text("Подано").sorted(Sort {
            href: "#",
            now: None,
        }),
        Column::text("Состояние"),
        Column::number("Осталось дней").sorted(Sort {
            href: "#",
            now: Some(Direction::Descending),
        }),
    ];
    let row = |name, place, day, state, days: &str| {
        vec![
            crate::row_checkbox("marked", name, name, Some("marked-form")),
            link(name),
            html! { (place) },
            html! { (day) },
            state,
            html! { (days) },
        ]
    };
    html! {
        (crate::tabs(&[
            tab("Заявления", Some("12"), true),
            tab("Упрощенная форма", Some("1000+"), false),
            tab("Отраслевые", None, false),
            tab("График", Some("0"), false),
            tab("Итоговые заключения", None, false),
        ]))
        (crate::filters("#", html! {
            (crate::text(Field { name: "q", label: "ФИО", width: Width::Medium, ..Field::default() }))
            (crate::select(Select {
                field: Field { name: "state", label: "Состояние", value: "mine", ..Field::default() },
                options: &[
                    Choice { value: "mine", label: "ждут меня", ..Choice::default() },
                    Choice { value: "all", label: "все", ..Choice::default() },
                ],
                ..Select::default()
            }))
        }))
        (crate::table(Table {
            caption: "Заявления на рассмотрении",
            columns: &columns,
            rows: vec![
                row("Антонова Мария Сергеевна", "МБОУ «Средняя школа № 2» с. Каргасок", "02.12.2026", crate::tag(Tone::Yellow, "Ждёт регистрации"), "5"),
                row("Войцеховский-Преображенский Константин Александрович", "Детский сад «Теремок»", "28.11.2026", crate::tag(Tone::Red, "Просрочено"), "0"),
            ],
            ..Table::default()
        }))
        (crate::pagination(Pagination { previous: Some("#"), next: Some("#") }))
        (crate::table(Table {
            caption: "Отзывы",
            columns: &[Column::text("ФИО"), Column::text("Причина")],
            empty: "Отзывов нет.",
            ..Table::default()
        }))
    }
}

fn viewers() -> Markup {
    let documents = [
        Viewed {
            href: "#viewer",
            title: "Результаты — Итоги ВПР",
            current: true,
        },
        Viewed {
            href: "#viewer",
            title: "Скан подписанного заявления",
            current: false,
        },
    ];
    let page = ShownPage {
        number: 2,
        pages: 60,
        total: 61,
        picture: "data:,{n}",
        address: "#viewer",
    };
    let viewer = Viewer {
        documents: &documents,
        open: Some(OpenDocument {
            name: "Результаты.pdf",
            file: Some("#"),
            seen: Seen::Page(page),
            previous: None,
            next: Some("#viewer"),
        }),
    };
    crate::beside(html! { p { "Рядом с документами" } }, viewer)
}

fn states() -> Markup {
    html! {
        h2 { "Шаги, документы, история" }
        (crate::steps("step", &[
            Step { title: "Сформировать заявление", reason: Some("Формирование заявления не доступно т.к. заявление подано"), status: Some((Tone::Green, "Выполнено")), ..Step::default() },
            Step { title: "Прикрепить/открепить документы к заявлению", href: Some("#"), status: Some((Tone::Blue, "Доступно")), ..Step::default() },
            Step { title: "Подать заявление на отзыв", href: Some("#"), reason: Some("До назначения периода"), ..Step::default() },
        ]))
        (crate::files(&[
            FileRow {
                title: "Копия приказа",
                meta: "prikaz.pdf · 1,4 МБ · 02.12.2026 14:05",
                status: crate::tag(Tone::Grey, "Проверяется"),
                actions: html! {
                    a class="govuk-link" href="#" { "Посмотреть" }
                    (crate::action_button(ActionButton {
                        action: "#", csrf: "token", label: "Открепить", style: ButtonStyle::LinkWarning, values: &[("version", "3")],
                    }))
                },
            },
            FileRow { title: "Сертификат", meta: "", status: html! {}, actions: html! {} },
        ], "Документов нет."))
        (crate::files(&[], "Документов нет."))
        (crate::grouped(Grouped {
            caption: "Документы",
            columns: &["Документ", "Что подтверждает"],
            groups: vec![
                Group {
                    title: "п. 36.2. Положительные результаты",
                    rows: vec![vec![html! { "Результаты" }, html! { "Итоги ВПР" }]],
                    empty: "",
                },
                Group { title: "п. 36.3. Олимпиады", rows: Vec::new(), empty: "Документов нет" },
            ],
            empty: "",
        }))
        (crate::grouped(Grouped { caption: "Документы", columns: &["Документ"], groups: Vec::new(), empty: "Документов нет." }))
        (viewers())
        (crate::timeline(&[
            Event { when: "2 декабря 2026 г., 14:05", what: "Заявление подано", who: "Антонова М. С.", note: None },
            Event { when: "3 декабря 2026 г., 09:30", what: "Запрошены документы", who: "", note: Some("Прикрепите копию действующего распоряжения.") },
        ]))
        p {
            @for (tone, words) in [
                (Tone::Grey, "Черновик"), (Tone::Blue, "Зарегистрировано"), (Tone::Green, "Категория установлена"),
                (Tone::Yellow, "Ждёт Вас"), (Tone::Red, "Отклонено"), (Tone::Purple, "Упрощенная форма"),
            ] { (crate::tag(tone, words)) " " }
        }
        (crate::waiting("Документ готовится…"))
        (crate::progress(120, 300, "Готово 120 из 300"))
    }
}

fn words() -> Markup {
    html! {
        h2 { "Сведения" }
        (crate::summary(&[
            Fact { action: Some(Link { href: "#", text: "Изменить" }), ..Fact::text("Фамилия", "Антонова") },
            Fact::text("Предмет", ""),
            Fact::text("Место работы", "МБОУ «Средняя школа № 2» с. Каргасок"),
        ]))
        (crate::inset(html! { p { "Заявление регистрирует Центр аттестации." } }))
        (crate::warning("После аннулирования регистрации педагог подаёт заявление заново."))
        (crate::notification("news", "Важно", html! { p { "Заключения передаются в Центр до 15 числа." } }))
        (crate::details("Почему заявление отклоняют?", html! { ul { li { "Не приложен скан." } li { "Ошибка в данных." } } }))
        h3 { "Заголовок раздела" }
        p { "Обычный абзац со " a href="#" { "ссылкой" } "." }
        ol { li { "Первый" } li { "Второй" } }
    }
}

fn fields() -> Markup {
    html! {
        h2 { "Поля" }
        (crate::form(Form { action: "#", csrf: "token", id: Some("fields"), multipart: true }, crate::fieldset("Личные данные", html! {
            (crate::text(Field { name: "surname", label: "Фамилия", error: Some("Введите фамилию"), hint: Some("Как в паспорте"), autocomplete: Some("family-name"), max_length: Some(100), ..Field::default() }))
            (crate::text(Field { name: "name", label: "Имя", value: "<b>Мария</b> & \"Ко\"", width: Width::Medium, ..Field::default() }))
            (crate::password(Field { name: "password", label: "Пароль", value: "never shown", ..Field::default() }))
            (crate::email(Field { name: "email", label: "Адрес электронной почты", ..Field::default() }))
            (crate::tel(Field { name: "phone", label: "Номер телефона (сотовый)", ..Field::default() }))
            (crate::number(Field { name: "age", label: "Возраст (полных лет)", value: "34", ..Field::default() }))
            (crate::date(Field { name: "valid_until", label: "Действует до", value: "02.12.2026", ..Field::default() }))
            (crate::date(Field { name: "ordered_on", label: "Дата распоряжения", value: "32.12", error: Some("Такой даты нет"), ..Field::default() }))
            (crate::textarea(Field { name: "comment", label: "Комментарий", value: "Две\nстроки", rows: Some(3), ..Field::default() }))
            (crate::textarea(Field { name: "reason", label: "Причина", error: Some("Назовите причину"), ..Field::default() }))
            (crate::file(FileField { name: "files", label: "Выбрать файлы", hint: Some("PDF, JPG или PNG, до 20 МБ каждый"), multiple: true, accept: Some(".pdf,.jpg,.png"), ..FileField::default() }))
            (crate::file(FileField { name: "scan", label: "Скан заявления", error: Some("Файл больше 20 МБ"), ..FileField::default() }))
        })))
    }
}

fn choosing() -> Markup {
    let choice = |value, label| Choice {
        value,
        label,
        ..Choice::default()
    };
    let ways = [
        Choice {
            hint: Some("С открытым занятием"),
            ..choice("general", "на общих основаниях")
        },
        choice("simplified", "по упрощенной форме"),
        Choice {
            disabled: true,
            ..choice("none", "недоступно")
        },
    ];
    html! {
        h2 { "Выбор" }
        (crate::select(Select {
            field: Field { name: "kind", label: "Вид документа", error: Some("Выберите вид документа"), ..Field::default() },
            empty: Some("Не выбрано"),
            options: &[choice("order", "Распоряжение"), choice("other", "Другое")],
            groups: &[],
        }))
        (crate::select(Select {
            field: Field { name: "expert", label: "Специалист 1", value: "2", ..Field::default() },
            empty: Some("Не назначен"),
            options: &[],
            groups: &[("Томск", vec![choice("1", "Иванов И. И.")]), ("Колпашево", vec![choice("2", "Петрова П. П.")])],
        }))
        (crate::radios(Choices { name: "way", legend: "Порядок прохождения", options: &ways, chosen: &["general"], ..Choices::default() }))
        (crate::radios(Choices { name: "presence", legend: "Присутствие", error: Some("Выберите один из ответов"), inline: true, options: &[choice("yes", "в моем присутствии"), choice("no", "без моего присутствия")], ..Choices::default() }))
        (crate::checkboxes(Choices { name: "grounds", legend: "Причина отклонения", hint: Some("Можно выбрать несколько"), options: &[choice("scan", "Нет подписи на скане"), choice("data", "Ошибка в данных")], chosen: &["data"], ..Choices::default() }))
        (crate::checkbox(Checkbox { name: "consent", label: "Я даю согласие на обработку моих персональных данных", error: Some("Без согласия продолжить нельзя"), ..Checkbox::default() }))
        (crate::checkbox(Checkbox { name: "remember", label: "Запомнить меня", checked: true, hint: Some("На чужом компьютере не включайте"), ..Checkbox::default() }))
    }
}

fn buttons() -> Markup {
    html! {
        h2 { "Кнопки" }
        (crate::form(Form { action: "#", csrf: "token", id: Some("marked-form"), ..Form::default() }, crate::button_group(html! {
            (crate::button("Зарегистрировать"))
            (crate::secondary_button("Сохранить"))
            (crate::warning_button("Аннулировать регистрацию"))
            (crate::named_button(NamedButton { label: "Проверено", style: ButtonStyle::Link, name: Some("act"), value: Some("checked"), action: Some("#checked"), form: None }))
        })))
        (crate::button_group(html! {
            (crate::link_button("#", "Войти"))
            (crate::secondary_link_button("#", "Скачать график (PDF)"))
        }))
    }
}
