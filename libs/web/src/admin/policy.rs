//! `/admin/policy` «Права доступа»: the matrix in force, and how it differs from ours where the
//! installation has its own.

use app::policy::Matrix;
use axum::{Router, extract::State, routing::get};
use domain::{
    act::Act,
    labels,
    permission::{Policy, Relations},
    role::Role,
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Column, Fact, Field, Select, Table};

use crate::{Result, Web, asked::Asked, page::Page, visit::Admin};

const PATH: &str = "/admin/policy";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route(PATH, get(show))
}

/// The filter, as the address has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filter {
    role: String,
}

async fn show(at: Admin, State(web): State<Web>, Asked(filter): Asked<Filter>) -> Result<Markup> {
    let matrix = web.app.policy_matrix(&at.actor).await?;
    let only = Role::from_code(&filter.role);
    let since = web.app.zone().local(matrix.in_force.since);
    Ok(Page::new(&at, "Права доступа").render(html! {
        (ui::summary(&[
            Fact::text("Права", if matrix.in_force.is_built_in() { "встроенные" } else { "из файла этой установки" }),
            Fact::text("Версия", matrix.in_force.short()),
            Fact::text("Действуют с", &ui::ru::date_time_long(&since)),
        ]))
        @if let Some(refused) = &matrix.in_force.refused {
            (ui::warning(&format!("Файл прав изменён, но не принят, действуют прежние права. {refused}")))
        }
        (filters(only))
        (table(&matrix.policy, only))
        (differences(&matrix, only))
        p class="govuk-hint" {
            "Два кабинета одного человека не складываются: действует тот, который открыт. "
            "Чего в таблице нет, то запрещено. Чужие заявления видны только после подачи."
        }
    }))
}

fn filters(only: Option<Role>) -> Markup {
    let options = Role::ALL.map(|role| Choice {
        value: role.code(),
        label: role.name(),
        ..Choice::default()
    });
    ui::filters(
        PATH,
        ui::select(Select {
            field: Field {
                name: "role",
                label: "Роль",
                value: only.map_or("", Role::code),
                ..Field::default()
            },
            empty: Some("Все роли"),
            options: &options,
            ..Select::default()
        }),
    )
}

/// The roles shown: the one asked for, or all.
fn roles(only: Option<Role>) -> Vec<Role> {
    only.map_or_else(|| Role::ALL.to_vec(), |role| vec![role])
}

/// An act a row, a role a column; asked for one role, only what it may do.
fn table(policy: &Policy, only: Option<Role>) -> Markup {
    let roles = roles(only);
    let mut columns = vec![Column::text("Действие")];
    columns.extend(roles.iter().map(|role| Column::text(role.name())));
    let rows = Act::ALL
        .iter()
        .filter(|&&act| only.is_none_or(|role| policy.ever(role, act)))
        .map(|&act| {
            let mut cells = vec![html! { (labels::act(act)) }];
            cells.extend(roles.iter().map(|&role| cell(policy.relations(role, act))));
            cells
        })
        .collect();
    ui::table(Table {
        caption: "Кто что может",
        columns: &columns,
        rows,
        empty: "Этой роли ничего не разрешено.",
        ..Table::default()
    })
}

fn cell(relations: Relations) -> Markup {
    let words: Vec<&str> = relations.iter().map(labels::relation).collect();
    html! { @if words.is_empty() { "—" } @else { (words.join("; ")) } }
}

fn differences(matrix: &Matrix, only: Option<Role>) -> Markup {
    let Some(ours) = &matrix.built_in else {
        return Markup::default();
    };
    let rows = Act::ALL
        .iter()
        .flat_map(|&act| roles(only).into_iter().map(move |role| (act, role)))
        .map(|(act, role)| {
            let (was, is) = (
                ours.relations(role, act),
                matrix.policy.relations(role, act),
            );
            (act, role, was, is)
        })
        .filter(|(_, _, was, is)| was != is)
        .map(|(act, role, was, is)| {
            vec![
                html! { (labels::act(act)) },
                html! { (role.name()) },
                cell(was),
                cell(is),
            ]
        })
        .collect();
    ui::table(Table {
        caption: "Отличия от встроенных прав",
        columns: &["Действие", "Роль", "Встроенные права", "Действуют"].map(Column::text),
        rows,
        empty: "Отличий нет.",
        ..Table::default()
    })
}
