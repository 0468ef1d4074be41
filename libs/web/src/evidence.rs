//! The documents of an application as one table, each group under what it proves: the same for the
//! teacher, the school coordinator, the coordinator, the operator and the expert (п. 35 and 36).

use app::{
    attachments::{Attachment, Criterion, SCAN},
    case::{CaseView, Document},
    files::FileState,
};
use chrono::{DateTime, Utc};
use domain::{
    calendar::Zone, conclusion::evidence_name, paper::verdict::Reading, reference::Procedure,
    role::Role,
};
use maud::{Markup, html};
use ui::{Choice, Field, Group, Grouped, Select, ru};
use uuid::Uuid;

use crate::{
    case::moment,
    checked, scan,
    viewer::{self, Item, Viewer},
};

/// A document of the table.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The file's id in addresses.
    pub file: Uuid,
    /// What it is there for.
    pub part: Part<'a>,
    /// The name of its kind.
    pub kind: String,
    /// What it proves, in the words of whoever attached it.
    pub caption: &'a str,
    /// The file's name.
    pub name: &'a str,
    /// Bytes.
    pub size: i64,
    /// When it was brought.
    pub at: DateTime<Utc>,
    /// The code of the role that brought it.
    pub by_role: &'a str,
    /// How far the file is (SEC-63).
    pub state: FileState,
    /// Whether it brings along what runs or opens (SEC-62).
    pub active: bool,
    /// What was read on it, if it is a scan.
    pub reading: Option<&'a Reading>,
    /// What else can be done with it here.
    pub more: Markup,
}

/// What a document is there for; in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// The application itself, its scan, the withdrawal.
    Paper,
    /// It proves a criterion.
    Proof(&'a Criterion),
    /// It proves none of them.
    Other,
    /// The conclusion.
    Conclusion,
}

impl<'a> Part<'a> {
    fn of(criterion: Option<&'a Criterion>) -> Self {
        criterion.map_or(Self::Other, Self::Proof)
    }

    /// Its place in the table.
    const fn place(self) -> (u8, &'a str) {
        match self {
            Self::Paper => (0, ""),
            Self::Proof(criterion) => (1, criterion.code.as_str()),
            Self::Other => (2, ""),
            Self::Conclusion => (3, ""),
        }
    }
}

impl<'a> Line<'a> {
    /// A document a person attached, called `kind`.
    #[must_use]
    pub fn attached(attachment: &'a Attachment, kind: &str) -> Self {
        Self {
            file: attachment.file,
            part: if attachment.kind == SCAN {
                Part::Paper
            } else {
                Part::of(attachment.criterion.as_ref())
            },
            kind: kind.to_owned(),
            caption: &attachment.caption,
            name: &attachment.name,
            size: attachment.size,
            at: attachment.at,
            by_role: &attachment.by_role,
            state: attachment.state,
            active: attachment.active,
            reading: attachment.reading.as_ref(),
            more: html! {},
        }
    }

    /// The document as the viewer of the page offers it.
    #[must_use]
    pub fn item(&self) -> Item {
        let criterion = match self.part {
            Part::Proof(criterion) => Some(criterion.code.as_str()),
            _ => None,
        };
        Item {
            file: self.file,
            title: evidence_name(criterion, &self.kind, self.caption),
            name: self.name.to_owned(),
            state: self.state,
        }
    }

    fn cells(&self, viewer: &Viewer, zone: Zone) -> Vec<Markup> {
        let by = Role::from_code(self.by_role).map(|role| role.name().to_lowercase());
        vec![
            html! {
                (self.kind) " "
                (checked::mark(self.state, self.active))
                (scan::told(self.reading))
            },
            html! { (self.caption) },
            html! {
                (self.name)
                p class="app-empty" {
                    (ru::file_size(self.size.unsigned_abs())) " · " (moment(zone, self.at))
                    @if let Some(by) = &by { " · " (by) }
                }
            },
            html! {
                @if self.state.is_served() {
                    p { a class="govuk-link" href=(viewer.href(self.file)) title=(self.name) { "Посмотреть" } }
                    p { a class="govuk-link" href=(viewer::address(self.file)) title=(self.name) { "Скачать" } }
                }
                (self.more)
            },
        ]
    }
}

/// The documents of a case, in the order of the table.
#[must_use]
pub fn of_case(case: &CaseView) -> Vec<Line<'_>> {
    sorted(case.documents.iter().map(of_document).collect())
}

fn of_document(document: &Document) -> Line<'_> {
    let (part, kind) = match document.part.as_str() {
        "printed" => (Part::Paper, "Заявление (сформированное)"),
        "scan" => (Part::Paper, "Скан подписанного заявления"),
        "withdrawal" => (Part::Paper, "Скан заявления на отзыв"),
        "conclusion" => {
            let kind = match document.kind.as_str() {
                "teacher" => "Итоговое заключение, подписанное педагогом",
                "all" => "Итоговое заключение, подписанное всеми",
                _ => "Итоговое заключение",
            };
            (Part::Conclusion, kind)
        }
        _ => (
            Part::of(document.criterion.as_ref()),
            document.kind.as_str(),
        ),
    };
    Line {
        file: document.file,
        part,
        kind: kind.to_owned(),
        caption: &document.caption,
        name: &document.name,
        size: document.size,
        at: document.at,
        by_role: &document.by_role,
        state: document.state,
        active: document.active,
        reading: document.reading.as_ref(),
        more: html! {},
    }
}

/// Lines in the order of the table; what stands together keeps its order.
#[must_use]
pub fn sorted(mut lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    lines.sort_by(|a, b| a.part.place().cmp(&b.part.place()));
    lines
}

/// The criteria the documents of an application are to prove; none in the simplified form.
#[must_use]
pub fn due(criteria: &[Criterion], procedure: Procedure) -> &[Criterion] {
    match procedure {
        Procedure::General => criteria,
        Procedure::Simplified => &[],
    }
}

/// The table of these lines; each criterion that is due has its group, filled or not.
#[must_use]
pub fn table(lines: &[Line<'_>], due: &[Criterion], viewer: &Viewer, zone: Zone) -> Markup {
    let titles: Vec<String> = due.iter().map(title).collect();
    let rows = |wanted: &dyn Fn(Part<'_>) -> bool| -> Vec<Vec<Markup>> {
        let of = lines.iter().filter(|line| wanted(line.part));
        of.map(|line| line.cells(viewer, zone)).collect()
    };
    let is_due = |part: Part<'_>| matches!(part, Part::Proof(proved) if due.iter().any(|one| one.code == proved.code));
    let mut groups = vec![group("Заявление", rows(&|part| part == Part::Paper))];
    for (criterion, title) in due.iter().zip(&titles) {
        let proves =
            |part: Part<'_>| matches!(part, Part::Proof(proved) if proved.code == criterion.code);
        groups.push(group(title, rows(&proves)));
    }
    let proved = lines.iter().filter_map(|line| match line.part {
        Part::Proof(criterion) if !is_due(line.part) => Some(criterion),
        _ => None,
    });
    let mut besides: Vec<&Criterion> = proved.collect();
    besides.dedup_by_key(|criterion| &criterion.code);
    let besides: Vec<(&Criterion, String)> =
        besides.into_iter().map(|one| (one, title(one))).collect();
    for (criterion, title) in &besides {
        let proves =
            |part: Part<'_>| matches!(part, Part::Proof(proved) if proved.code == criterion.code);
        groups.push(group(title, rows(&proves)));
    }
    groups.push(group(
        "Не относится к критерию",
        rows(&|part| part == Part::Other),
    ));
    groups.push(group(
        "Итоговое заключение",
        rows(&|part| part == Part::Conclusion),
    ));
    // Only a criterion is told of without documents.
    let is_criterion = |group: &Group<'_>| titles.iter().any(|title| title == group.title);
    groups.retain(|group| !group.rows.is_empty() || is_criterion(group));
    ui::grouped(Grouped {
        caption: "Документы",
        columns: &["Документ", "Что подтверждает", "Файл", "Действия"],
        groups,
        empty: "Документов нет.",
    })
}

fn group(title: &str, rows: Vec<Vec<Markup>>) -> Group<'_> {
    Group {
        title,
        rows,
        empty: "Документов нет",
    }
}

/// «п. 36.2. Положительные результаты…».
#[must_use]
pub fn title(criterion: &Criterion) -> String {
    let mut letters = criterion.name.chars();
    let first: String = letters
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    format!("{}. {first}{}", criterion.point(), letters.as_str())
}

/// What the teacher is told of criteria without documents: a hint that stops nobody.
#[must_use]
pub fn hint(lines: &[Line<'_>], due: &[Criterion]) -> Markup {
    let proved = |criterion: &Criterion| {
        let of = |line: &Line<'_>| matches!(line.part, Part::Proof(proved) if proved.code == criterion.code);
        lines.iter().any(of)
    };
    let bare: Vec<String> = due
        .iter()
        .filter(|criterion| !proved(criterion))
        .map(Criterion::point)
        .collect();
    html! {
        @if !bare.is_empty() {
            (ui::inset(html! {
                p {
                    "Пока нет документов по критериям: " (bare.join(", ")) ". Если они у Вас есть, прикрепите их; "
                    "подать заявление можно и так."
                }
            }))
        }
    }
}

/// The files that prove a criterion, each opened in the viewer: for the form they are judged in.
#[must_use]
pub fn proofs(lines: &[Line<'_>], code: &str, viewer: &Viewer) -> Markup {
    let of: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| matches!(line.part, Part::Proof(proved) if proved.code == code))
        .collect();
    html! {
        @if of.is_empty() { p class="govuk-hint" { "Документов по этому критерию нет." } }
        @else {
            ul {
                @for line in of {
                    li { (checked::link(line.state, &viewer.href(line.file), &line.item().title)) }
                }
            }
        }
    }
}

/// The field that asks which criterion a document proves; nothing where there is none to prove.
#[must_use]
pub fn field(id: Option<&str>, criteria: &[Criterion], value: &str, error: Option<&str>) -> Markup {
    let titles: Vec<String> = criteria.iter().map(title).collect();
    let options: Vec<Choice<'_>> = criteria
        .iter()
        .zip(&titles)
        .map(|(criterion, label)| Choice {
            value: &criterion.code,
            label,
            ..Choice::default()
        })
        .collect();
    html! {
        @if !options.is_empty() {
            (ui::select(Select {
                field: Field {
                    name: "criterion",
                    id,
                    label: if id.is_some() { "К какому критерию" } else { "Критерий" },
                    value,
                    error,
                    ..Field::default()
                },
                empty: Some("Не относится к критерию"),
                options: &options,
                ..Select::default()
            }))
        }
    }
}
