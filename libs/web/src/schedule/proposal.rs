//! «Предложение специалистов»: whom the rows of a period with an empty place could be given to,
//! and the accepting of chosen ones. The coordinator's and the operator's alike.

use std::collections::BTreeMap;

use app::{
    municipality_filter::MunicipalityFilter,
    schedule::{Answered, AsProposed, PeriodProposal, Proposed},
};
use domain::{role::Role, schedule::PLACES};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Form, Pagination, Table, Tone, ru};
use uuid::Uuid;

use super::{Desk, period_filter};
use crate::{
    asked::address,
    bulk::reason,
    error::{Error, Result},
    form::{Posted, version},
    lists::{self, or_dash},
    page::Page,
};

const HEADING: &str = "Предложение специалистов";
const MARKING: &str = "marking";
const MARKED: &str = "row";

/// What the address asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Wanted {
    period: String,
    municipality: String,
    seed: String,
    page: String,
}

impl Wanted {
    fn seed(&self) -> u64 {
        self.seed.parse().unwrap_or(1)
    }

    /// The address of the page, of the same seed unless another is said.
    fn address(&self, base: &str, seed: u64, page: usize) -> String {
        address(
            base,
            &[
                ("period", &self.period),
                ("municipality", &self.municipality),
                ("seed", &seed.to_string()),
                ("page", &page.to_string()),
            ],
        )
    }
}

/// The marked rows, each `application.version.expert.expert`, and the period they are of.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Accepting {
    period: String,
    row: Vec<String>,
}

/// The way from «График» to the proposal.
#[must_use]
pub fn to_proposal(list: &str, period: &str, municipality: &str) -> Markup {
    let path = format!("{list}/proposal");
    let pairs = [("period", period), ("municipality", municipality)];
    html! { p { a class="govuk-link" href=(address(&path, &pairs)) { (HEADING) } } }
}

impl Desk<'_> {
    fn proposals(&self) -> String {
        format!("{}/proposal", self.list())
    }

    /// The proposal for a period.
    ///
    /// # Errors
    /// As the verb.
    pub async fn propose(&self, wanted: &Wanted) -> Result<Markup> {
        let municipality = match self.actor.role {
            Role::Operator => {
                let app = &self.web.app;
                app.municipality_filter(self.actor, &wanted.municipality)
                    .await?
            }
            _ => MunicipalityFilter::default(),
        };
        let proposal = self
            .web
            .app
            .propose_experts(
                self.actor,
                municipality.tenant(),
                wanted.period.parse().ok(),
                wanted.seed(),
            )
            .await?;
        let list = self.list();
        Ok(Page::new(self.visit, HEADING).back(&list).render(html! {
            (self.filters(wanted, &proposal, &municipality))
            (self.proposal(wanted, &proposal, &municipality))
        }))
    }

    fn filters(
        &self,
        wanted: &Wanted,
        proposal: &PeriodProposal,
        municipality: &MunicipalityFilter,
    ) -> Markup {
        ui::filters(
            &self.proposals(),
            html! {
                (period_filter(&proposal.periods, &wanted.period))
                @if self.actor.role == Role::Operator { (lists::municipality(municipality)) }
            },
        )
    }

    fn proposal(
        &self,
        wanted: &Wanted,
        proposal: &PeriodProposal,
        municipality: &MunicipalityFilter,
    ) -> Markup {
        let Some(period) = &proposal.period else {
            return html! { p { "Выберите период: для его строк с пустыми местами будут предложены специалисты." } };
        };
        if self.actor.role == Role::Operator && municipality.chosen().is_none() {
            return html! { p { "Выберите муниципалитет." } };
        }
        let base = self.proposals();
        let seed = wanted.seed();
        let size = app::lists::PAGE;
        let page: usize = wanted.page.parse().unwrap_or(0);
        let shown: Vec<&Proposed> = proposal
            .rows
            .iter()
            .skip(page.saturating_mul(size))
            .take(size)
            .collect();
        let follows = proposal.rows.len() > page.saturating_add(1).saturating_mul(size);
        let next = follows.then(|| wanted.address(&base, seed, page + 1));
        let action = wanted.address(&base, seed, 0);
        let form = Form {
            action: &action,
            csrf: &self.visit.csrf,
            id: Some(MARKING),
            ..Form::default()
        };
        let columns = [
            Column::marks("Отметить", MARKED),
            Column::text("ФИО"),
            Column::text("Должность"),
            Column::text("Организация"),
            Column::text("Специалист 1"),
            Column::text("Специалист 2"),
            Column::text("Пояснение"),
        ];
        let any = shown.iter().any(|row| row.fills());
        html! {
            p { (summed(&proposal.rows)) }
            @if proposal.more {
                p { "В периоде есть ещё строки: предложение для них появится, когда эти будут приняты." }
            }
            p { "Нагрузка посчитана в периоде «" (period.name) "» так, как если принять всё предложенное. Отметьте, с чем согласны: остальное не изменится." }
            (ui::table(Table {
                caption: HEADING,
                caption_hidden: true,
                columns: &columns,
                rows: shown.iter().map(|row| self.row(row)).collect(),
                empty: "Строк с пустыми местами в этом периоде нет.",
            }))
            @if any {
                (ui::form(form, html! {
                    (ui::hidden("period", &period.public_id.to_string()))
                    (ui::button_group(html! {
                        (ui::button("Принять отмеченные"))
                        (ui::secondary_link_button(&wanted.address(&base, seed.wrapping_add(1), 0), "Предложить заново"))
                    }))
                }))
            }
            (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        }
    }

    fn row(&self, row: &Proposed) -> Vec<Markup> {
        let vacancy = &row.vacancy;
        let mut cells = vec![
            html! {
                @if row.fills() {
                    (ui::row_checkbox(MARKED, &marked(row), &vacancy.full_name, Some(MARKING)))
                }
            },
            html! {
                a class="govuk-link" href={ (self.list()) "/" (vacancy.public_id) } { (vacancy.full_name) }
            },
            html! {
                (vacancy.position)
                @if !vacancy.subject.is_empty() { ", " (vacancy.subject) }
            },
            html! { (vacancy.organisation_name) },
        ];
        let places = row.experts.iter().zip(&vacancy.held);
        cells.extend(places.map(|(expert, held)| match (expert, held) {
            (_, Some(held)) => html! { (held.full_name) },
            (Some(expert), None) => html! {
                strong { (expert.full_name) }
                @for part in [&expert.position, &expert.subject, &expert.organisation_name] {
                    @if !part.is_empty() { ", " (part) }
                }
                @if expert.tenant != vacancy.tenant { ", " (expert.municipality) }
            },
            (None, None) => html! { "—" },
        }));
        cells.push(html! {
            @for (index, words) in row.why.iter().enumerate() {
                @if index > 0 { br; }
                (words)
            }
        });
        cells
    }

    /// «Принять отмеченные». The answer is a page of its own and not a redirect: pressed again it
    /// answers each row anew, what is accepted already as such.
    ///
    /// # Errors
    /// As the verb; nothing marked.
    pub async fn accept(&self, wanted: &Wanted, posted: Posted<Accepting>) -> Result<Markup> {
        let accepting = posted.take()?;
        let marked: Vec<AsProposed<'_>> = accepting
            .row
            .iter()
            .filter_map(|value| as_proposed(value))
            .take(app::lists::PAGE)
            .collect();
        if marked.is_empty() {
            return Err(Error::Invalid(vec![app::FieldFault::new(
                "",
                "Отметьте хотя бы одну строку.",
            )]));
        }
        let answers = self
            .web
            .app
            .accept_proposed(self.actor, &accepting.period, &marked)
            .await?;
        let back = wanted.address(&self.proposals(), wanted.seed(), 0);
        Ok(Page::new(self.visit, "Результат назначения")
            .back(&back)
            .render(results(&self.list(), &back, answers)))
    }
}

/// What a row's check box carries: the row as it was shown, so that exactly this is accepted.
fn marked(row: &Proposed) -> String {
    let vacancy = &row.vacancy;
    let places = row.experts.iter().zip(&vacancy.held);
    let [first, second]: [String; PLACES] = {
        let mut ids = places.map(|(expert, held)| {
            let held = held.as_ref().and_then(|held| held.public_id);
            let id = held.or_else(|| expert.as_ref().map(|expert| expert.public_id));
            id.map(|id| id.to_string()).unwrap_or_default()
        });
        std::array::from_fn(|_| ids.next().unwrap_or_default())
    };
    format!("{}.{}.{first}.{second}", vacancy.public_id, vacancy.version)
}

fn as_proposed(value: &str) -> Option<AsProposed<'_>> {
    let mut parts = value.split('.');
    let application: Uuid = parts.next()?.parse().ok()?;
    let version = version(parts.next()?);
    Some(AsProposed {
        application,
        version,
        experts: [parts.next()?, parts.next()?],
    })
}

/// «12 строк можно заполнить, 3 – нет: …».
fn summed(rows: &[Proposed]) -> String {
    let count = |of: &dyn Fn(&&Proposed) -> bool| rows.iter().filter(of).count();
    let fillable = count(&|row| row.fills());
    let partly = count(&|row| row.fills() && !row.completes());
    let mut words = format!("{} можно заполнить", lines(fillable));
    if partly > 0 {
        words.push_str(&format!(", из них {partly} – только одно место"));
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.fills()) {
        let why = row.why.first().map_or("", String::as_str);
        *reasons.entry(why.trim_end_matches('.')).or_default() += 1;
    }
    if reasons.is_empty() {
        return format!("{words}.");
    }
    let refused: usize = reasons.values().sum();
    let reasons: Vec<String> = reasons
        .iter()
        .map(|(why, count)| format!("{why} ({count})"))
        .collect();
    format!("{words}, {refused} – нет: {}.", reasons.join("; "))
}

fn lines(count: usize) -> String {
    let n = u64::try_from(count).unwrap_or_default();
    format!("{n} {}", ru::plural(n, "строку", "строки", "строк"))
}

fn results(list: &str, back: &str, answers: Vec<Answered>) -> Markup {
    let done = answers
        .iter()
        .filter(|(_, _, outcome)| outcome.is_ok())
        .count();
    let all = answers.len();
    let rows = answers.into_iter().map(|(id, name, outcome)| {
        vec![
            html! { a class="govuk-link" href={ (list) "/" (id) } { (or_dash(&name)) } },
            match outcome {
                Ok(true) => html! {
                    (ui::tag(Tone::Green, "назначено")) " Письма педагогу и специалистам отправлены."
                },
                Ok(false) => html! { (ui::tag(Tone::Green, "назначено")) " Так уже было сохранено." },
                Err(error) => html! {
                    (ui::tag(Tone::Red, "не назначено")) " "
                    (reason(error, "Эту строку графика ведёте не Вы."))
                },
            },
        ]
    });
    html! {
        p { "Назначено: " (done) " из " (all) "." }
        (ui::table(Table {
            caption: "Результат назначения",
            caption_hidden: true,
            columns: &[Column::text("ФИО"), Column::text("Результат")],
            rows: rows.collect(),
            empty: "",
        }))
        (ui::link_button(back, "Вернуться к предложению"))
    }
}
